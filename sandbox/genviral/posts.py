"""Posts, their deliveries, and the collection of all that was ever created."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import iso
from sandbox.genviral.accounts import Account
from sandbox.jsonvalue import JsonObject

#: What may be done with a post in which status (reference genviral 14).
EDITABLE = frozenset({"draft", "pending", "scheduled", "retry", "failed"})
DELETABLE = EDITABLE
RETRYABLE = frozenset({"failed", "partial"})

#: The statuses counted in ``summary.by_status`` (seed 003).
COUNTED = ("draft", "pending", "scheduled", "posted", "partial", "failed")


@dataclass(slots=True)
class Delivery:
    """One post on one account, with the fields of ``accounts.states[]`` (seed 003)."""

    account_id: str
    status: str
    published_at: str | None = None
    error_message: str | None = None
    last_attempted_at: str | None = None
    published_url: str | None = None


@dataclass(slots=True)
class Post:
    """One post.

    Attributes:
        payload: the request fields as they stand (caption, media, ...), without accounts and time.
        request: the body that created it, by which a replay is told from a conflict.
        key: by what a repeated create is known; None when nothing is.
        due: when the next thing happens to it by itself; None when nothing will.
        requests: how many creates led to it, replays included.
        deleted_at: set once it is deleted; the service knows it no longer, the sandbox still does.
    """

    id: str
    payload: JsonObject
    request: JsonObject
    key: str | None
    status: str
    scheduled_at: datetime
    created_at: datetime
    accounts: list[Account]
    deliveries: dict[str, Delivery]
    warnings: list[JsonObject]
    due: datetime | None = None
    requests: int = 1
    deleted_at: datetime | None = None

    @property
    def external_id(self) -> str | None:
        """The caller's own id for it."""
        return self.request.get("external_id")

    def mark(self, status: str, *, only: frozenset[str] | None = None) -> None:
        """Give the post and its deliveries a status that is still to lead to something; forget earlier failures.

        ``only`` names the deliveries that are meant; what is out already stays so in any case.
        """
        self.status = status
        for account_id in self.deliveries if only is None else only:
            if self.deliveries[account_id].status != "posted":
                self.deliveries[account_id] = Delivery(account_id, status)

    def roll_up(self) -> None:
        """Derive the post's status from its deliveries', all of which are ended."""
        ends = {delivery.status for delivery in self.deliveries.values()}
        self.status = ends.pop() if len(ends) == 1 else "partial"

    def view(self) -> JsonObject:
        """Show it as GET /posts does (seed 003); ``settings`` only where some were given."""
        view: JsonObject = {
            "id": self.id,
            "caption": self.payload["caption"],
            "status": self.status,
            "scheduled_at": iso(self.scheduled_at),
            "created_at": iso(self.created_at),
            "media": self.payload.get("media"),
            "music_url": self.payload.get("music_url"),
            "tiktok": self.payload.get("tiktok"),
            "pinterest": self.payload.get("pinterest"),
            "accounts": {
                "total": len(self.deliveries),
                "states": [asdict(delivery) for delivery in self.deliveries.values()],
            },
        }
        return view | {"settings": self.payload["settings"]} if "settings" in self.payload else view

    def receipt(self) -> JsonObject:
        """Show it as POST and PATCH do (seed 001); warnings only when there are any."""
        receipt: JsonObject = {"id": self.id, "status": self.status, "scheduled_at": iso(self.scheduled_at)}
        return receipt | {"warnings": self.warnings} if self.warnings else receipt

    def record(self) -> JsonObject:
        """Show all that the sandbox knows."""
        return self.view() | {
            "external_id": self.external_id,
            "source": "partner_api",
            "requests": self.requests,
            "deleted_at": None if self.deleted_at is None else iso(self.deleted_at),
        }


class Posts:
    """Every post, oldest first; the deleted ones are kept apart from what the service still shows."""

    def __init__(self) -> None:
        self._all: list[Post] = []
        self._live: dict[str, Post] = {}
        self._by_key: dict[str, Post] = {}

    def add(self, post: Post) -> None:
        """Take in a new one."""
        self._all.append(post)
        self._live[post.id] = post
        if post.key is not None:
            self._by_key[post.key] = post

    def find(self, post_id: str) -> Post | None:
        """Find one that is not deleted."""
        return self._live.get(post_id.lower())

    def created_as(self, key: str) -> Post | None:
        """Find one that is not deleted by what tells its create from others."""
        return self._by_key.get(key)

    def remove(self, post: Post, now: datetime) -> None:
        """Delete one."""
        post.due, post.deleted_at = None, now
        del self._live[post.id]
        if post.key is not None:
            del self._by_key[post.key]

    def newest_first(self) -> Iterator[Post]:
        """Walk through those that are not deleted."""
        return reversed(self._live.values())

    def summary(self) -> JsonObject:
        """Count them all, whatever a list is filtered by; a status without posts is left out, as seed 003 shows it."""
        counts = Counter(post.status for post in self._live.values())
        return {
            "total": counts.total(),
            "pending": counts["pending"] + counts["scheduled"],
            "published": counts["posted"] + counts["partial"],
            "by_status": {status: counts[status] for status in COUNTED if counts[status]},
        }

    def records(self) -> list[dict[str, Any]]:
        """Show all that were ever created, the deleted ones too, oldest first."""
        return [post.record() for post in self._all]
