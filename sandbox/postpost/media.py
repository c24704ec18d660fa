"""Media: issued with a presigned address, stored by a PUT to it, attached to a post group by its id (reference 5.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.javascript import stamp

#: How long a presigned address is good for.
LIFETIME = timedelta(hours=1)

#: Larger files are counted and not kept (bytes).
LARGEST_KEPT = 1024 * 1024


@dataclass(slots=True)
class Media:
    """One file, ``image`` or ``video`` by its ``kind``.

    Attributes:
        url: where it is afterwards, for anybody.
        stored: how many bytes the PUT brought; None before it.
        content: these bytes; None also for more than are kept, and once the group is deleted.
        saw_key: whether that PUT brought the API key along, which it should not: in life it goes to another host.
    """

    id: str
    group_id: str
    kind: str
    key: str
    content_type: str
    url: str
    expires_at: datetime
    stored: int | None = None
    content: bytes | None = None
    saw_key: bool = False

    def record(self) -> JsonObject:
        """Show all that the sandbox knows."""
        return {
            "mediaId": self.id,
            "postGroupId": self.group_id,
            "type": self.kind,
            "contentType": self.content_type,
            "fileUrl": self.url,
            "expiresAt": stamp(self.expires_at),
            "bytes": self.stored,
            "sawKey": self.saw_key,
        }


class Storage:
    """Every file that an upload was asked for."""

    def __init__(self) -> None:
        self._by_key: dict[str, Media] = {}
        self._by_group: dict[str, list[Media]] = {}

    def add(self, media: Media) -> None:
        """Make room for a file that is still to come."""
        self._by_key[media.key] = media
        self._by_group.setdefault(media.group_id, []).append(media)

    def find(self, key: str) -> Media | None:
        """Find one by its place in the bucket; one whose group is deleted is still written to, as S3 would."""
        return self._by_key.get(key)

    def urls(self, group_id: str) -> list[str]:
        """List what is attached to a group, in the order of the calls, whether its bytes have come or not."""
        return [media.url for media in self._by_group.get(group_id, ())]

    def stored(self, group_id: str) -> list[Media]:
        """List what of it has come."""
        return [media for media in self._by_group.get(group_id, ()) if media.stored is not None]

    def forget(self, group_id: str) -> None:
        """Delete a group's media."""
        for media in self._by_group.pop(group_id, ()):
            media.content = None

    def records(self) -> list[JsonObject]:
        """Show all that were ever asked for."""
        return [media.record() for media in self._by_key.values()]
