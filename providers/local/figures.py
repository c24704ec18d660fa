"""How the embedded engine stands, in figures: what waits, what is under way, how late it went out."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.local.ledger import moment, stamp


@dataclass(frozen=True, slots=True)
class Queue:
    """Deliveries by where they stand. ``due`` are those of the scheduled whose time has come, since ``due_since``."""

    scheduled: int
    due: int
    in_hand: int
    unknown: int
    due_since: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lateness:
    """What was published in a span of time, and within how many seconds after its time half and 99 % of it was."""

    published: int
    p50_seconds: float | None
    p99_seconds: float | None


def queue(connection: sqlite3.Connection, now: datetime) -> Queue:
    """Count what has not ended; reads the entries of what waits, and no more."""
    at = stamp(now)
    due, since = connection.execute(_DUE, (at,)).fetchone()
    ahead, soonest = connection.execute(_AHEAD, (at,)).fetchone()
    (in_hand,) = connection.execute(_IN_HAND).fetchone()
    (unknown,) = connection.execute(_UNKNOWN).fetchone()
    return Queue(due + ahead, due, in_hand, unknown, _moment(since), _moment(soonest))


def lateness(connection: sqlite3.Connection, since: datetime) -> Lateness:
    """Tell how late went out what was published since a time."""
    (count,) = connection.execute(_PUBLISHED, (stamp(since),)).fetchone()
    half, most = (_at(connection, since, int(share * count)) for share in (0.5, 0.99)) if count else (None, None)
    return Lateness(count, half, most)


def _at(connection: sqlite3.Connection, since: datetime, place: int) -> float:
    (late,) = connection.execute(_LATE, (stamp(since), place)).fetchone()
    return timedelta(microseconds=late).total_seconds()


def _moment(stamped: int | None) -> datetime | None:
    return moment(stamped) if stamped is not None else None


_WAITING = "SELECT count(*), min(wake_at) FROM delivery WHERE state IN ('scheduled', 'queued') AND wake_at "
_DUE, _AHEAD = _WAITING + "<= ?", _WAITING + "> ?"
_IN_HAND = "SELECT count(*) FROM delivery WHERE state IN ('leased', 'sending')"
_UNKNOWN = "SELECT count(*) FROM delivery WHERE state = 'unknown'"
_PUBLISHED = "SELECT count(*) FROM delivery WHERE published_at >= ?"
# What was sent again by hand is late from that moment on.
_LATE = (
    "SELECT published_at - CASE WHEN since > due THEN since ELSE due END AS late FROM"
    " (SELECT published_at, since, coalesce(scheduled_at, created_at) AS due FROM delivery"
    " JOIN post ON post.id = delivery.post_id WHERE published_at >= ?) AS published ORDER BY late LIMIT 1 OFFSET ?"
)
