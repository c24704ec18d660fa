"""Post groups, their per-platform posts, and the collection of all that was ever created (reference postpost 3, 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.ids import is_object_id, split
from sandbox.postpost.javascript import stamp
from sandbox.postpost.refusals import refuse

EDITABLE = frozenset({"draft", "scheduled"})
STATUSES = ("draft", "scheduled", "published", "failed", "partially_published")

#: A post that the publisher has taken up: from here on it goes out, whatever is done to its group but deleting it.
UNDERWAY = frozenset({"pending", "processing"})


@dataclass(slots=True)
class PlatformPost:
    """One post on one account, or one part of a thread there; ``platform_id`` is the compound one."""

    id: str
    platform_id: str
    content: str
    status: str
    posted_id: str | None = None
    error: JsonObject | None = None

    def view(self) -> JsonObject:
        """Show it as get-post does; a failed one without ``content``, as the seed's sample has it."""
        platform, account = split(self.platform_id)
        shown: JsonObject = {"_id": self.id, "platform": platform, "platformId": account}
        if self.error is not None:
            return shown | {"status": self.status, "error": self.error}
        shown |= {"content": self.content, "status": self.status}
        return shown if self.posted_id is None else shown | {"postedId": self.posted_id}

    def brief(self) -> JsonObject:
        """Show it as list-posts does."""
        return {"platformId": self.platform_id, "platform": split(self.platform_id)[0], "status": self.status}


@dataclass(slots=True)
class Group:
    """One post group.

    Attributes:
        platforms: the compound ids that it was created for, in order; one that was named twice stands twice.
        processing: the ``processingStatus``, which no route shows.
        claimed_at: when it became scheduled and so counted against the plan; None while it does not count.
        due: when the next thing happens to it by itself; None when nothing will.
        deleted_at: set once it is deleted; the service knows it no longer, the sandbox still does.
    """

    id: str
    user_id: str
    content: str
    platforms: list[str]
    settings: JsonObject
    status: str
    scheduled_time: datetime | None
    created_at: datetime
    updated_at: datetime
    posts: list[PlatformPost]
    processing: str = "pending"
    claimed_at: datetime | None = None
    due: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def underway(self) -> bool:
        """Tell whether the publisher has taken it up and is not through with it."""
        return any(post.status in UNDERWAY for post in self.posts)

    def mark(self, status: str) -> None:
        """Give all posts a status that is still to lead to something."""
        for post in self.posts:
            post.status = status

    def roll_up(self) -> None:
        """Derive the status from the posts', all of which are ended."""
        ends = {post.status for post in self.posts}
        self.status = ends.pop() if len(ends) == 1 else "partially_published"

    def view(self, media_urls: list[str]) -> JsonObject:
        """Show it as list-posts does; a draft that never had a time shows none, where the docs leave open how."""
        shown: JsonObject = {"postGroupId": self.id, "content": self.content, "status": self.status}
        if self.scheduled_time is not None:
            shown["scheduledTime"] = stamp(self.scheduled_time)
        return shown | {
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "platforms": [post.brief() for post in self.posts],
            "mediaUrls": media_urls,
        }

    def record(self, media_urls: list[str]) -> JsonObject:
        """Show all that the sandbox knows."""
        return self.view(media_urls) | {
            "userId": self.user_id,
            "platformSettings": self.settings,
            "processingStatus": self.processing,
            "posts": [post.view() for post in self.posts],
            "deletedAt": None if self.deleted_at is None else stamp(self.deleted_at),
        }


class Groups:
    """Every group, oldest first; the deleted ones are kept apart from what the service still shows."""

    def __init__(self) -> None:
        self._all: list[Group] = []
        self._live: dict[str, Group] = {}

    def add(self, group: Group) -> None:
        """Take in a new one."""
        self._all.append(group)
        self._live[group.id] = group

    def require(self, group_id: str, user_id: str, broken: str) -> Group:
        """Find a user's group.

        Raises:
            Refusal: the id is malformed, which breaks the route (500, the refusal named ``broken``); there is no such
                group, or it is somebody else's (404).
        """
        if not is_object_id(group_id):
            raise refuse(broken)
        group = self._live.get(group_id.lower())
        if group is None or group.user_id != user_id:
            raise refuse("post_group_not_found")
        return group

    def remove(self, group: Group, now: datetime) -> None:
        """Delete one, whatever its status; unless it is out it counts against the plan no longer."""
        if group.status in EDITABLE:
            group.claimed_at = None
        group.due, group.deleted_at = None, now
        del self._live[group.id]

    def of(self, user_id: str) -> Iterator[Group]:
        """Walk through a user's groups, oldest first."""
        return (group for group in self._live.values() if group.user_id == user_id)

    def live(self) -> Iterator[Group]:
        """Walk through all that are not deleted."""
        return iter(self._live.values())

    def ever(self) -> Iterator[Group]:
        """Walk through all that were ever created."""
        return iter(self._all)
