"""One media file that was taken in, as every layer speaks of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from schemas.jsonvalue import JsonObject, items, text

#: How the link of a file in our keeping begins.
HANDLE = "media:"

#: Tell how much is done and how much there is (seconds or bytes), and what is under way.
Progress: TypeAlias = Callable[[float, float, str], Awaitable[None]]


class Probing(StrEnum):
    """What is done about links of media: nothing, a warning for one that does not open, or a refusal."""

    OFF = "off"
    WARN = "warn"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on a file; ``None`` is what it does not have or does not tell.

    ``media_type`` is told by the content (``image/jpeg``, ``video/mp4``; ``image/``: only its kind is known, by the
    word of a server); sizes are in bytes (0: not known) and pixels, ``duration`` in seconds, ``frame_rate`` in frames
    a second.
    """

    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frame_rate: float | None = None

    @property
    def kind(self) -> str:
        """``image`` or ``video``."""
        return self.media_type.partition("/")[0]

    @property
    def sure(self) -> bool:
        """Whether the content said what it is."""
        return not self.media_type.endswith("/")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in our keeping under its ``handle`` (``media:...``), which is the same for the same content.

    ``remote`` is what the provider of an order calls it, where it was brought there ahead of the post.
    """

    handle: str
    path: str
    name: str
    measures: Measures
    alt_text: str | None = None
    remote: str | None = None


def only_image(media: JsonObject | None) -> str | None:
    """Tell the link of the one image that a post shows; ``None`` if it shows more, or another thing."""
    links = items((media or {}).get("urls"))
    return text(links[0]) if len(links) == 1 else None


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that a provider has now: what it calls it there, and until when that holds (``None``: no end known)."""

    reference: str
    expires_at: datetime | None = None
