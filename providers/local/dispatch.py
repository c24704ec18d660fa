"""The delivery loop's side of the ledger: what is due, who takes it up, and what came of it.

Each function is the inside of one transaction. A delivery is taken up under a fence, a number
that grows with every claim; whoever writes an outcome must still hold it, so an old holder changes nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.local import gates
from providers.local.ledger import moment, refold, stamp
from providers.local.state import IN_HAND, Record, State, Verdict
from providers.networks.kind import Pace
from providers.networks.network import Kept, Parcel
from providers.store import Connection, Row


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in somebody's hand."""

    parcel: Parcel
    state: State
    fence: int
    record: Record


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms deliveries are taken up: how late at most, held for how long, and at what pace."""

    max_lateness: timedelta
    lease: timedelta
    pace: Pace


def accounts_due(connection: Connection, now: datetime) -> tuple[list[str], datetime | None]:
    """Name the accounts on which something is due, and tell when the next comes to be."""
    accounts = [row["account"] for row in connection.execute(_DUE, (stamp(now),)).fetchall()]
    return accounts, _soonest(connection, _FOLLOWING, stamp(now))


def next_lapse(connection: Connection) -> datetime | None:
    """Tell when the next lease runs out."""
    return _soonest(connection, _NEXT_LAPSE)


def longest_waiting(connection: Connection) -> datetime | None:
    """Tell since when the delivery that waits longest has been due, whichever account it is for."""
    return _soonest(connection, _LONGEST)


def take(connection: Connection, account: str, now: datetime, terms: Terms) -> Claim | datetime | None:
    """Take up the delivery that is first in the line of an account, to send it, or to look for it.

    Otherwise tell when that may be tried again; ``None``: nobody waits, or not before something else happened.
    """
    row = connection.execute(_FIRST, (account,)).fetchone()
    if row is None:
        return None
    state, wake_at = State(row["state"]), moment(row["wake_at"])
    if state in IN_HAND or wake_at > now:
        return wake_at
    if state is not State.SETTLING:
        opens = gates.opens_at(connection, account, now, terms.pace)
        if opens is not None:
            return opens if isinstance(opens, datetime) else None
        if wake_at < now - terms.max_lateness:
            return None
    taken = State.RECONCILING if state is State.SETTLING else State.LEASED
    values = (taken, stamp(now + terms.lease), row["id"], row["fence"], state)
    if connection.execute(_TAKE, values).rowcount == 0:
        return None
    if taken is State.LEASED:
        gates.passed(connection, account, now, terms.pace)
    refold(connection, row["post_id"])
    return _claim(connection.execute(_CLAIM, (row["id"],)).fetchone())


def give_back(connection: Connection, claim: Claim, at: datetime | None = None) -> None:
    """Put a delivery back of which nothing has left: due ``at`` a time, or since its lease ran out."""
    state = State.SETTLING if claim.state is State.RECONCILING else State.QUEUED
    values = (state, stamp(at) if at else None, claim.parcel.delivery_id, claim.fence)
    connection.execute(_GIVE_BACK, values)
    refold(connection, claim.parcel.post_id)


def intend(connection: Connection, claim: Claim, until: datetime) -> bool:
    """Record that a claimed delivery is about to be sent; false: it is no longer the claimant's."""
    changed = connection.execute(
        "UPDATE delivery SET state = 'sending', wake_at = ? WHERE id = ? AND fence = ? AND state = 'leased'",
        (stamp(until), claim.parcel.delivery_id, claim.fence),
    ).rowcount
    refold(connection, claim.parcel.post_id)
    return bool(changed)


def renew(connection: Connection, claim: Claim, until: datetime) -> None:
    """Hold a delivery longer, while its holder works on it."""
    connection.execute(
        "UPDATE delivery SET wake_at = ? WHERE id = ? AND fence = ? AND state IN ('leased', 'sending', 'reconciling')",
        (stamp(until), claim.parcel.delivery_id, claim.fence),
    )


def conclude(connection: Connection, claim: Claim, verdict: Verdict, now: datetime) -> bool:
    """Write what became of a delivery that was sent or looked for; false: another has decided since."""
    published = verdict.published
    values = (
        verdict.state,
        stamp(verdict.wake_at) if verdict.wake_at else None,
        verdict.error,
        verdict.retry,
        published.url,
        published.remote_id,
        stamp(verdict.published_at) if verdict.published_at else None,
        claim.state is not State.RECONCILING,
        verdict.refused,
        verdict.looked,
        verdict.doubt,
        claim.parcel.delivery_id,
        claim.fence,
    )
    changed = connection.execute(_CONCLUDE, values).rowcount
    refold(connection, claim.parcel.post_id)
    if changed:
        gates.conclude(connection, claim.parcel.account, verdict, now)
    return bool(changed)


