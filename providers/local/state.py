"""The states of a delivery, and which of them follows from a failure (reference engine 2.2 and 2.5).

::

    scheduled, queued --take--> leased --intent--> sending --> published | failed
          ^                       |                   |  |
          +---- lease expired ----+                   |  +--> unknown, where nobody can look: a person has to
          +---- not sent, or refused for the moment --+  |
          |                                              v
          +-- looks enough found nothing --- reconciling <--take-- settling --> unknown, after a day
                                                   |                   ^
                                        published <+-- found  nothing -+

Who is not paused: of each account the delivery that is due first, and no other before its end (``IN_LINE``).

By hand (providers/local/editing.py), and never while it is in a courier's hand::

    draft <--pause-- scheduled, queued <--change, schedule, publish-- draft, scheduled, queued, missed
    failed, missed --retry--> queued
    draft, scheduled, queued, failed, missed --delete--> cancelled | unknown, where an earlier try may have sent it
    published --delete, where the network takes it back (providers/local/taking_back.py)--> cancelled
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
    """Where a delivery stands.

    ``leased``: a process has taken it up; ``sending``: it may have left us; ``settling``: nobody knows whether it did,
    and the network is looked at when it is time; ``reconciling``: somebody is looking.
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    SETTLING = "settling"
    RECONCILING = "reconciling"
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
IN_HAND = frozenset({State.LEASED, State.SENDING, State.RECONCILING})
AGAIN = frozenset({State.FAILED, State.MISSED})

_STATUSES = {
    State.LEASED: Status.QUEUED,
    State.SENDING: Status.PUBLISHING,
    State.SETTLING: Status.UNKNOWN,
    State.RECONCILING: Status.UNKNOWN,
}

BASE_SECONDS = 2.0
CAP_SECONDS = 900.0
MAX_REFUSALS = 8
MAX_AGE = timedelta(hours=24)
#: So many failures of its server one after the other close an account for a while, that doubles with each further one.
FAILURES, FIRST_CLOSED, LONGEST_CLOSED = 5, timedelta(seconds=15), timedelta(minutes=5)
#: The longest pause between two looks at a network that cannot be asked.
RAREST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settling:
    """How a network is looked at that may have a delivery: after ``first``, then ``between`` looks that found nothing.

    After so many ``looks`` it counts as not sent (reference engine 2.6: 0.5 doubles in 10,000 at these figures, with
    lists that lag and commits that come late by a minute).
    """

    first: timedelta = timedelta(seconds=120)
    between: timedelta = timedelta(seconds=90)
    looks: int = 4


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing goes out on an account: ``until`` a time, or (``None``) until it is logged in anew."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery that was taken up.

    ``wake_at`` is when it is to be taken up again; ``refused`` counts against the refusals it may meet;
    ``retry`` says whether a failed one may be sent again by hand; ``doubt``: this try may have sent it all the same;
    ``looked``: it was a look that found nothing. ``hold`` closes the account; ``down``: its server failed (``None``:
    this tells nothing of it).
    """

    state: State
    wake_at: datetime | None = None
    error: str | None = None
    retry: bool | None = None
    published: Published = field(default_factory=Published)
    published_at: datetime | None = None
    refused: bool = False
    doubt: bool = False
    looked: bool = False
    hold: Hold | None = None
    down: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What a verdict looks back on: since when it is due, how often it was tried, refused, and looked for.

    ``doubt``: an earlier try may have sent it.
    """

    due_at: datetime
    tries: int
    refusals: int
    looks: int = 0
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Nature:
    """What a network is, as far as verdicts go: ``exact``: sending again is harmless; ``tells``: it can be asked."""

    exact: bool
    tells: bool = False
    settling: Settling = field(default_factory=Settling)


