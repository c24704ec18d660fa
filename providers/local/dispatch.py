"""The delivery loop's side of the ledger: what is due, who takes it up, and what came of it.

Each function is the inside of one ``BEGIN IMMEDIATE`` transaction. A delivery is taken up under a fence, a number
that grows with every claim; whoever writes an outcome must still hold it, so an old holder changes nothing.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from providers.local.ledger import moment, refold, stamp
from providers.local.state import Record, State, Verdict
from providers.networks.network import Kept, Parcel


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in somebody's hand."""

    parcel: Parcel
    state: State
    fence: int
    record: Record


def next_due(connection: sqlite3.Connection, account: str, earliest: datetime) -> datetime | None:
    """Tell when the next delivery of an account is due, those due before ``earliest`` left aside."""
    return _soonest(
        connection,
        "SELECT min(wake_at) FROM delivery WHERE account = ? AND wake_at >= ? AND state IN ('scheduled', 'queued')",
        account,
        stamp(earliest),
    )


def next_lapse(connection: sqlite3.Connection) -> datetime | None:
    """Tell when the next lease runs out."""
    return _soonest(connection, "SELECT min(wake_at) FROM delivery WHERE state IN ('leased', 'sending')")


def longest_waiting(connection: sqlite3.Connection) -> datetime | None:
    """Tell since when the delivery that waits longest has been due, whichever account it is for."""
    return _soonest(connection, "SELECT min(wake_at) FROM delivery WHERE state IN ('scheduled', 'queued')")


def claim(
    connection: sqlite3.Connection, account: str, earliest: datetime, now: datetime, until: datetime
) -> Claim | None:
    """Take up the delivery of an account that has been due longest, under a lease ``until`` a time."""
    row = connection.execute(
        "UPDATE delivery SET state = 'leased', fence = fence + 1, wake_at = ? WHERE rowid = ("
        "SELECT rowid FROM delivery WHERE account = ? AND wake_at BETWEEN ? AND ?"
        " AND state IN ('scheduled', 'queued') ORDER BY wake_at, rowid LIMIT 1) RETURNING id, post_id",
        (stamp(until), account, stamp(earliest), stamp(now)),
    ).fetchone()
    if row is None:
        return None
    refold(connection, row["post_id"])
    return _claim(connection.execute(_CLAIM, (row["id"],)).fetchone())


def intend(connection: sqlite3.Connection, claim: Claim, until: datetime) -> bool:
    """Record that a claimed delivery is about to be sent; false: it is no longer the claimant's."""
    changed = connection.execute(
        "UPDATE delivery SET state = 'sending', wake_at = ? WHERE id = ? AND fence = ? AND state = 'leased'",
        (stamp(until), claim.parcel.delivery_id, claim.fence),
    ).rowcount
    refold(connection, claim.parcel.post_id)
    return bool(changed)


def renew(connection: sqlite3.Connection, claim: Claim, until: datetime) -> None:
    """Hold a delivery longer, while its holder works on it."""
    connection.execute(
        "UPDATE delivery SET wake_at = ? WHERE id = ? AND fence = ? AND state IN ('leased', 'sending')",
        (stamp(until), claim.parcel.delivery_id, claim.fence),
    )


def conclude(connection: sqlite3.Connection, claim: Claim, verdict: Verdict) -> bool:
    """Write what became of a delivery that is being sent; false: another has decided since."""
    changed = connection.execute(
        "UPDATE delivery SET state = ?, wake_at = ?, error = ?, retry = ?, url = ?, remote_id = ?, published_at = ?,"
        " tries = tries + 1, refusals = refusals + ?, doubt = max(doubt, ?)"
        " WHERE id = ? AND fence = ? AND state = 'sending'",
        (
            verdict.state,
            stamp(verdict.wake_at) if verdict.wake_at else None,
            verdict.error,
            verdict.retry,
            verdict.published.url,
            verdict.published.remote_id,
            stamp(verdict.published_at) if verdict.published_at else None,
            verdict.refused,
            verdict.doubt,
            claim.parcel.delivery_id,
            claim.fence,
        ),
    ).rowcount
    refold(connection, claim.parcel.post_id)
    return bool(changed)


def lapse(connection: sqlite3.Connection, now: datetime, judge: Callable[[Claim], Verdict], limit: int) -> int:
    """Decide up to ``limit`` deliveries whose holder let the lease run out; tell how many there were.

    One that was only leased goes back, for nothing of it was sent; it has been due since its lease ran out.
    """
    rows = connection.execute(_LAPSED, (stamp(now), limit)).fetchall()
    for held in map(_claim, rows):
        if held.state is State.LEASED:
            connection.execute("UPDATE delivery SET state = 'queued' WHERE id = ?", (held.parcel.delivery_id,))
        else:
            conclude(connection, held, judge(held))
    return len(rows)


def miss(connection: sqlite3.Connection, earliest: datetime, tell: Callable[[datetime, bool], str], limit: int) -> int:
    """Give up to ``limit`` deliveries up that were due before ``earliest``, in the words of ``tell``.

    It is told when each was due, and whether an earlier try may have sent it.
    """
    rows = connection.execute(
        "SELECT id, post_id, wake_at, doubt FROM delivery"
        " WHERE wake_at < ? AND state IN ('scheduled', 'queued') ORDER BY wake_at LIMIT ?",
        (stamp(earliest), limit),
    ).fetchall()
    for row in rows:
        connection.execute(
            "UPDATE delivery SET state = 'missed', wake_at = NULL, error = ?, retry = 1 WHERE id = ?",
            (tell(moment(row["wake_at"]), bool(row["doubt"])), row["id"]),
        )
        refold(connection, row["post_id"])
    return len(rows)


_HELD = (
    "SELECT delivery.*, caption, media, assets, settings, trace, scheduled_at, created_at"
    " FROM delivery JOIN post ON post.id = delivery.post_id WHERE "
)
_CLAIM = _HELD + "delivery.id = ?"
_LAPSED = _HELD + "state IN ('leased', 'sending') AND wake_at <= ? LIMIT ?"


def _claim(row: sqlite3.Row) -> Claim:
    scheduled_at = moment(row["scheduled_at"]) if row["scheduled_at"] is not None else None
    due_at = scheduled_at or moment(row["created_at"])
    parcel = Parcel(
        delivery_id=row["id"],
        post_id=row["post_id"],
        account=row["account"],
        caption=row["caption"],
        media=json.loads(row["media"]) if row["media"] else None,
        due_at=due_at,
        scheduled_at=scheduled_at,
        settings=json.loads(row["settings"] or "{}"),
        files={link: Kept(**kept) for link, kept in json.loads(row["assets"] or "{}").items()},
        trace=row["trace"],
    )
    since = moment(row["since"]) if row["since"] is not None else due_at
    record = Record(max(since, due_at), row["tries"], row["refusals"])
    return Claim(parcel, State(row["state"]), row["fence"], record)


def _soonest(connection: sqlite3.Connection, statement: str, *values: object) -> datetime | None:
    found = connection.execute(statement, values).fetchone()[0]
    return moment(found) if found is not None else None
