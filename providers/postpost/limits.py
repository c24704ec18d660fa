"""PostPost's limits (seed 002, reference postpost 6.1 and 6.2): what the body says, turned into what to do about it.

Every field but ``code`` may be missing or of another type; then the words do without it. What is there is told: the
figures behind a limit stand in its problem (``providers.postpost.figures``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from providers.postpost.figures import figures
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.problem import Problem, ProblemCode
from schemas.untrusted import clean


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps. ``code`` replaces the table's where the agent can mend the request by itself.

    ``not_before`` is when a repeat may help; a request that can be mended need not wait for it.
    """

    advice: str | None = None
    problems: tuple[Problem, ...] = ()
    code: ErrorCode | None = None
    after_seconds: float | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A limit's body, the accounts of the post that met it, and the time now.

    ``fixed``: the post is there already, and the service gives it no other accounts (reference postpost 5.4).
    """

    body: JsonObject
    accounts: tuple[Account, ...]
    now: datetime
    fixed: bool

    def number(self, name: str) -> int | None:
        value = self.body.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

    def moment(self, name: str) -> datetime | None:
        return parse(text(self.body.get(name)) or "")

    def words(self, name: str) -> list[str]:
        return [clean(word, 40) for word in items(self.body.get(name)) if isinstance(word, str)]

    def told(self, why: str) -> str:
        """Say why, with the figures behind it."""
        found = figures(self.body)
        return f"{why} ({found})" if found else why

    def on(self, made: str, kept: str) -> str:
        """Say on which accounts to make the post, or, of one that is there, to make it anew."""
        return f"Delete this post and create it again {kept}" if self.fixed else made

    @property
    def plan(self) -> str:
        name = text(self.body.get("planName"))
        return f"the {clean(name, 40)} plan" if name else "the plan"


def remedy(body: JsonObject, accounts: tuple[Account, ...], now: datetime, *, fixed: bool = False) -> Remedy:
    """Read a limit's body, what is wrong with a time, or how long to wait; of anything else nothing is made."""
    said = " ".join(filter(None, (text(body.get(name)) for name in ("error", "message")))).lower()
    by_words = next((reader for words, reader in _BY_WORDS if words in said), _wait)
    return _READERS.get(text(body.get("code")) or "", by_words)(_Case(body, accounts, now, fixed))


def _wait(case: _Case) -> Remedy:
    """Tell why an account is on hold and until when (seed 002), or how long to leave it (reference postpost 16)."""
    reason, end = text(case.body.get("holdReason")), case.moment("holdExpiresAt")
    seconds = case.number("retryAfterSec")
    advice = None
    if reason or end:
        why = f": {clean(reason, 120).rstrip('.')}" if reason else ""
        until = f"They can wait until {wire(end)}, or" if end else "They can"
        advice = f"Tell the user: the PostPost account is on hold{why}. {until} contact PostPost's support."
    return Remedy(advice, after_seconds=min(max(seconds, 1), _DAY) if seconds else None, not_before=end)


def _past(case: _Case) -> Remedy:
    """Tell what time it is there: a clock that is set wrong looks like a time that has passed (reference 16)."""
    now = case.moment("serverTime")
    fix = f"Schedule later than {wire(now)}, the service's time." if now else "Schedule a time that is still to come."
    problem = Problem(path="/scheduled_at", code=ProblemCode.IN_THE_PAST, message="that time has passed", fix=fix)
    return Remedy(problems=(problem,))


def _untimely(_: _Case) -> Remedy:
    """Tell of a time that we wrote as the service wants it, and that it did not take: it says so of past ones too."""
    fix = "Schedule a time that is still to come, some minutes from now."
    problem = Problem(path="/scheduled_at", code=ProblemCode.REFUSED, message="PostPost does not take it", fix=fix)
    return Remedy(problems=(problem,))


def _month(case: _Case) -> Remedy:
    end = case.moment("periodEnd")
    until = f" or wait until {wire(end)}" if end else " or wait for the next month"
    used = f"{case.plan}'s allowance of {_count(case, 'limit', 'platform post')} a month is used up"
    return _allowance(case, used, until, end)


def _queue(case: _Case) -> Remedy:
    used = f"{case.plan} keeps at most {_count(case, 'limit', 'scheduled post')} waiting"
    return _allowance(case, used, ", delete scheduled posts, or wait until some are out", None)


def _allowance(case: _Case, used: str, otherwise: str, end: datetime | None) -> Remedy:
    """Tell a used-up allowance: of some of the accounts, of the whole account but for a few, or of all."""
    selections = [members(entry).get("platformSelection") for entry in items(case.body.get("blockedPlatforms"))]
    blocked = _named(case.accounts, [word for word in selections if isinstance(word, str)])
    left = case.number("remaining")
    rest = max(0.0, (end - case.now).total_seconds()) if end else None
    if blocked and len(blocked) < len(case.accounts):
        return _leave_out(case, blocked, used, otherwise, rest)
    if not blocked and left and left < len(case.accounts):
        fix = case.on(f"Name at most {left} of these accounts", f"on at most {left} of its accounts")
        problem = Problem(
            path="/accounts",
            code=ProblemCode.TOO_MANY,
            message=case.told(f"{used}, but for {left}"),
            fix=f"{fix}{otherwise}.",
            limit=left,
            actual=len(case.accounts),
            accounts=[account.id for account in case.accounts],
        )
        return Remedy(problems=(problem,), code=ErrorCode.VALIDATION_FAILED, after_seconds=rest)
    return _for_the_user(case, used, f"They can take a larger plan{otherwise}.", after_seconds=rest, not_before=end)


