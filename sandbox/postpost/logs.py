"""What happened to a post group, entry by entry (reference postpost 5.9)."""

from datetime import datetime
from typing import Any

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.groups import Group, PlatformPost
from sandbox.postpost.ids import ObjectIds, split
from sandbox.postpost.javascript import stamp

#: The route shows no more entries than this, the oldest.
SHOWN = 100


class Logs:
    """The entries of all groups."""

    def __init__(self, ids: ObjectIds) -> None:
        self._ids = ids
        self._entries: dict[str, list[JsonObject]] = {}

    def note(self, group: Group, event: str, at: datetime, post: PlatformPost | None = None, **more: Any) -> None:
        """Add an entry; what is None stays out of it."""
        where = {} if post is None else {"postId": post.id, "platform": split(post.platform_id)[0]}
        entry = {"_id": self._ids.new(), "postGroupId": group.id, **where, "event": event, **more}
        dates = {"createdAt": stamp(at), "updatedAt": stamp(at), "__v": 0}
        told = {name: value for name, value in entry.items() if value is not None}
        self._entries.setdefault(group.id, []).append(told | dates)

    def note_failure(self, group: Group, at: datetime, post: PlatformPost, error: JsonObject) -> None:
        """Add the entry of an attempt that failed."""
        self.note(
            group,
            "publish_failed",
            at,
            post,
            error=error["message"],
            httpStatus=error.get("platformStatusCode"),
            retryCount=0,
            metadata={"errorCode": error["code"], "retryable": error["retryable"]},
        )

    def of(self, group: Group) -> list[JsonObject]:
        """Show the first entries of a group, oldest first."""
        return self._entries.get(group.id, [])[:SHOWN]
