"""The embedded engine's two tables, and what creates and reads posts in them.

Times are whole microseconds since 1970 in UTC. A post's status is the fold over its deliveries, kept in its
row, and written in the same transaction as every change of a delivery, so that lists can filter by it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from providers.local.state import State
from providers.networks.network import Kept
from providers.store import Connection, Row
from schemas.asset import Asset
from schemas.jsonvalue import JsonObject
from schemas.post import Delivery, Order, Page, Post, Query
from schemas.status import Status, fold

# The partial indexes keep every tick of the delivery loop at O(log n) however many posts lie ahead.
LEDGER_MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE post (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        caption TEXT NOT NULL,
        media TEXT,
        scheduled_at INTEGER,
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX post_by_age ON post (created_at, id);
    CREATE INDEX post_by_status ON post (status, created_at, id);
    CREATE TABLE delivery (
        id TEXT PRIMARY KEY,
        post_id TEXT NOT NULL REFERENCES post (id),
        account TEXT NOT NULL,
        platform TEXT NOT NULL,
        state TEXT NOT NULL,
        wake_at INTEGER,
        fence INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        refusals INTEGER NOT NULL DEFAULT 0,
        url TEXT,
        error TEXT,
        retry INTEGER,
        published_at INTEGER
    ) STRICT;
    CREATE INDEX delivery_by_post ON delivery (post_id);
    CREATE INDEX delivery_waiting ON delivery (wake_at) WHERE state IN ('scheduled', 'queued');
    CREATE INDEX delivery_in_line ON delivery (account, wake_at) WHERE state IN ('scheduled', 'queued');
    CREATE INDEX delivery_in_hand ON delivery (wake_at) WHERE state IN ('leased', 'sending')
    """,
    # assets: the files in our keeping, by media link. since: when trying began, where it began anew. doubt: a
    # try may have sent it although no outcome came; of tries before this column nobody knows.
    """
    ALTER TABLE post ADD COLUMN assets TEXT;
    ALTER TABLE delivery ADD COLUMN since INTEGER;
    ALTER TABLE delivery ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
    UPDATE delivery SET doubt = 1
        WHERE tries > 0 AND state NOT IN ('published', 'cancelled') AND (retry IS NULL OR retry <> 0)
    """,
    # settings: the objects that networks have of their own, by field. remote_id: what a network calls a delivery.
    """
    ALTER TABLE post ADD COLUMN settings TEXT;
    ALTER TABLE delivery ADD COLUMN remote_id TEXT
    """,
    # trace: the span of the call that made a post. The indexes are for whoever watches: what was published lately, and
    # what nobody knows of.
    """
    ALTER TABLE post ADD COLUMN trace TEXT;
    CREATE INDEX delivery_published ON delivery (published_at) WHERE published_at IS NOT NULL;
    CREATE INDEX delivery_unknown ON delivery (post_id) WHERE state = 'unknown'
    """,
    # due_at: its place in the line of its account. looks: how often a network was looked at and had nothing.
    # gate: what keeps an account from being posted to, and from when on its pace allows the next post (free_at).
    """
    ALTER TABLE delivery ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE delivery ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
    UPDATE delivery SET due_at = (
        SELECT coalesce(scheduled_at, created_at) FROM post WHERE post.id = delivery.post_id
    );
    DROP INDEX delivery_waiting;
    DROP INDEX delivery_in_line;
    DROP INDEX delivery_in_hand;
    CREATE INDEX delivery_waiting ON delivery (wake_at) WHERE state IN ('scheduled', 'queued', 'settling');
    CREATE INDEX delivery_in_line ON delivery (account, due_at, id)
        WHERE state IN ('scheduled', 'queued', 'leased', 'sending', 'settling', 'reconciling');
    CREATE INDEX delivery_in_hand ON delivery (wake_at) WHERE state IN ('leased', 'sending', 'reconciling');
    CREATE TABLE gate (
        account TEXT PRIMARY KEY,
        held_until INTEGER,
        reason TEXT,
        failures INTEGER NOT NULL,
        free_at INTEGER NOT NULL
    ) STRICT
    """,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def stamp(moment: datetime) -> int:
    """Write a time as the ledger keeps it."""
    return span(moment - _EPOCH)


def span(time: timedelta) -> int:
    """Write a length of time as the ledger counts it."""
    return time // _MICROSECOND


def moment(stamped: int) -> datetime:
    """Read a time of the ledger."""
    return _EPOCH + stamped * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Entry:
    """A new post's ids: its own, and one for each delivery in the order of its accounts; and the span it is made in."""

    post_id: str
    delivery_ids: Sequence[str]
    trace: str | None = None


def enter(connection: Connection, order: Order, entry: Entry, now: datetime) -> tuple[Post, bool]:
    """Write a post and its deliveries, unless its key is there already; tell the post and whether it was there."""
    earlier = find_by_key(connection, order.key)
    if earlier is not None:
        return earlier, True
    state = State.DRAFT if order.draft else State.SCHEDULED if order.scheduled_at else State.QUEUED
    scheduled_at = stamp(order.scheduled_at) if order.scheduled_at else None
    files, settings = kept(order.assets), packed(order.extras)
    facts = (order.caption, packed(order.media), files, settings, entry.trace, scheduled_at, stamp(now))
    connection.execute(_ENTER, (entry.post_id, order.key, state.status, *facts))
    due_at = stamp(order.scheduled_at or now)
    wake_at = None if order.draft else due_at
    connection.executemany(
        "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (delivery_id, entry.post_id, account.id, account.platform, state, wake_at, due_at)
            for delivery_id, account in zip(entry.delivery_ids, order.accounts, strict=True)
        ],
    )
    return _posts(connection, "WHERE post.id = ?", [entry.post_id])[0], False


