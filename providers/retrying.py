"""When a request to a service is made again within one call: one table, and what goes by it (reference engine 2.5).

A verdict decides, not a status: whether something may be made again is told by our error code and by the doubt. What
is not made again here is told to the agent, who may know better what to do with the time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import inf
from typing import TypeVar

import structlog
from anyio import current_effective_deadline, current_time, sleep

from providers.jitter import Spread, full_jitter, pause_seconds
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Kind(StrEnum):
    """What a request does: nothing; something; or something that the service knows again by its key."""

    READ = "read"
    WRITE = "write"
    KEYED = "keyed"


@dataclass(frozen=True, slots=True)
class Policy:
    """One row: after which failures a request is made again, how often, and how much time that may take.

    ``free`` are met after a pause of ours, or the one that the service names; ``told`` only where it names one.
    ``after_doubt``: also when the failed request may have been acted on. ``longest`` is the longest pause that is
    waited out; ``base`` and ``cap`` are those of our own. All tries together end within ``budget`` seconds of the
    beginning, or when the time of somebody around is over; none begins with less than ``least`` left for it.
    """

    free: frozenset[ErrorCode]
    told: frozenset[ErrorCode]
    after_doubt: bool
    attempts: int
    base: float
    cap: float
    longest: float
    budget: float
    least: float

    def pause(self, failure: Failure, tries: int, spread: Spread = full_jitter) -> float | None:
        """Tell how long to wait after the last of ``tries``; ``None``: it is not made again."""
        asked = failure.after_seconds
        allowed = failure.code in self.free or (failure.code in self.told and asked is not None)
        if not allowed or tries >= self.attempts or (failure.doubt and not self.after_doubt):
            return None
        if asked is not None and asked > self.longest:
            return None
        return pause_seconds(tries - 1, asked, spread, base=self.base, cap=self.cap)


_NOT_SENT = frozenset({ErrorCode.PROVIDER_UNREACHABLE})
_NOT_NOW = frozenset({ErrorCode.RATE_LIMITED})
_BROKEN = frozenset({ErrorCode.PROVIDER_ERROR, ErrorCode.PROVIDER_TIMEOUT, ErrorCode.UNEXPECTED_ANSWER})

#: The look at the accounts before it takes up to 10 s, and clients wait for 60: so a write ends within 38 s, as long
#: as one request with its turn may take. A write begins with 10 s left, because one that is cut short is a doubt.
POLICIES: dict[Kind, Policy] = {
    Kind.READ: Policy(
        _NOT_SENT | _BROKEN, _NOT_NOW, True, attempts=3, base=0.25, cap=2.0, longest=5.0, budget=30.0, least=2.0
    ),
    Kind.WRITE: Policy(
        _NOT_SENT,
        _NOT_NOW | {ErrorCode.PROVIDER_ERROR},
        False,
        attempts=3,
        base=0.5,
        cap=4.0,
        longest=10.0,
        budget=38.0,
        least=10.0,
    ),
    Kind.KEYED: Policy(
        _NOT_SENT | _BROKEN, _NOT_NOW, True, attempts=3, base=0.5, cap=4.0, longest=10.0, budget=38.0, least=10.0
    ),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One try: it ends at ``until``, by the loop's clock; ``doubted``: an earlier one may have been acted on."""

    until: float = inf
    doubted: bool = False


async def retried(
    kind: Kind,
    attempt: Callable[[Try], Awaitable[T]],
    clock: Clock,
    leave_by: Deadline | None = None,
    spread: Spread = full_jitter,
) -> T:
    """Make a request, and make it again as its row has it, but not after ``leave_by``; pauses are drawn by ``spread``.

    Raises:
        Failure: the last one, with how often it was tried; in doubt if any of a write's tries was.
    """
    policy, this, tries = POLICIES[kind], Try(), 0
    until = min(current_time() + policy.budget, current_effective_deadline())
    last: Failure | None = None
    while True:
        try:
            return await attempt(this)
        except Failure as failure:
            if last and failure.code is ErrorCode.PROVIDER_PAUSED:
                # That try was never made: what came of those before it says more.
                raise last from failure
            tries += 1
            pause = policy.pause(failure, tries, spread)
            failure.doubt = failure.doubt or this.doubted
            failure.message = _counted(failure.message, tries)
            if pause is None or not _fits(policy, pause, until, clock, leave_by):
                raise
            last, this = failure, Try(until, failure.doubt and kind is not Kind.READ)
        log.info("request_repeated", kind=kind, tries=tries, error=last.code, seconds=round(pause, 2))
        await sleep(pause)


def _counted(message: str, tries: int) -> str:
    return f"{message.removesuffix('.')} (tried {tries} times)." if tries > 1 else message


def _fits(policy: Policy, pause: float, until: float, clock: Clock, leave_by: Deadline | None) -> bool:
    """Tell whether there is time for another try after a pause."""
    begins, late = current_time() + pause, clock() + timedelta(seconds=pause)
    return begins + policy.least <= until and not (leave_by and leave_by.passed(late, begins))