def _horizon(case: _Case) -> Remedy:
    last, asked, days = case.moment("maxScheduledDate"), case.moment("scheduledTime"), case.number("limit")
    ahead = f"at most {days} days ahead" if days else "sooner"
    problem = Problem(
        path="/scheduled_at",
        code=ProblemCode.OUT_OF_RANGE,
        message=case.told(f"{case.plan} does not schedule so far ahead"),
        fix=f"Schedule no later than {wire(last)}." if last else f"Schedule {ahead}.",
        limit=wire(last) if last else days,
        actual=wire(asked) if asked else None,
    )
    return Remedy(problems=(problem,), code=ErrorCode.VALIDATION_FAILED)


def _platforms(case: _Case) -> Remedy:
    refused, allowed = case.words("disallowedPlatforms"), case.words("allowedPlatforms")
    said = f"{case.plan} does not include {', '.join(refused) or 'a platform of this post'}"
    otherwise = f"; it includes {', '.join(allowed)}" if allowed else ""
    blocked = _named(case.accounts, refused)
    if blocked and len(blocked) < len(case.accounts):
        return _leave_out(case, blocked, said, otherwise, None)
    return _for_the_user(case, f"{said}{otherwise}", "They can take a larger plan, or leave it out.")


def _connections(case: _Case) -> Remedy:
    over = case.number("overLimitBy")
    some = f"{over} of them" if over else "some"
    used = case.number("used")
    held = f"{used} accounts are connected" if used else "more accounts are connected than allowed"
    return _for_the_user(
        case,
        f"{held}, {case.plan} allows {_count(case, 'limit', 'account')}",
        f"Nothing can be posted until they disconnect {some} in PostPost or take a larger plan.",
    )


def _channels(case: _Case) -> Remedy:
    """Tell the limit on connecting accounts, which has four bodies of its own (seed 002)."""
    held = case.number("connectionCount") or case.number("used")
    allowed = case.number("currentQuantity") or case.number("limit")
    wanted = case.number("targetQuantity") or case.number("projectedUsed")
    said = f"no more accounts can be connected to PostPost{f' ({held} are)' if held else ''}"
    if case.body.get("canExpand") is True:
        sizes = f" from {allowed} to {wanted} accounts" if allowed and wanted else ""
        return _for_the_user(case, said, f"In PostPost {case.plan} can be extended{sizes}.")
    if case.body.get("canExpand") is False and held is None:
        return _for_the_user(case, said, "The owner of their workspace decides on the plan.")
    sizes = f". {wanted} are wanted, {allowed} allowed" if allowed and wanted else ""
    return _for_the_user(case, f"{said}{sizes}", "They can disconnect some or take a larger plan.")


def _for_the_user(
    case: _Case, said: str, choice: str, *, after_seconds: float | None = None, not_before: datetime | None = None
) -> Remedy:
    problem = Problem(path="", code=ProblemCode.REFUSED, message=case.told(said), fix=f"Tell the user. {choice}")
    return Remedy(f"Tell the user: {said}. {choice}", (problem,), after_seconds=after_seconds, not_before=not_before)


def _leave_out(case: _Case, blocked: list[Account], why: str, otherwise: str, rest: float | None) -> Remedy:
    ids = [account.id for account in blocked]
    named = ", ".join(ids)
    fix = case.on(f"Leave out {named}", f"without {named}")
    problem = Problem(
        path="/accounts",
        code=ProblemCode.ACCOUNT_STATE,
        message=case.told(why),
        fix=f"{fix}{otherwise}.",
        accounts=ids,
    )
    return Remedy(problems=(problem,), code=ErrorCode.VALIDATION_FAILED, after_seconds=rest)


def _named(accounts: Iterable[Account], words: list[str]) -> list[Account]:
    """Find the accounts that are meant by full ids or by the service's names of platforms."""
    meant = {word.lower() for word in words}
    return [
        account
        for account in accounts
        if {account.native_id.lower(), account.native_id.partition("-")[0].lower()} & meant
    ]


def _count(case: _Case, name: str, noun: str) -> str:
    number = case.number(name)
    return f"{number} {noun}{'' if number == 1 else 's'}" if number is not None else f"{noun}s"


_READERS: dict[str, Callable[[_Case], Remedy]] = {
    "POST_LIMIT_REACHED": _month,
    "SCHEDULED_POST_LIMIT_REACHED": _queue,
    "SCHEDULE_HORIZON_REACHED": _horizon,
    "PLATFORM_NOT_AVAILABLE": _platforms,
    "CONNECTIONS_OVER_LIMIT": _connections,
    "CHANNEL_LIMIT_REACHED": _channels,
    "SCHEDULED_TIME_IN_PAST": _past,
}
#: What the service says of a time without a code; seed 002 has past times under either.
_BY_WORDS: tuple[tuple[str, Callable[[_Case], Remedy]], ...] = (
    ("time cannot be in the past", _past),
    ("invalid scheduled time", _untimely),
)
_DAY = 86_400
