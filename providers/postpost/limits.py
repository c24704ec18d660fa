"""PostPost's limits (seed 002, reference postpost 6.1 and 6.2): what the body says, turned into what to do about it.

Every field but ``code`` may be missing or of another type; then the words do without it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

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
    """A limit's body, the accounts of the post that met it, and the time now."""

    body: JsonObject
    accounts: tuple[Account, ...]
    now: datetime

    def number(self, name: str) -> int | None:
        value = self.body.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

    def moment(self, name: str) -> datetime | None:
        return parse(text(self.body.get(name)) or "")

    def words(self, name: str) -> list[str]:
        return [clean(word, 40) for word in items(self.body.get(name)) if isinstance(word, str)]

    @property
    def plan(self) -> str:
        name = text(self.body.get("planName"))
        return f"the {clean(name, 40)} plan" if name else "the plan"


def remedy(body: JsonObject, accounts: tuple[Account, ...], now: datetime) -> Remedy:
    """Read a limit's body, or when an account's hold ends (seed 002); of anything else nothing is made."""
    case, read = _Case(body, accounts, now), _READERS.get(text(body.get("code")) or "")
    return read(case) if read else Remedy(not_before=case.moment("holdExpiresAt"))


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
        return _leave_out(blocked, used, otherwise, rest)
    if not blocked and left and left < len(case.accounts):
        problem = Problem(
            path="/accounts",
            code=ProblemCode.TOO_MANY,
            message=f"{used}, but for {left}",
            fix=f"Name at most {left} of these accounts{otherwise}.",
            limit=left,
            actual=len(case.accounts),
            accounts=[account.id for account in case.accounts],
        )
        return Remedy(problems=(problem,), code=ErrorCode.VALIDATION_FAILED, after_seconds=rest)
    advice = f"Tell the user: {used}. They can take a larger plan{otherwise}."
    return Remedy(advice, after_seconds=rest, not_before=end)


def _horizon(case: _Case) -> Remedy:
    last, asked, days = case.moment("maxScheduledDate"), case.moment("scheduledTime"), case.number("limit")
    ahead = f"at most {days} days ahead" if days else "sooner"
    problem = Problem(
        path="/scheduled_at",
        code=ProblemCode.OUT_OF_RANGE,
        message=f"{case.plan} does not schedule so far ahead",
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
        return _leave_out(blocked, said, otherwise, None)
    return Remedy(f"Tell the user: {said}{otherwise}.")


def _connections(case: _Case) -> Remedy:
    over = case.number("overLimitBy")
    some = f"{over} of them" if over else "some"
    used = case.number("used")
    held = f"{used} accounts are connected" if used else "more accounts are connected than allowed"
    return Remedy(
        f"Tell the user: {held}, {case.plan} allows {_count(case, 'limit', 'account')}. "
        f"Nothing can be posted until they disconnect {some} in PostPost or take a larger plan."
    )


def _channels(case: _Case) -> Remedy:
    """Tell the limit on connecting accounts, which has four bodies of its own (seed 002)."""
    held = case.number("connectionCount") or case.number("used")
    allowed = case.number("currentQuantity") or case.number("limit")
    wanted = case.number("targetQuantity") or case.number("projectedUsed")
    said = f"no more accounts can be connected to PostPost{f' ({held} are)' if held else ''}"
    if case.body.get("canExpand") is True:
        sizes = f" from {allowed} to {wanted} accounts" if allowed and wanted else ""
        return Remedy(f"Tell the user: {said}; {case.plan} can be extended{sizes} in PostPost.")
    if case.body.get("canExpand") is False and held is None:
        return Remedy(f"Tell the user: {said}; the owner of their workspace decides on the plan.")
    sizes = f" {wanted} are wanted, {allowed} allowed." if allowed and wanted else ""
    return Remedy(f"Tell the user: {said}.{sizes} They can disconnect some or take a larger plan.")


def _leave_out(blocked: list[Account], why: str, otherwise: str, rest: float | None) -> Remedy:
    ids = [account.id for account in blocked]
    problem = Problem(
        path="/accounts",
        code=ProblemCode.ACCOUNT_STATE,
        message=why,
        fix=f"Leave out {', '.join(ids)}{otherwise}.",
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
}
