"""The media library: files that were uploaded, and what is known of any medium that a post names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit
from uuid import uuid4

from sandbox.clock import iso
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.constraints import GIF, JPEG, MOV, MP4, PNG, WEBM, WEBP

#: Where files are said to lie: a host that cannot exist, since the reference names none.
CDN = "https://media.social-api.invalid/"

#: How long a presigned address is good for.
LIFETIME = timedelta(minutes=15)

#: The type that an address's ending tells.
ENDINGS = {
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".png": PNG,
    ".gif": GIF,
    ".webp": WEBP,
    ".mp4": MP4,
    ".m4v": MP4,
    ".mov": MOV,
    ".webm": WEBM,
}


@dataclass(slots=True)
class Medium:
    """One file.

    Attributes:
        number: how many were asked for before it.
        status: ``pending`` until it is verified, then ``ready``; ``failed`` when it went over the quota.
        size_bytes: how many bytes came; None before they did.
    """

    id: str
    filename: str
    content_type: str
    created_at: datetime
    number: int
    status: str = "pending"
    size_bytes: int | None = None

    def view(self) -> JsonObject:
        """Show it as GET /media does."""
        return {
            "id": self.id,
            "filename": self.filename,
            "content_type": self.content_type,
            "size_bytes": self.size_bytes,
            "status": self.status,
            "url": f"{CDN}{self.id}/{quote(self.filename, safe='', errors='replace')}",
            "created_at": iso(self.created_at),
        }


class Library:
    """Every file that an upload was asked for."""

    def __init__(self) -> None:
        self._by_id: dict[str, Medium] = {}
        self._issued = 0

    def issue(self, filename: str, content_type: str, now: datetime) -> Medium:
        """Make room for a file that is still to come."""
        medium = Medium(str(uuid4()), filename, content_type, now, self._issued)
        self._issued += 1
        self._by_id[medium.id] = medium
        return medium

    def find(self, media_id: str) -> Medium | None:
        """Find one, in whatever state."""
        return self._by_id.get(media_id)

    def remove(self, medium: Medium) -> None:
        """Delete one."""
        del self._by_id[medium.id]

    def ready(self) -> list[Medium]:
        """List those that can be posted."""
        return [medium for medium in self._by_id.values() if medium.status == "ready"]

    @property
    def used_bytes(self) -> int:
        """Add up the sizes of those that can be posted."""
        return sum(medium.size_bytes or 0 for medium in self.ready())

    def content_type(self, item: JsonObject) -> str | None:
        """Tell the type of a medium in a post, as far as it is known: ``image/*`` when only its kind is."""
        match item:
            case {"source_type": "media_id", "source": str() as media_id}:
                medium = self.find(media_id)
                return None if medium is None else medium.content_type
            case {"source_type": "platform_attachment_id", "type": str() as kind}:
                return f"{kind}/*"
            case _:
                parts = _parts(item["source"])
                path = "" if parts is None else parts.path.lower()
                return next((known for ending, known in ENDINGS.items() if path.endswith(ending)), None)

    def objections(self, items: list[JsonObject]) -> Iterator[str]:
        """Say which media cannot be had at all, whatever the platform."""
        for item in items:
            source = item["source"]
            medium = self.find(source)
            if item["source_type"] == "url" and not _public(source):
                yield f"{source} is not a public http(s) address"
            elif item["source_type"] == "media_id" and medium is None:
                yield f"media {source} was not found"
            elif item["source_type"] == "media_id" and medium is not None and medium.status != "ready":
                yield f"media {source} is {medium.status}"


def unreachable(item: JsonObject) -> bool:
    """Tell whether a link turns out dead when it is fetched: by its look alone, nothing here fetches anything."""
    parts = _parts(item["source"]) if item["source_type"] == "url" else None
    return parts is not None and ((parts.hostname or "").endswith(".invalid") or "unreachable" in parts.path)


def _parts(address: str) -> SplitResult | None:
    """Take a link apart; None when it is none."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None  # brackets that hold no address, or a port that is no number
    return parts if parts.scheme in ("http", "https") and host else None


def _public(address: str) -> bool:
    """Tell whether an address may lie on the internet, without looking its name up."""
    parts = _parts(address)
    host = "localhost" if parts is None else parts.hostname or ""
    if host == "localhost" or host.endswith((".local", ".localhost")):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True  # a name
