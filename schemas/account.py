"""One connected profile, and what it accepts."""

from dataclasses import dataclass

from schemas.units import Unit


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an account says of itself; an empty field says nothing.

    ``content_kinds`` are among ``text`` (alone), ``video`` and ``slideshow``; ``caption_unit`` is what its own server
    counts captions in, where that is not what its platform counts in, and ``link_length`` what a link counts as there.
    """

    content_kinds: frozenset[str] = frozenset()
    caption_limit: int | None = None
    max_images: int | None = None
    max_video_seconds: int | None = None
    caption_unit: Unit | None = None
    link_length: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A profile that posts can appear on.

    ``id`` carries its provider (``genviral:6b0c8c9c-...``); ``kind`` is the provider's own division,
    such as ``byo`` and ``hosted``; ``status`` is ``active`` when it can be posted to; ``note`` is what is to be known
    of it besides, such as how to mend it.
    """

    id: str
    platform: str
    name: str
    username: str | None = None
    status: str = "active"
    kind: str | None = None
    capabilities: Capabilities | None = None
    note: str | None = None

    @property
    def provider(self) -> str:
        """The part of the id before the colon."""
        return self.id.partition(":")[0]

    @property
    def native_id(self) -> str:
        """The part of the id after the colon: what the provider itself calls the account."""
        return self.id.partition(":")[2]

    @property
    def label(self) -> str:
        """What a person would call it: ``Brand HQ (instagram)``."""
        return f"{self.name} ({self.platform})"