def judge(failure: Failure, record: Record, now: datetime, spread: Spread, nature: Nature) -> Verdict:
    """Decide what follows from a failed delivery.

    A doubt is never sent again on an inexact network, but looked into where that tells. What was certainly not sent
    comes back for 24 hours, what was refused for the moment at most 8 times within them; what only a new login mends
    waits for that; the rest has failed.
    """
    down = failure.code in _DOWN
    if failure.doubt and not nature.exact:
        return _doubted(failure, now, nature, down=down)
    if failure.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT:
        hold = Hold(failure.message)
        return Verdict(State.QUEUED, wake_at=now, error=f"{failure.message} {_LOG_IN}", hold=hold, down=False)
    if not failure.doubt and ENTRIES[failure.code].decision not in _COME_BACK:
        told = " ".join(filter(None, (failure.message, failure.advice)))
        return Verdict(State.FAILED, error=told, retry=False, down=down)
    refused = failure.code is not ErrorCode.PROVIDER_UNREACHABLE
    again = now + timedelta(seconds=wait_seconds(record.tries, failure.after_seconds, spread))
    if record.refusals + refused >= MAX_REFUSALS or again > record.due_at + MAX_AGE:
        return _given_up(failure, record, now, nature, down=down)
    error = f"{failure.message} Try {record.tries + 2} follows at {wire(again)}."
    hold = Hold(failure.message, again) if failure.code is ErrorCode.RATE_LIMITED else None
    return Verdict(State.QUEUED, wake_at=again, error=error, refused=refused, doubt=failure.doubt, hold=hold, down=down)


def found_nothing(record: Record, now: datetime, settling: Settling) -> Verdict:
    """Decide what follows from a look that found nothing: another, or, after enough of them, it was not sent.

    Then it is sent again, unless it was tried too often or for too long: a server may fail at it every time.
    """
    if record.looks + 1 >= settling.looks:
        error = f"It was looked for {record.looks + 1} times and is not there"
        if record.tries >= MAX_REFUSALS or now > record.due_at + MAX_AGE:
            error = f"{error}. Given up after {record.tries} tries."
            return Verdict(State.FAILED, error=error, retry=True, looked=True, down=False)
        error = f"{error}, so it is sent again."
        return Verdict(State.QUEUED, wake_at=now, error=error, looked=True, down=False)
    again = now + settling.between
    error = f"It is not there yet. The next look follows at {wire(again)}."
    return Verdict(State.SETTLING, wake_at=again, error=error, doubt=True, looked=True, down=False)


def unreadable(failure: Failure, record: Record, now: datetime, settling: Settling) -> Verdict:
    """Decide what follows from a look that could not be made: rarer ones for a day, then a person has to."""
    down = failure.code in _DOWN
    age = now - record.due_at
    if age > MAX_AGE:
        return Verdict(State.UNKNOWN, error=f"{failure.message} {_BY_HAND}", doubt=True, down=down)
    again = now + max(settling.between, min(age / 10, RAREST))
    error = f"{failure.message} The next look whether it was sent follows at {wire(again)}."
    return Verdict(State.SETTLING, wake_at=again, error=error, doubt=True, down=down)


def closed_for(failures: int) -> timedelta | None:
    """Tell how long an account stays closed after so many failures of its server in a row."""
    if failures < FAILURES:
        return None
    return min(FIRST_CLOSED * 2 ** min(failures - FAILURES, _ENOUGH), LONGEST_CLOSED)


def _given_up(failure: Failure, record: Record, now: datetime, nature: Nature, *, down: bool) -> Verdict:
    """Give up what failed too often; what an earlier try may have sent is looked for first, where that is told."""
    message, doubt = f"{failure.message} Given up after {record.tries + 1} tries.", failure.doubt or record.doubt
    if doubt and nature.tells:
        return _doubted(Failure(failure.code, message, doubt=True), now, nature, down=down)
    return Verdict(State.FAILED, error=message, retry=True, doubt=failure.doubt, down=down)


def _doubted(failure: Failure, now: datetime, nature: Nature, *, down: bool) -> Verdict:
    if not nature.tells:
        return Verdict(State.UNKNOWN, error=failure.message, doubt=True, down=down)
    look_at = now + nature.settling.first
    error = f"{failure.message} It is looked for at {wire(look_at)}."
    return Verdict(State.SETTLING, wake_at=look_at, error=error, doubt=True, down=down)


def wait_seconds(tries: int, asked: float | None, spread: Spread = full_jitter) -> float:
    """Choose the pause before a delivery is taken up again, at least 1 s."""
    return max(1.0, pause_seconds(tries, asked, spread, base=BASE_SECONDS, cap=CAP_SECONDS))


_LOG_IN = "Have the user log in again: `postwright accounts add` with this account. It goes out then."
_BY_HAND = "Nobody knows whether it was sent: look at the account by hand."
#: What says that a server is down, whoever asks it.
_DOWN = frozenset(
    {
        ErrorCode.PROVIDER_UNREACHABLE,
        ErrorCode.PROVIDER_TIMEOUT,
        ErrorCode.PROVIDER_ERROR,
        ErrorCode.UNEXPECTED_ANSWER,
    }
)
_ENOUGH = 10
_COME_BACK = frozenset({Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED})