def lapse(connection: Connection, now: datetime, judge: Callable[[Claim], Verdict], limit: int) -> int:
    """Decide up to ``limit`` deliveries whose holder let the lease run out; tell how many there were.

    One that was only leased, or looked for, goes back, for nothing of it was sent meanwhile.
    """
    rows = connection.execute(_LAPSED, (stamp(now), limit)).fetchall()
    for held in map(_claim, rows):
        if held.state is State.SENDING:
            conclude(connection, held, judge(held), now)
        else:
            give_back(connection, held)
    return len(rows)


def miss(
    connection: Connection, earliest: datetime, tell: Callable[[datetime, bool, str | None], str], limit: int
) -> int:
    """Give up to ``limit`` deliveries up that were due before ``earliest``, in the words of ``tell``.

    It is told when each was due, whether an earlier try may have sent it, and why its account is closed, if it is.
    """
    rows = connection.execute(_LATE, (stamp(earliest), limit)).fetchall()
    for row in rows:
        connection.execute(
            "UPDATE delivery SET state = 'missed', wake_at = NULL, error = ?, retry = 1 WHERE id = ?",
            (tell(moment(row["wake_at"]), bool(row["doubt"]), row["reason"]), row["id"]),
        )
        refold(connection, row["post_id"])
    return len(rows)


# Every list of states is that of a partial index, word for word, or it would not be used.
_DUE = "SELECT DISTINCT account FROM delivery WHERE wake_at <= ? AND state IN ('scheduled', 'queued', 'settling')"
_FOLLOWING = (
    "SELECT min(wake_at) AS soonest FROM delivery WHERE wake_at > ? AND state IN ('scheduled', 'queued', 'settling')"
)
_NEXT_LAPSE = "SELECT min(wake_at) AS soonest FROM delivery WHERE state IN ('leased', 'sending', 'reconciling')"
_LONGEST = (
    "SELECT min(wake_at) AS soonest FROM delivery"
    " WHERE state IN ('scheduled', 'queued', 'settling') AND state <> 'settling'"
)
# A hold that had ended before a delivery was due did not keep it.
_LATE = (
    "SELECT delivery.id, post_id, wake_at, doubt, reason FROM delivery"
    " LEFT JOIN gate ON gate.account = delivery.account AND held_until > wake_at"
    " WHERE wake_at < ? AND state IN ('scheduled', 'queued', 'settling') AND state <> 'settling'"
    " ORDER BY wake_at LIMIT ?"
)
_FIRST = (
    "SELECT id, post_id, state, wake_at, fence FROM delivery WHERE account = ?"
    " AND state IN ('scheduled', 'queued', 'leased', 'sending', 'settling', 'reconciling')"
    " ORDER BY due_at, id LIMIT 1"
)
_TAKE = "UPDATE delivery SET state = ?, wake_at = ?, fence = fence + 1 WHERE id = ? AND fence = ? AND state = ?"
# What was looked for and is not there was not sent: then the doubt is over.
_CONCLUDE = (
    "UPDATE delivery SET state = ?1, wake_at = ?2, error = ?3, retry = ?4, url = ?5, remote_id = ?6, published_at = ?7,"
    " tries = tries + ?8, refusals = refusals + ?9, looks = CASE WHEN ?1 = 'settling' THEN looks + ?10 ELSE 0 END,"
    " doubt = CASE WHEN ?11 = 1 THEN 1 WHEN state = 'reconciling' THEN 0 ELSE doubt END"
    " WHERE id = ?12 AND fence = ?13 AND state IN ('sending', 'reconciling')"
)
_GIVE_BACK = (
    "UPDATE delivery SET state = ?, wake_at = coalesce(?, wake_at)"
    " WHERE id = ? AND fence = ? AND state IN ('leased', 'reconciling')"
)
_HELD = (
    "SELECT delivery.*, caption, media, assets, settings, trace, scheduled_at, created_at"
    " FROM delivery JOIN post ON post.id = delivery.post_id WHERE "
)
_CLAIM = _HELD + "delivery.id = ?"
_LAPSED = _HELD + "state IN ('leased', 'sending', 'reconciling') AND wake_at <= ? LIMIT ?"


def _claim(row: Row) -> Claim:
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
    record = Record(max(since, due_at), row["tries"], row["refusals"], row["looks"], bool(row["doubt"]))
    return Claim(parcel, State(row["state"]), row["fence"], record)


def _soonest(connection: Connection, statement: str, *values: object) -> datetime | None:
    found = connection.execute(statement, values).fetchone()["soonest"]
    return moment(found) if found is not None else None
