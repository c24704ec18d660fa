"""The ledger's side of export and import: posts out, posts in, and nothing that could go out twice by it.

Each function is the inside of one transaction.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from providers.local.ledger import packed, refold
from providers.local.lines import AccountLine, DeliveryLine, PostLine
from providers.store import Connection, Row

EXCHANGE_MIGRATIONS = (
    # What was handed over: as it was, for the file to tell however often it is written.
    """
    CREATE TABLE handed_over (
        delivery_id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        wake_at INTEGER NOT NULL
    ) STRICT
    """,
)
#: Posts that are read or written in one transaction.
BATCH = 200


def hand_over(connection: Connection, words: str) -> int:
    """Give away up to a batch of deliveries that wait: they are cancelled here; tell how many that were."""
    rows = connection.execute(_WAITING, (BATCH,)).fetchall()
    for row in rows:
        connection.execute(_GIVE, (row["id"], row["state"], row["wake_at"]))
        connection.execute(_GIVEN, (words, row["id"]))
        refold(connection, row["post_id"])
    return len(rows)


def accounts(connection: Connection) -> list[AccountLine]:
    """Read all accounts."""
    rows = connection.execute(_ACCOUNTS).fetchall()
    return [
        AccountLine.model_validate(
            {**_of(row), "capabilities": _json(row["capabilities"]), "settings": json.loads(row["settings"])}
        )
        for row in rows
    ]


def posts(connection: Connection, after: tuple[int, str]) -> list[PostLine]:
    """Read the batch of posts that follows one, oldest first, each with its deliveries."""
    found: list[PostLine] = []
    for row in connection.execute(_POSTS, (*after, BATCH)).fetchall():
        sent = connection.execute(_DELIVERIES, (row["id"],)).fetchall()
        parts = {name: _json(row[name]) for name in ("media", "assets", "settings")}
        found.append(PostLine.model_validate({**_of(row), **parts, "deliveries": [_delivery(one) for one in sent]}))
    return found


def take_in(connection: Connection, lines: Iterable[PostLine], media: Path) -> dict[str, int]:
    """Take posts in; tell how many were new, how many learned what became of them, and how many clash."""
    told = {"new": 0, "learned": 0, "clashing": 0}
    for post in lines:
        known = connection.execute("SELECT id FROM post WHERE id = ? OR key = ?", (post.id, post.key)).fetchall()
        if not known:
            _enter(connection, post, media)
            told["new"] += 1
        elif [row["id"] for row in known] != [post.id]:
            told["clashing"] += 1
        elif sum(_learn(connection, sent) for sent in post.deliveries):
            told["learned"] += 1
        refold(connection, post.id)
    return told


def take_accounts_in(connection: Connection, lines: Iterable[AccountLine]) -> int:
    """Take in accounts that are not here; tell how many."""
    new = 0
    for line in lines:
        capabilities = packed(line.capabilities)
        facts = (line.id, line.platform, line.name, line.username, line.kind, capabilities, json.dumps(line.settings))
        new += connection.execute(_ADD, (*facts, line.added_at, line.changed_at)).rowcount
    if new:
        connection.execute("UPDATE account_table SET revision = revision + 1 WHERE name = 'account'")
    return new


def _enter(connection: Connection, post: PostLine, media: Path) -> None:
    files = packed(_here(post.assets or {}, media))
    parts = (post.caption, packed(post.media), files, packed(post.settings))
    connection.execute(_ENTER, (post.id, post.key, "draft", *parts, post.scheduled_at, post.created_at))
    for sent in map(_harmless, post.deliveries):
        values = (sent.id, post.id, *(getattr(sent, name) for name in _KEPT))
        connection.execute(_DELIVER, values)


def _harmless(sent: DeliveryLine) -> DeliveryLine:
    """Make of a delivery what cannot go out a second time: only what was handed over is this database's to send."""
    if sent.state in _UNDER_WAY:
        return sent.model_copy(
            update={"state": "unknown", "wake_at": None, "doubt": 1, "retry": None, "error": _WAS_UNDER_WAY}
        )
    if sent.state in ("scheduled", "queued") and not sent.handed_over:
        return sent.model_copy(update={"state": "draft", "wake_at": None, "error": _AS_A_DRAFT})
    return sent


