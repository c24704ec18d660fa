"""The states of a delivery, and which of them follows from a failure (reference engine 2.2 and 2.5).

::

    scheduled, queued --claim--> leased --intent--> sending --> published | failed | unknown
          ^                        |                   |
          +---- lease expired -----+                   |
          +---- not sent, or refused for the moment ---+

By hand (providers/local/editing.py), and never while it is in a courier's hand::

    draft <--pause-- scheduled, queued <--change, schedule, publish-- draft, scheduled, queued, missed
    failed, missed --retry--> queued
    draft, scheduled, queued, failed, missed --delete--> cancelled | unknown, where an earlier try may have sent it
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from providers.jitter import Spread, full_jitter, pause_seconds
from providers.networks.network import Published
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


#: What may be changed by hand, what a courier has in hand, and what may be sent again by hand.
WAITING = frozenset({State.DRAFT, State.SCHEDULED, State.QUEUED})
IN_HAND = frozenset({State.LEASED, State.SENDING})
AGAIN = frozenset({State.FAILED, State.MISSED})

_STATUSES = {State.LEASED: Status.QUEUED, State.SENDING: Status.PUBLISHING}

BASE_SECONDS = 2.0
CAP_SECONDS = 900.0
MAX_REFUSALS = 8
MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery that was taken up.

    ``wake_at`` is when it is to be taken up again; ``refused`` counts against the refusals it may meet;
    ``retry`` says whether a failed one may be sent again by hand; ``doubt``: this try may have sent it all the same.
    """

    state: State
    wake_at: datetime | None = None
    error: str | None = None
    retry: bool | None = None
    published: Published = field(default_factory=Published)
    published_at: datetime | None = None
    refused: bool = False
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What a verdict looks back on: since when it is due, how often it was tried and refused."""

    due_at: datetime
    tries: int
    refusals: int


def judge(failure: Failure, record: Record, now: datetime, spread: Spread, *, exact: bool) -> Verdict:
    """Decide what follows from a failed delivery; ``exact``: sending it again is harmless.

    A doubt is never sent again on an inexact network. What was certainly not sent comes back for 24 hours,
    what was refused for the moment at most 8 times within them; the rest has failed.
    """
    if failure.doubt and not exact:
        return Verdict(State.UNKNOWN, error=failure.message, doubt=True)
    if not failure.doubt and ENTRIES[failure.code].decision not in _COME_BACK:
        told = " ".join(filter(None, (failure.message, failure.advice)))
        return Verdict(State.FAILED, error=told, retry=False)
    refused = failure.code is not ErrorCode.PROVIDER_UNREACHABLE
    again = now + timedelta(seconds=wait_seconds(record.tries, failure.after_seconds, spread))
    if record.refusals + refused >= MAX_REFUSALS or again > record.due_at + MAX_AGE:
        given_up = f"{failure.message} Given up after {record.tries + 1} tries."
        return Verdict(State.FAILED, error=given_up, retry=True, doubt=failure.doubt)
    error = f"{failure.message} Try {record.tries + 2} follows at {wire(again)}."
    return Verdict(State.QUEUED, wake_at=again, error=error, refused=refused, doubt=failure.doubt)


def wait_seconds(tries: int, asked: float | None, spread: Spread = full_jitter) -> float:
    """Choose the pause before a delivery is taken up again, at least 1 s."""
    return max(1.0, pause_seconds(tries, asked, spread, base=BASE_SECONDS, cap=CAP_SECONDS))


_COME_BACK = frozenset({Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED})
