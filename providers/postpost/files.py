"""A media file on its way to PostPost, and how its type is known: by its first bytes, or as it was measured."""

from dataclasses import dataclass
from pathlib import Path

from schemas.asset import Measures

#: Media types that some platform takes -> how their files end (reference postpost 5.6).
SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}
#: How much of a file ``recognised`` wants to see (bytes).
HEAD = 64


@dataclass(frozen=True, slots=True)
class File:
    """A file, loaded or ours. ``at`` points to its link in create_post's arguments, of which it is the ``number``th.

    The media type of its ``measures`` is empty if unknown; of a loaded file nothing else but the size is known.
    """

    number: int
    path: Path
    at: str
    link: str
    measures: Measures

    @property
    def media_type(self) -> str:
        """What its content is."""
        return self.measures.media_type

    @property
    def bytes(self) -> int:
        """How large it is."""
        return self.measures.bytes

    @property
    def kind(self) -> str:
        """``image``, ``video``, or empty."""
        return self.measures.kind

    @property
    def name(self) -> str:
        """What the service calls it: what its owner does need not become public."""
        return f"media-{self.number}.{SUFFIXES[self.media_type]}"


def recognised(head: bytes) -> str:
    """Tell a file's type by its first bytes; empty for one that no platform takes."""
    for offset, magic, media_type in _SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return media_type
    return ""


# Offset, bytes, type; the first that fits decides. Photos share a container with MP4, and no platform here takes them.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    *((4, b"ftyp" + brand, "") for brand in (b"heic", b"heix", b"mif1", b"avif")),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (31, b"webm", "video/webm"),
    (24, b"webm", "video/webm"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
)
