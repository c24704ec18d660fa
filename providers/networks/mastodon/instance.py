"""What a server allows, as it says itself; who has no say on something gets what Mastodon's own documentation says."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from providers.networks.mastodon.limits import ALT_TEXT
from schemas.account import Capabilities
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.media_rule import Measure, MediaRule
from schemas.units import Unit

_HERE = frozenset({"mastodon"})
#: Mastodon and what is built on it count as Mastodon does; GoToSocial, which calls itself 0.20.1, and all who say
#: that they are only compatible count every character (reference peers 4).
_MASTODON = re.compile(r"(?:[2-9]|\d\d)\.\d+\.\d+[^\s(]*")
_LONGEST_LIST = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server, in bytes, pixels and characters; a number that is ``None`` it does not name."""

    version: str = ""
    characters: int = 500
    link: int = 23
    attachments: int = 4
    alt_text: int = ALT_TEXT
    image_bytes: int | None = None
    image_pixels: int | None = None
    video_bytes: int | None = None
    video_pixels: int | None = None
    types: tuple[str, ...] = ()

    @classmethod
    def read(cls, instance: JsonObject) -> Self:
        """Read them from an Instance of either version of the API."""
        told = members(instance.get("configuration"))
        statuses, media = members(told.get("statuses")), members(told.get("media_attachments"))
        named = {
            "characters": statuses.get("max_characters") or instance.get("max_toot_chars"),
            "link": statuses.get("characters_reserved_per_url"),
            "attachments": statuses.get("max_media_attachments"),
            "alt_text": media.get("description_limit"),
            "image_bytes": media.get("image_size_limit"),
            "image_pixels": media.get("image_matrix_limit"),
            "video_bytes": media.get("video_size_limit"),
            "video_pixels": media.get("video_matrix_limit"),
        }
        types = [name for name in items(media.get("supported_mime_types")) if isinstance(name, str) and len(name) < 100]  # noqa: PLR2004  (no type is longer)
        numbers: dict[str, Any] = {name: value for name, value in named.items() if type(value) is int and value > 0}
        return cls(version=(text(instance.get("version")) or "")[:100], types=tuple(types[:_LONGEST_LIST]), **numbers)

    @classmethod
    def kept(cls, kept: JsonObject) -> Self:
        """Make them of what ``keep`` wrote."""
        names = {field.name for field in fields(cls)}
        known: dict[str, Any] = {name: value for name, value in kept.items() if name in names}
        known["types"] = tuple(items(known.get("types")))
        return cls(**known)

    def keep(self) -> JsonObject:
        """Write them as JSON."""
        return asdict(self)

    @property
    def of_mastodon(self) -> bool:
        """Whether the server is Mastodon, or built on it."""
        return _MASTODON.fullmatch(self.version) is not None

    @property
    def capabilities(self) -> Capabilities:
        """What an account on it accepts."""
        return Capabilities(
            caption_limit=self.characters,
            max_images=self.attachments,
            caption_unit=None if self.of_mastodon else Unit.CHARACTERS,
            link_length=self.link if self.of_mastodon else None,
        )

    def rules(self) -> Iterator[MediaRule]:
        """Make the rows that files are held against before they leave."""
        for kind, size, pixels in (
            ("image", self.image_bytes, self.image_pixels),
            ("video", self.video_bytes, self.video_pixels),
        ):
            types = frozenset(name for name in self.types if name.startswith(f"{kind}/"))
            if types:
                yield MediaRule(_HERE, kind, Measure.TYPE, "told by the server", among=types)
            if size:
                yield MediaRule(_HERE, kind, Measure.BYTES, "told by the server", most=size)
            if pixels:
                yield MediaRule(_HERE, kind, Measure.PIXELS, "told by the server", most=pixels)
