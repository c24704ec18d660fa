"""Changes of posts that are in the ledger: edit, pause, publish, delete, send again.

Each function is the inside of one transaction, and looks at the deliveries themselves: a courier in
another process may have taken one up since the post was read. What is in a courier's hand is never touched, and what
an earlier try may have sent is never told as if it had not been.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from providers.local.ledger import find, kept, packed, refold, stamp
from providers.local.state import AGAIN, IN_HAND, WAITING, State
from providers.protocol import Failure
from providers.store import Connection, Row
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.post import Change, Delivery, Post, Removal


def update(connection: Connection, post_id: str, change: Change, delivery_ids: Sequence[str], now: datetime) -> Post:
    """Change a post as a whole, or not at all; ``delivery_ids`` are for accounts that come to it.

    Raises:
        Failure: a delivery is under way or done, or may have been sent.
    """
    rows = _rows(connection, post_id)
    wakes = change.now or change.scheduled_at is not None
    for row in rows:
        if row["state"] not in (WAITING | {State.MISSED} if wakes else WAITING):
            raise _conflict(post_id, row, "nothing was changed")
        if row["doubt"]:
            raise _doubtful(post_id, row)
    due = now if change.now else change.scheduled_at
    media = packed(change.media)
    values = (change.caption, stamp(due) if due else None, media, media, kept(change.assets), post_id)
    connection.execute(_REWRITE, values)
    if change.extras:
        settings = json.loads(rows[0]["settings"] or "{}")
        connection.execute("UPDATE post SET settings = ? WHERE id = ?", (packed(settings | change.extras), post_id))
    if change.accounts is not None:
        _move(connection, post_id, change.accounts, rows, delivery_ids)
    connection.execute(_RESTART, (_state(change), stamp(due) if due else None, stamp(now), post_id))
    return _read(connection, post_id)


def delete(connection: Connection, post_id: str) -> tuple[Removal, ...]:
    """Cancel what has not gone out; tell what has, or may have.

    Raises:
        Failure: a delivery is under way; nothing was cancelled.
    """
    rows = _rows(connection, post_id)
    for row in rows:
        if row["state"] in IN_HAND:
            raise _conflict(post_id, row, "nothing was deleted")
    connection.execute(_CANCEL, (_NOT_SURE, post_id))
    refold(connection, post_id)
    return tuple(_removal(row) for row in rows)


def retry(connection: Connection, post_id: str, accounts: Sequence[str], now: datetime) -> tuple[Delivery, ...]:
    """Queue failed and missed deliveries on these accounts that may be sent again; tell how all on them stand."""
    rows = _rows(connection, post_id)
    chosen = [row["id"] for row in rows if row["account"] in accounts and row["state"] in AGAIN and row["retry"] != 0]
    connection.executemany(_AGAIN, [(stamp(now), delivery_id) for delivery_id in chosen])
    refold(connection, post_id)
    return tuple(sent for sent in _read(connection, post_id).deliveries if sent.account in accounts)


def waiting(connection: Connection) -> dict[str, int]:
    """Count the posts that have not ended, by status."""
    return dict(connection.execute(_WAITING_POSTS).fetchall())


def _move(
    connection: Connection,
    post_id: str,
    accounts: Sequence[Account],
    rows: Sequence[Row],
    delivery_ids: Sequence[str],
) -> None:
    """Take deliveries off accounts that are left out, and put new ones, like the first, on those that come."""
    wanted = {account.id: account for account in accounts}
    gone = [(row["id"],) for row in rows if row["account"] not in wanted]
    connection.executemany("DELETE FROM delivery WHERE id = ?", gone)
    new = wanted.keys() - {row["account"] for row in rows}
    connection.executemany(
        "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (delivery_id, post_id, account.id, account.platform, *(rows[0][name] for name in _TIMING))
            for delivery_id, account in zip(delivery_ids, accounts, strict=True)
            if account.id in new
        ],
    )


def _state(change: Change) -> State | None:
    """Tell the state that the deliveries of a changed post get; ``None``: each keeps its own."""
    if change.pause:
        return State.DRAFT
    if change.now:
        return State.QUEUED
    return State.SCHEDULED if change.scheduled_at is not None else None


def _removal(row: Row) -> Removal:
    state = State(row["state"])
    if state is State.PUBLISHED:
        where = f" ({row['url']})" if row["url"] else ""
        message = f"It was delivered and stays there{where}: remove it there by hand."
        return Removal(row["account"], removed=False, stays_live=True, message=message)
    if row["doubt"] or state is State.UNKNOWN:
        return Removal(row["account"], removed=False, stays_live=True, message=_NOT_SURE)
    return Removal(row["account"], removed=True, stays_live=False)


def _conflict(post_id: str, row: Row, nothing: str) -> Failure:
    now = _NOW.get(State(row["state"]), f"is {row['state']}")
    return Failure(ErrorCode.STATE_CONFLICT, f"The delivery on {row['account']} {now}: {nothing}.", post_id=post_id)


def _doubtful(post_id: str, row: Row) -> Failure:
    message = f"An earlier try may have delivered this post on {row['account']}: nothing was changed."
    return Failure(ErrorCode.STATE_CONFLICT, message, post_id=post_id)


def _rows(connection: Connection, post_id: str) -> list[Row]:
    rows = connection.execute(_ROWS, (post_id,)).fetchall()
    if not rows:
        raise Failure(ErrorCode.NOT_FOUND, f"There is no post {post_id[:100]}.")
    return rows


def _read(connection: Connection, post_id: str) -> Post:
    refold(connection, post_id)
    post = find(connection, post_id)
    if post is None:
        raise Failure(ErrorCode.NOT_FOUND, f"There is no post {post_id[:100]}.")
    return post


_TIMING = ("state", "wake_at", "due_at")
_ROWS = (
    "SELECT delivery.*, settings FROM delivery JOIN post ON post.id = delivery.post_id WHERE post_id = ?"
    " ORDER BY delivery.id"
)
_NOW = {
    State.LEASED: "is being sent at this moment",
    State.SENDING: "is being sent at this moment",
    State.RECONCILING: "is being looked for at this moment",
}
_NOT_SURE = "An earlier try may have delivered it; it is not sent again. If it is there, remove it there by hand."
# Files belong to the media that they come with.
_REWRITE = (
    "UPDATE post SET caption = coalesce(?, caption), scheduled_at = coalesce(?, scheduled_at),"
    " media = coalesce(?, media), assets = CASE WHEN CAST(? AS TEXT) IS NULL THEN assets ELSE ? END"
    " WHERE id = ?"
)
# A changed delivery starts anew: what was tried and refused was another. Its next try comes no sooner.
_RESTART = (
    "UPDATE delivery SET state = coalesce(?1, state),"
    " wake_at = CASE WHEN ?1 = 'draft' THEN NULL ELSE coalesce(?2, wake_at) END,"
    " due_at = coalesce(?2, due_at), since = ?3, tries = 0, refusals = 0, looks = 0, error = NULL, retry = NULL"
    " WHERE post_id = ?4"
)
_CANCEL = (
    "UPDATE delivery SET state = CASE WHEN doubt = 1 THEN 'unknown' ELSE 'cancelled' END,"
    " error = CASE WHEN doubt = 1 THEN ? ELSE error END, wake_at = NULL, retry = NULL"
    " WHERE post_id = ? AND state IN ('draft', 'scheduled', 'queued', 'settling', 'failed', 'missed')"
)
_AGAIN = (
    "UPDATE delivery SET state = 'queued', wake_at = ?1, due_at = ?1, since = ?1, tries = 0, refusals = 0, looks = 0,"
    " error = NULL, retry = NULL WHERE id = ?2"
)
_WAITING_POSTS = (
    "SELECT status, count(*) FROM post WHERE status IN ('draft', 'scheduled', 'queued', 'publishing') GROUP BY status"
)
