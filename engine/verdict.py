"""From what went wrong to what an agent is told: did it happen, may it be repeated, what to call next."""

from providers.protocol import Failure
from schemas.errors import ErrorCode, Outcome
from schemas.problem import Problem
from schemas.result import NextCall, Result, failure

_RECHECK = NextCall(tool="create_post", arguments={"dry_run": True}, why="Check the corrected post without sending it.")
_ACCOUNTS = NextCall(tool="list_accounts", arguments={"refresh": True}, why="See which account ids exist now.")
_POSTS = NextCall(tool="list_posts", arguments={}, why="Find the post's id.")

#: The call worth making after an error, where one helps whatever the request was.
NEXT: dict[ErrorCode, NextCall] = {
    ErrorCode.INVALID_PAYLOAD: _RECHECK,
    ErrorCode.VALIDATION_FAILED: _RECHECK,
    ErrorCode.MEDIA_UNREACHABLE: _RECHECK,
    ErrorCode.INVALID_MUSIC_URL: _RECHECK,
    ErrorCode.UNKNOWN_ACCOUNTS: _ACCOUNTS,
    ErrorCode.MISSING_ACCOUNTS: _ACCOUNTS,
    ErrorCode.NOT_FOUND: _POSTS,
}


def refused(problems: list[Problem], code: ErrorCode = ErrorCode.INVALID_PAYLOAD, *, create: bool = False) -> Result:
    """Tell problems that we found ourselves, before anything was sent."""
    number = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    following = [NEXT[code]] if create and code in NEXT else []
    return failure(code, f"{number}. Nothing was sent.", problems=problems, next_calls=following)


def read_failed(error: Failure, provider: str) -> Result:
    """Tell a failed read: it can have changed nothing."""
    return _told(error, provider, Outcome.NOTHING_SENT)


def create_failed(error: Failure, provider: str, case: str, *, draft: bool = False) -> Result:
    """Tell a failed create; ``case`` is the journal's id under which a doubt can be looked into."""
    if error.doubt:
        return doubtful(case, error.message, provider, error, draft=draft)
    answered = error.provider_error is not None
    return _told(error, provider, Outcome.REJECTED if answered else Outcome.NOTHING_SENT)


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
    return failure(
        ErrorCode.OUTCOME_UNKNOWN,
        f"{why} {may_be}; do not create it again.",
        outcome=Outcome.UNKNOWN,
        provider=provider,
        provider_error=error.provider_error if error else None,
        after_seconds=error.after_seconds if error else after_seconds,
        next_calls=[look(case, "Find out what became of the post.")],
    )


def look(post_id: str, why: str) -> NextCall:
    """The call that looks at one post or open case."""
    return NextCall(tool="check_status", arguments={"post_id": post_id}, why=why)


def _told(error: Failure, provider: str, outcome: Outcome) -> Result:
    return failure(
        error.code,
        error.message,
        outcome=outcome,
        provider=provider,
        provider_error=error.provider_error,
        problems=list(error.problems),
        after_seconds=error.after_seconds,
        advice=error.advice,
        next_calls=[NEXT[error.code]] if error.code in NEXT else [],
    )
