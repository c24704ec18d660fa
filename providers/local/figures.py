"""How the embedded engine stands, in figures: what waits, what is under way, how late it went out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.local.ledger import moment, stamp
from providers.store import Connection


@dataclass(frozen=True, slots=True)
class Queue:
    """Deliveries by where they stand.

    ``due`` are those of the scheduled whose time has come, since ``due_since`` on accounts that are open. ``settling``
    are looked for at their networks; of ``unknown`` ones only a person can tell what became of them.
    """

    scheduled: int
    due: int
    in_hand: int
    settling: int
    unknown: int
    due_since: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lateness:
    """What was published in a span of time, and within how many seconds after its time half and 99 % of it was."""

    published: int
    p50_seconds: float | None
    p99_seconds: float | None


def queue(connection: Connection, now: datetime) -> Queue:
    """Count what has not ended; reads the entries of what waits, and no more."""
    at = stamp(now)
    due = connection.execute(_DUE, (at,)).fetchone()["count"]
    since = connection.execute(_DUE_SINCE, (at, at)).fetchone()["soonest"]
    ahead = connection.execute(_AHEAD, (at,)).fetchone()
    in_hand, settling, unknown = (
        connection.execute(statement).fetchone()["count"] for statement in (_IN_HAND, _SETTLING, _UNKNOWN)
    )
    return Queue(due + ahead["count"], due, in_hand, settling, unknown, _moment(since), _moment(ahead["soonest"]))


def lateness(connection: Connection, since: datetime) -> Lateness:
    """Tell how late went out what was published since a time."""
    count = connection.execute(_PUBLISHED, (stamp(since),)).fetchone()["count"]
    half, most = (_at(connection, since, int(share * count)) for share in (0.5, 0.99)) if count else (None, None)
    return Lateness(count, half, most)


def _at(connection: Connection, since: datetime, place: int) -> float:
    late = connection.execute(_LATE, (stamp(since), place)).fetchone()["late"]
    return timedelta(microseconds=late).total_seconds()


def _moment(stamped: int | None) -> datetime | None:
    return moment(stamped) if stamped is not None else None


# Every list of states is that of a partial index, word for word, or it would not be used.
_WAITING = "state IN ('scheduled', 'queued', 'settling') AND state <> 'settling' AND wake_at "
_COUNTED = "SELECT count(*) AS count, min(wake_at) AS soonest FROM delivery WHERE "
_DUE, _AHEAD = f"{_COUNTED}{_WAITING}<= ?", f"{_COUNTED}{_WAITING}> ?"
_CLOSED = "SELECT account FROM gate WHERE held_until > ?"
_DUE_SINCE = f"{_DUE} AND account NOT IN ({_CLOSED})"
_IN_HAND = f"{_COUNTED}state IN ('leased', 'sending', 'reconciling')"
_SETTLING = f"{_COUNTED}state IN ('scheduled', 'queued', 'settling') AND state = 'settling'"
_UNKNOWN = f"{_COUNTED}state = 'unknown'"
_PUBLISHED = f"{_COUNTED}published_at >= ?"
# What was sent again by hand is late from that moment on.
_LATE = (
    "SELECT published_at - CASE WHEN since > due THEN since ELSE due END AS late FROM"
    " (SELECT published_at, since, coalesce(scheduled_at, created_at) AS due FROM delivery"
    " JOIN post ON post.id = delivery.post_id WHERE published_at >= ?) AS published ORDER BY late LIMIT 1 OFFSET ?"
)