def _learn(connection: Connection, sent: DeliveryLine) -> bool:
    """Believe that a delivery which is here and waits was sent elsewhere, or was handed back; tell whether it did."""
    row = connection.execute("SELECT state FROM delivery WHERE id = ?", (sent.id,)).fetchone()
    if row is None:
        return False
    given = connection.execute("SELECT 1 FROM handed_over WHERE delivery_id = ?", (sent.id,)).fetchone()
    if given and row["state"] == "cancelled" and sent.handed_over:
        connection.execute("DELETE FROM handed_over WHERE delivery_id = ?", (sent.id,))
    elif sent.state not in (*_UNDER_WAY, "published", "unknown") or row["state"] not in _UNSENT:
        return False
    safe = _harmless(sent)
    values = (*(getattr(safe, name) for name in _KEPT), safe.id)
    connection.execute(_BELIEVE, values)
    return True


def _here(assets: dict[str, dict[str, Any]], media: Path) -> dict[str, dict[str, Any]]:
    """Let files lie in the media folder of this home, and nowhere else: a path of a file is not to be believed."""
    found: dict[str, dict[str, Any]] = {}
    for link, kept in assets.items():
        name = Path(str(kept.get("path"))).name
        if _CONTENT.fullmatch(name) and isinstance(kept.get("media_type"), str):
            alt_text = kept.get("alt_text")
            shown = alt_text if isinstance(alt_text, str) else None
            found[link] = {"path": str(media / name), "media_type": kept["media_type"], "alt_text": shown}
    return found


def _of(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys()}  # noqa: SIM118  (a row's items are its values)


def _json(packed_text: str | None) -> Any:
    return json.loads(packed_text) if packed_text else None


def _delivery(row: Row) -> dict[str, Any]:
    told = _of(row)
    state, wake_at = told.pop("given_state"), told.pop("given_wake_at")
    if state is None or told["state"] != "cancelled":
        return told
    return {**told, "state": state, "wake_at": wake_at, "error": None, "handed_over": True}


_UNDER_WAY = ("leased", "sending", "settling", "reconciling")
_UNSENT = ("draft", "scheduled", "queued", "failed", "missed", "cancelled")
_CONTENT = re.compile(r"[0-9a-f]{32,128}")
_WAS_UNDER_WAY = "It was being sent when it was exported. Look on the account; it is not sent again."
_AS_A_DRAFT = "Imported as a draft. If no other postwright sends it, give it a time anew."
_KEPT = (
    "account",
    "platform",
    "state",
    "wake_at",
    "due_at",
    "since",
    "tries",
    "refusals",
    "doubt",
    "retry",
    "url",
    "remote_id",
    "error",
    "published_at",
)
_WAITING = "SELECT id, post_id, state, wake_at FROM delivery WHERE state IN ('scheduled', 'queued') LIMIT ?"
_GIVE = (
    "INSERT INTO handed_over (delivery_id, state, wake_at) VALUES (?, ?, ?) ON CONFLICT (delivery_id)"
    " DO UPDATE SET state = excluded.state, wake_at = excluded.wake_at"
)
_GIVEN = "UPDATE delivery SET state = 'cancelled', wake_at = NULL, error = ? WHERE id = ?"
_ACCOUNTS = (
    "SELECT id, platform, name, username, kind, capabilities, settings, added_at, changed_at FROM account"
    " ORDER BY added_at, id"
)
_POSTS = (
    "SELECT id, key, caption, media, assets, settings, scheduled_at, created_at FROM post"
    " WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?"
)
_DELIVERIES = (
    "SELECT id, account, platform, delivery.state, delivery.wake_at, due_at, since, tries, refusals, doubt, retry, url,"
    " remote_id, error, published_at, handed_over.state AS given_state, handed_over.wake_at AS given_wake_at"
    " FROM delivery LEFT JOIN handed_over ON handed_over.delivery_id = delivery.id WHERE post_id = ? ORDER BY id"
)
_ADD = (
    "INSERT INTO account (id, platform, name, username, kind, capabilities, settings, revision, added_at, changed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT revision + 1 FROM account_table WHERE name = 'account'), ?, ?)"
    " ON CONFLICT (id) DO NOTHING"
)
_ENTER = (
    "INSERT INTO post (id, key, status, caption, media, assets, settings, scheduled_at, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DELIVER = (
    "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at, since, tries, refusals, doubt,"
    " retry, url, remote_id, error, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BELIEVE = (
    "UPDATE delivery SET account = ?, platform = ?, state = ?, wake_at = ?, due_at = ?, since = ?, tries = ?,"
    " refusals = ?, doubt = ?, retry = ?, url = ?, remote_id = ?, error = ?, published_at = ? WHERE id = ?"
)
