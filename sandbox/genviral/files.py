"""Files: issued with a presigned address, stored by a PUT to it, then usable as media (reference genviral 12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from sandbox.clock import iso
from sandbox.jsonvalue import JsonObject

#: Where finished files are said to be. The host is the real one, so nothing fetches them from here.
CDN = "https://cdn.vireel.io/"

#: How long a presigned address is good for.
LIFETIME = timedelta(seconds=600)

#: The names under which a caller may declare a video's seconds and a file's bytes.
DURATION = ("duration_sec", "duration_seconds", "duration", "durationSec", "video_duration_sec")
SIZE = ("bytes", "size")


def declared(names: tuple[str, ...], body: Mapping[str, Any]) -> Any:
    """Read what a caller declares of a file under the first of its names; None when it declares nothing."""
    return next((body[name] for name in names if name in body), None)


@dataclass(slots=True)
class File:
    """One file; ``size`` and ``duration`` are what the caller declared, None when it did not.

    Attributes:
        stored: how many bytes the PUT brought; None before it.
    """

    id: str
    url: str
    content_type: str
    filename: str
    duration: float | None
    size: int | None
    created_at: datetime
    stored: int | None = None

    def view(self) -> JsonObject:
        """Show it as GET /files does."""
        return {
            "id": self.id,
            "url": self.url,
            "contentType": self.content_type,
            "filename": self.filename,
            "size": self.stored,
            "createdAt": iso(self.created_at),
        }


class Files:
    """Every file that an upload was asked for."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_url: dict[str, File] = {}

    def issue(
        self, content_type: str, filename: str | None, duration: float | None, size: int | None, now: datetime
    ) -> File:
        """Make room for a file that is still to come."""
        file_id = str(uuid4())
        name = filename or f"{file_id}.{content_type.partition('/')[2]}"
        url = f"{CDN}partner/{file_id}/{quote(name, safe='', errors='replace')}"
        file = File(file_id, url, content_type, name, duration, size, now)
        self._by_id[file_id] = self._by_url[url] = file
        return file

    def find(self, file_id: str) -> File | None:
        """Find one by its id."""
        return self._by_id.get(file_id)

    def behind(self, url: str) -> File | None:
        """Find the stored file behind a media URL; None for a URL from elsewhere or before its bytes have come."""
        file = self._by_url.get(url)
        return file if file is not None and file.stored is not None else None

    def stored(self, kind: str | None) -> list[File]:
        """List those whose bytes have come, newest first; ``kind`` is ``image``, ``video`` or None for both."""
        return [
            file
            for file in reversed(self._by_id.values())
            if file.stored is not None and (kind is None or file.content_type.startswith(f"{kind}/"))
        ]
