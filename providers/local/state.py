"""The states of a delivery, and which of them follows from a failure (reference engine 2.2 and 2.5).

::

    scheduled, queued --claim--> leased --intent--> sending --> published | failed | unknown
          ^                        |                   |
          +---- lease expired -----+                   |
          +---- not sent, or refused for the moment ---+
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from providers.protocol import Failure
from schemas.errors import ENTRIES, Decision, ErrorCode
from schemas.instant import wire
from schemas.status import Status


class State(StrEnum):
    """Where a delivery stands. ``leased``: a process has taken it up; ``sending``: it may have left us."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def status(self) -> Status:
        """What it reads as for an agent."""
        return _STATUSES.get(self) or Status(self.value)


_STATUSES = {State.LEASED: Status.QUEUED, State.SENDING: Status.PUBLISHING}

#: Draws from 0 up to a number of seconds, so that deliveries that failed together do not come back together.
Spread = Callable[[float], float]

BASE_SECONDS = 2.0
CAP_SECONDS = 900.0
MAX_REFUSALS = 8
MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery that was taken up.

    ``wake_at`` is when it is to be taken up again; ``refused`` counts against the refusals it may meet;
    ``retry`` says whether a failed one may be sent again by hand.
    """

    state: State
    wake_at: datetime | None = None
    error: str | None = None
    retry: bool | None = None
    url: str | None = None
    published_at: datetime | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What a verdict looks back on: when it was first due, how often it was tried and refused."""

    due_at: datetime
    tries: int
    refusals: int


def judge(failure: Failure, record: Record, now: datetime, spread: Spread, *, exact: bool) -> Verdict:
    """Decide what follows from a failed delivery; ``exact``: sending it again is harmless.

    A doubt is never sent again on an inexact network. What was certainly not sent comes back for 24 hours,
    what was refused for the moment at most 8 times within them; the rest has failed.
    """
    if failure.doubt and not exact:
        return Verdict(State.UNKNOWN, error=failure.message)
    if not failure.doubt and ENTRIES[failure.code].decision not in _COME_BACK:
        return Verdict(State.FAILED, error=failure.message, retry=False)
    refused = failure.code is not ErrorCode.PROVIDER_UNREACHABLE
    again = now + timedelta(seconds=wait_seconds(record.tries, failure.after_seconds, spread))
    if record.refusals + refused >= MAX_REFUSALS or again > record.due_at + MAX_AGE:
        return Verdict(State.FAILED, error=f"{failure.message} Given up after {record.tries + 1} tries.", retry=True)
    error = f"{failure.message} Try {record.tries + 2} follows at {wire(again)}."
    return Verdict(State.QUEUED, wake_at=again, error=error, refused=refused)


def wait_seconds(tries: int, asked: float | None, spread: Spread) -> float:
    """Choose a pause in seconds: what the network ``asked`` and up to a tenth more, else full jitter; at least 1."""
    if asked is not None:
        return max(1.0, asked + spread(asked / 10))
    return max(1.0, spread(min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(tries, _ENOUGH))))


def full_jitter(ceiling: float) -> float:
    """Draw evenly between 0 and ``ceiling``."""
    return random.uniform(0, ceiling)  # noqa: S311  (it spreads load; nobody gains by guessing it)


_COME_BACK = frozenset({Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED})
# 2 s doubled this often is past the cap; a larger exponent would only overflow.
_ENOUGH = 10
