"""Posts, their targets, and the collection of all that was ever created (reference socialapi 4.0 and 5)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import iso
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.accounts import Account
from sandbox.socialapi.limits import Destination

STATUSES = ("draft", "scheduled", "publishing", "published", "partial", "failed", "cancelled")

#: What may be done with a post in which status.
EDITABLE = frozenset({"draft", "scheduled", "failed"})
PUBLISHABLE = frozenset({"draft", "scheduled"})
RETRYABLE = frozenset({"failed", "partial"})
ENDED = frozenset({"published", "partial", "failed"})

#: The fields that a target may have of its own.
OWN = ("text", "title", "first_comment", "visibility", "media")


@dataclass(slots=True)
class Target:
    """One post on one account, or on a page or a board of it.

    Attributes:
        own: the fields in which it differs from the post.
        due: when the next thing happens to it by itself; None when nothing will.
        appearances: how often the platform took it. More than one is a post that people see twice.
    """

    account: Account
    own: JsonObject
    settings: JsonObject
    page_id: str | None = None
    board_id: str | None = None
    scheduled_at: datetime | None = None
    status: str = "pending"
    error: JsonObject | None = None
    platform_post_id: str | None = None
    permalink: str | None = None
    published_at: datetime | None = None
    due: datetime | None = None
    appearances: int = 0

    @property
    def destination(self) -> Destination:
        """Where it goes."""
        return Destination(self.account.platform, self.account.id, self.page_id or self.board_id)

    def rearm(self, due: datetime) -> None:
        """Let it be delivered, for the first time or again."""
        self.status, self.error, self.due = "pending", None, due

    def fail(self, error: JsonObject) -> None:
        """End it without success."""
        self.status, self.error, self.due = "failed", error, None

    def view(self) -> JsonObject:
        """Show it as ``targets`` does; what is not there is left out."""
        found: JsonObject = {
            "account_id": self.account.id,
            "platform": self.account.platform,
            "status": self.status,
            "error": self.error,
            "platform_post_id": self.platform_post_id,
            "permalink": self.permalink,
            "published_at": when(self.published_at),
            "scheduled_at": when(self.scheduled_at),
            "page_id": self.page_id,
            "board_id": self.board_id,
            "media_ids": media_ids(self.own.get("media")),
            "media_type": self.settings.get("content_type") if self.account.platform == "instagram" else None,
        }
        return without_absent(found | self.own)


@dataclass(slots=True)
class Post:
    """One post.

    Attributes:
        content: the request fields as they stand, without targets and time.
        number: how many were created before it.
        deleted_at: set once it is deleted; the service knows it no longer, the sandbox still does.
    """

    id: str
    content: JsonObject
    created_at: datetime
    updated_at: datetime
    status: str = "draft"
    targets: list[Target] = field(default_factory=list[Target])
    scheduled_at: datetime | None = None
    published_at: datetime | None = None
    retry_count: int = 0
    number: int = 0
    deleted_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The time by which lists are filtered and sorted: the schedule's, else that of its creation."""
        return self.scheduled_at or self.created_at

    @property
    def media(self) -> Iterator[JsonObject]:
        """Walk through all media of the post and of its targets."""
        yield from self.content.get("media", ())
        for target in self.targets:
            yield from target.own.get("media", ())

    def as_on(self, target: Target) -> JsonObject:
        """Show the content as it holds for one target, which inherits what it does not set."""
        return self.content | target.own

    def times(self) -> list[datetime | None]:
        """List the targets' times; each has its own or the post's."""
        return [target.scheduled_at or self.scheduled_at for target in self.targets]

    def roll_up(self, moment: datetime) -> bool:
        """Derive the status from the targets'; tells whether the last of them has just ended."""
        statuses = {target.status for target in self.targets} - {"cancelled"}
        if statuses & {"pending", "publishing"}:
            if statuses != {"pending"}:
                self.status = "publishing"
            return False
        if not statuses:
            self.status = "cancelled"
            return False
        self.status = statuses.pop() if len(statuses) == 1 else "partial"
        self.updated_at = moment
        if self.status != "failed" and self.published_at is None:
            self.published_at = moment
        return True

    def view(self) -> JsonObject:
        """Show it as every answer with a post does; what is not there is left out."""
        found: JsonObject = {
            "id": self.id,
            "status": self.status,
            "text": self.content.get("text", ""),
            "title": self.content.get("title"),
            "visibility": self.content.get("visibility", "public"),
            "media": self.content.get("media"),
            "media_ids": media_ids(self.content.get("media")),
            "scheduled_at": when(self.scheduled_at),
            "published_at": when(self.published_at),
            "created_at": when(self.created_at),
            "updated_at": when(self.updated_at),
            "hidden": self.content.get("hidden", False),
            "retry_count": self.retry_count,
            "targets": [target.view() for target in self.targets],
        }
        return without_absent(found)

    def record(self) -> JsonObject:
        """Show all that the sandbox knows."""
        appearances = Counter[str]()
        for target in self.targets:
            appearances[target.account.id] += target.appearances
        hidden = {"content": self.content, "settings": {one.account.id: one.settings for one in self.targets}}
        return self.view() | hidden | {"appearances": dict(appearances), "deleted_at": when(self.deleted_at)}


class Posts:
    """Every post, oldest first; the deleted ones are kept apart from what the service still shows."""

    def __init__(self) -> None:
        self._all: list[Post] = []
        self._live: dict[str, Post] = {}

    def __iter__(self) -> Iterator[Post]:
        """Walk through those that are not deleted."""
        return iter(self._live.values())

    def add(self, post: Post) -> None:
        """Take in a new one."""
        post.number = len(self._all)
        self._all.append(post)
        self._live[post.id] = post

    def find(self, post_id: str) -> Post | None:
        """Find one that is not deleted."""
        return self._live.get(post_id)

    def remove(self, post: Post, now: datetime) -> None:
        """Delete one, with what was still to happen to it."""
        post.deleted_at = now
        for target in post.targets:
            target.due = None
        del self._live[post.id]

    def records(self) -> list[JsonObject]:
        """Show all that were ever created, the deleted ones too, oldest first."""
        return [post.record() for post in self._all]


def media_ids(media: list[JsonObject] | None) -> list[str] | None:
    """Write the older, flat form of media: the library's own files alone."""
    return None if media is None else [one["source"] for one in media if one["source_type"] == "media_id"]


def when(moment: datetime | None) -> str | None:
    """Write a time that may be absent."""
    return None if moment is None else iso(moment)


def without_absent(found: JsonObject) -> JsonObject:
    """Leave out what is None."""
    return {name: value for name, value in found.items() if value is not None}