_ENTER = (
    "INSERT INTO post (id, key, status, caption, media, assets, settings, trace, scheduled_at, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def packed(members: JsonObject | None) -> str | None:
    """Write an object as the ledger keeps it; nothing for an empty one."""
    return json.dumps(members) if members else None


def kept(assets: Mapping[str, Asset]) -> str | None:
    """Write where the files in our keeping lie, by media link."""
    return packed({link: asdict(_file(asset)) for link, asset in assets.items()})


def _file(asset: Asset) -> Kept:
    measures = asset.measures
    return Kept(
        asset.path,
        measures.media_type,
        asset.alt_text,
        measures.bytes,
        measures.width,
        measures.height,
        measures.duration,
    )


def find(connection: Connection, post_id: str) -> Post | None:
    """Read one post by its id."""
    return next(iter(_posts(connection, "WHERE post.id = ?", [post_id])), None)


def find_by_key(connection: Connection, key: str) -> Post | None:
    """Read one post by the key of its order."""
    return next(iter(_posts(connection, "WHERE post.key = ?", [key])), None)


def page(connection: Connection, query: Query, after: tuple[int, str] | None) -> Page:
    """Read a page of posts, newest first; the summary counts all that the filters other than status keep."""
    scope = _Filter(query)
    totals = connection.execute(_TOTALS.format(scope.where), scope.values)
    summary = dict(totals.fetchall())
    if query.status is not None:
        scope.keep("post.status = ?", query.status)
    if after is not None:
        scope.keep("(post.created_at, post.id) < (?, ?)", *after)
    found = _posts(
        connection,
        _ONE_PAGE.format(scope.where),
        [*scope.values, query.limit + 1],
    )
    posts = tuple(found[: query.limit])
    positions = tuple(_position(post) for post in posts)
    return Page(posts, positions, positions[-1] if len(found) > query.limit else None, summary)


def refold(connection: Connection, post_id: str) -> None:
    """Bring a post's status in line with its deliveries; of two that do so at once, the second sees both."""
    connection.execute(_LOCK, (post_id,))
    rows = connection.execute("SELECT state FROM delivery WHERE post_id = ?", (post_id,))
    status = fold([State(row["state"]).status for row in rows])
    connection.execute("UPDATE post SET status = ? WHERE id = ? AND status != ?", (status, post_id, status))


_LOCK = "SELECT id FROM post WHERE id = ? /* for update */"


class _Filter:
    """The conditions of a query as SQL, and the values they compare with."""

    def __init__(self, query: Query) -> None:
        self._terms: list[str] = []
        self.values: list[Any] = []
        if query.since is not None:
            self.keep("post.created_at >= ?", stamp(query.since))
        if query.until is not None:
            self.keep("post.created_at <= ?", stamp(query.until))
        if query.accounts is not None:
            marks = ", ".join("?" * len(query.accounts))
            self.keep(_ON.format(f"account IN ({marks})"), *sorted(query.accounts))

    def keep(self, term: str, *values: object) -> None:
        """Keep only what fulfils one more condition."""
        self._terms.append(term)
        self.values.extend(values)

    @property
    def where(self) -> str:
        return f"WHERE {' AND '.join(self._terms)}" if self._terms else ""


# What is put into these is made of the constants above; values are always bound.
_ON = "EXISTS (SELECT 1 FROM delivery WHERE post_id = post.id AND {})"
_TOTALS = "SELECT status, count(*) FROM post {} GROUP BY status"
_ONE_PAGE = "WHERE post.id IN (SELECT id FROM post {} ORDER BY created_at DESC, id DESC LIMIT ?)"
_POSTS = (
    "SELECT post.*, account, state, url, error, retry, published_at"
    " FROM post JOIN delivery ON delivery.post_id = post.id {}"
    " ORDER BY created_at DESC, post.id DESC, delivery.id"
)


def _position(post: Post) -> JsonObject:
    """Where a page starts that goes on after this post."""
    return {"created_at": stamp(post.created_at) if post.created_at else 0, "id": post.id}


def _posts(connection: Connection, where: str, values: list[Any]) -> list[Post]:
    """Read posts with their deliveries, newest first, the deliveries in the order of the accounts."""
    rows = connection.execute(_POSTS.format(where), values)
    return [_post(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]


def _post(rows: list[Row]) -> Post:
    row = rows[0]
    status = Status(row["status"])
    return Post(
        id=row["id"],
        status=status,
        provider_status=status.value,
        caption=row["caption"],
        deliveries=tuple(_delivery(row) for row in rows),
        scheduled_at=moment(row["scheduled_at"]) if row["scheduled_at"] is not None else None,
        created_at=moment(row["created_at"]),
        media=json.loads(row["media"]) if row["media"] else None,
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        account=row["account"],
        status=State(row["state"]).status,
        provider_status=row["state"],
        url=row["url"],
        error=row["error"],
        retry=bool(row["retry"]) if row["retry"] is not None else None,
        published_at=moment(row["published_at"]) if row["published_at"] is not None else None,
    )
