"""What a restored ledger says of posts that may have gone out since its backup was made: never that they have not.

What the database that was there knows of sending is believed; it is attached as ``before``. Where that is not what came
of the backed-up one, everything else is doubted that a repeat would send a second time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from providers.local.ledger import refold, stamp
from providers.store import Connection, Row
from schemas.instant import wire


@dataclass(frozen=True, slots=True)
class Doubts:
    """On which terms a ledger is restored without what came of it.

    ``exact`` are the accounts on which sending the same delivery again leaves one post, ``telling`` those that
    can be looked at, of which what may be sent is at most ``max_lateness`` late. ``made_at`` is when the backup
    was made; ``keep_schedule``: nothing was sent ahead of its time since, so what is due later goes out as planned.
    """

    exact: frozenset[str]
    telling: frozenset[str]
    max_lateness: timedelta
    made_at: datetime
    now: datetime
    keep_schedule: bool = False


def take_over(connection: Connection) -> frozenset[str]:
    """Bring over, from ``before``, every post that was sent, may have been, or was given away; name them."""
    posts = [row[0] for row in connection.execute(_SENT).fetchall()]
    for post_id in posts:
        connection.execute("DELETE FROM delivery WHERE post_id = ?", (post_id,))
        connection.execute(
            "DELETE FROM post WHERE id = ? OR key = (SELECT key FROM before.post WHERE id = ?)", (post_id, post_id)
        )
        for table, column in (("post", "id"), ("delivery", "post_id")):
            names = ", ".join(columns(connection, table))
            connection.execute(_BRING.format(table=table, names=names, column=column), (post_id,))
    return frozenset(posts)


def left_out(connection: Connection) -> int:
    """Count the posts of ``before`` that are not here."""
    return connection.execute(_LEFT_OUT).fetchone()[0]


def doubt(connection: Connection, terms: Doubts, known: frozenset[str]) -> Mapping[str, int]:
    """Doubt what may have gone out since, but for ``known`` posts; tell how many deliveries became what."""
    told: dict[str, int] = {}
    touched: set[str] = set()
    for row in connection.execute(_OPEN).fetchall():
        if row["account"] in terms.exact or row["post_id"] in known:
            continue
        kind = _kind(row, terms)
        if kind is None:
            continue
        statement, words = _DOUBTS[kind]
        connection.execute(statement, (words.format(made_at=wire(terms.made_at)), stamp(terms.now), row["id"]))
        told[kind] = told.get(kind, 0) + 1
        touched.add(row["post_id"])
    for post_id in touched:
        refold(connection, post_id)
    return {kind: count for kind, count in told.items() if kind != "draft"}


def rehouse(connection: Connection, media: Path) -> None:
    """Let the files of posts lie in the media folder of this home, wherever they lay."""
    for row in connection.execute("SELECT id, assets FROM post WHERE assets IS NOT NULL").fetchall():
        assets = json.loads(row["assets"])
        moved = {link: {**kept, "path": str(media / Path(kept["path"]).name)} for link, kept in assets.items()}
        if moved != assets:
            connection.execute("UPDATE post SET assets = ? WHERE id = ?", (json.dumps(moved), row["id"]))


def columns(connection: Connection, table: str) -> list[str]:
    """Name the columns of a table of the restored database."""
    return [row["name"] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()]


def _kind(row: Row, terms: Doubts) -> str | None:
    if row["state"] == "draft":
        return "draft"
    if row["state"] in ("failed", "missed"):
        return "not_again" if row["retry"] != 0 else None
    if row["wake_at"] is not None and row["wake_at"] > stamp(terms.now):
        return None if terms.keep_schedule else "held"
    may_go_out = row["wake_at"] is not None and row["wake_at"] >= stamp(terms.now - terms.max_lateness)
    return "looked_for" if may_go_out and row["account"] in terms.telling else "unknown"


# What is being sent, or was left so, is judged by whoever delivers next, as after any crash.
_OPEN = (
    "SELECT id, post_id, account, state, wake_at, retry FROM delivery"
    " WHERE state IN ('draft', 'scheduled', 'queued', 'leased', 'failed', 'missed')"
)
_SENT = (
    "SELECT DISTINCT post_id FROM before.delivery WHERE doubt = 1"
    " OR id IN (SELECT delivery_id FROM before.handed_over)"
    " OR state NOT IN ('draft', 'scheduled', 'queued', 'missed', 'failed', 'cancelled')"
)
_LEFT_OUT = "SELECT count(*) FROM before.post WHERE id NOT IN (SELECT id FROM main.post)"
_BRING = "INSERT INTO main.{table} ({names}) SELECT {names} FROM before.{table} WHERE {column} = ?"
_LOOK = "Restored from a backup of {made_at}: it may have gone out since. Look on the account"
_DOUBTS = {
    "unknown": (
        "UPDATE delivery SET state = 'unknown', wake_at = NULL, retry = NULL, doubt = 1, error = ?1 WHERE id = ?3",
        f"{_LOOK}; it is not sent again.",
    ),
    "looked_for": (
        "UPDATE delivery SET state = 'settling', wake_at = ?2, doubt = 1, looks = 0, error = ?1 WHERE id = ?3",
        "Restored from a backup of {made_at}: it may have gone out since, so it is looked for first.",
    ),
    "held": (
        "UPDATE delivery SET state = 'draft', wake_at = NULL, error = ?1 WHERE id = ?3",
        f"{_LOOK}, and give it a time anew if it is not there.",
    ),
    "draft": ("UPDATE delivery SET error = ?1 WHERE id = ?3", f"{_LOOK} before you publish it."),
    "not_again": ("UPDATE delivery SET retry = 0, error = ?1 WHERE id = ?3", f"{_LOOK}; it is not sent again."),
}
