"""From what went wrong to what an agent is told: did it happen, may it be repeated, what to call next."""

from providers.protocol import Failure
from schemas.errors import ErrorCode, Outcome
from schemas.instant import wire
from schemas.problem import Problem
from schemas.result import NextCall, Result, failure

_RECHECK = NextCall(tool="create_post", arguments={"dry_run": True}, why="Check the corrected post without sending it.")
_ACCOUNTS = NextCall(tool="list_accounts", arguments={"refresh": True}, why="See which account ids exist now.")
_HEALTH = NextCall(tool="list_accounts", arguments={"refresh": True}, why="See which accounts can be posted to now.")
_ABILITIES = NextCall(tool="list_accounts", arguments={}, why="See what each account accepts.")
_POSTS = NextCall(tool="list_posts", arguments={}, why="Find the post's id.")
_STATES = NextCall(tool="list_posts", arguments={}, why="See which posts there are and how they stand.")
_ANEW = NextCall(tool="list_posts", arguments={}, why="Begin the list anew, without what was refused.")

#: The call worth making after an error, where one helps whatever the request was.
NEXT: dict[ErrorCode, NextCall] = {
    ErrorCode.UNKNOWN_ACCOUNTS: _ACCOUNTS,
    ErrorCode.MISSING_ACCOUNTS: _ACCOUNTS,
    ErrorCode.ACCOUNT_NEEDS_RECONNECT: _HEALTH,
    ErrorCode.SETUP_NEEDED: _HEALTH,
    ErrorCode.NOT_SUPPORTED: _ABILITIES,
    ErrorCode.NOT_FOUND: _POSTS,
    ErrorCode.STATE_CONFLICT: _STATES,
    ErrorCode.IN_PROGRESS: _STATES,
    ErrorCode.IDEMPOTENCY_CONFLICT: _STATES,
    ErrorCode.INVALID_QUERY: _ANEW,
}

#: The call worth making after an error of a create alone: the same request, mended, and only checked.
NEXT_OF_CREATE: dict[ErrorCode, NextCall] = dict.fromkeys(
    (
        ErrorCode.INVALID_PAYLOAD,
        ErrorCode.VALIDATION_FAILED,
        ErrorCode.MEDIA_UNREACHABLE,
        ErrorCode.INVALID_MUSIC_URL,
        ErrorCode.PLATFORM_REFUSED,
        ErrorCode.REJECTED,
    ),
    _RECHECK,
)


def refused(
    problems: list[Problem],
    code: ErrorCode = ErrorCode.INVALID_PAYLOAD,
    *,
    create: bool = False,
    advice: str | None = None,
) -> Result:
    """Tell problems that we found ourselves, before anything was sent."""
    number = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    following = _following(code, create=True) if create else []
    return failure(code, f"{number}. Nothing was sent.", problems=problems, next_calls=following, advice=advice)


def read_failed(error: Failure, provider: str | None) -> Result:
    """Tell a failed read: it can have changed nothing."""
    return _told(error, provider, Outcome.NOTHING_SENT, _following(error.code, create=False))


def create_failed(error: Failure, provider: str, case: str, *, draft: bool = False) -> Result:
    """Tell a failed create; ``case`` is the journal's id under which a doubt can be looked into."""
    if error.doubt:
        return doubtful(case, error.message, provider, error, draft=draft, after_seconds=error.after_seconds)
    answered = error.provider_error is not None
    known = error.code is ErrorCode.STATE_CONFLICT and error.post_id
    next_calls = (
        [look(f"{provider}:{error.post_id}", "See how the post stands.")]
        if known
        else _following(error.code, create=True)
    )
    return _told(error, provider, Outcome.REJECTED if answered else Outcome.NOTHING_SENT, next_calls)


def change_failed(error: Failure, provider: str, post_id: str) -> Result:
    """Tell a failed change of a post that is there; after a doubt only a look tells whether it was made."""
    stands = [look(post_id, "See how the post stands.")]
    if error.doubt:
        return failure(
            ErrorCode.OUTCOME_UNKNOWN,
            f"{error.message} It may have been done.",
            outcome=Outcome.UNKNOWN,
            provider=provider,
            provider_error=error.provider_error,
            after_seconds=error.after_seconds,
            advice="It may have been done. Look with check_status, and call again only if it was not.",
            next_calls=stands,
        )
    found = NEXT.get(error.code)
    following = stands if error.code is ErrorCode.STATE_CONFLICT else [found] if found else []
    return _told(error, provider, Outcome.REJECTED if error.provider_error else Outcome.NOTHING_SENT, following)


def doubtful(
    case: str,
    why: str,
    provider: str,
    error: Failure | None = None,
    *,
    draft: bool = False,
    after_seconds: float | None = None,
) -> Result:
    """Tell an outcome that nobody knows, with the one call that settles it. ``draft``: nothing was to go out."""
    may_be = "The draft may have been made" if draft else "The post may be live"
    settled = "Do not create it again: call check_status as given in next."
    return failure(
        ErrorCode.OUTCOME_UNKNOWN,
        f"{why} {may_be}; do not create it again.",
        outcome=Outcome.UNKNOWN,
        provider=provider,
        provider_error=error.provider_error if error else None,
        after_seconds=after_seconds,
        advice=f"{may_be}. {settled}",
        next_calls=[look(case, "Find out what became of the post.")],
    )


def look(post_id: str, why: str) -> NextCall:
    """The call that looks at one post or open case."""
    return NextCall(tool="check_status", arguments={"post_id": post_id}, why=why)


def _following(code: ErrorCode, *, create: bool) -> list[NextCall]:
    """The calls worth making after an error."""
    found = NEXT.get(code) or (NEXT_OF_CREATE.get(code) if create else None)
    return [found] if found else []


def _told(error: Failure, provider: str | None, outcome: Outcome, next_calls: list[NextCall]) -> Result:
    return failure(
        error.code,
        error.message,
        outcome=outcome,
        provider=provider,
        provider_error=error.provider_error,
        problems=list(error.problems),
        after_seconds=error.after_seconds,
        not_before=wire(error.not_before) if error.not_before else None,
        advice=error.advice,
        next_calls=next_calls,
    )
