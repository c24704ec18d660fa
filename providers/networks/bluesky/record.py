"""A post as its repository keeps it: the text, what is more than text in it, and its media."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from providers.networks.bluesky.facets import facets
from providers.networks.carrying import Carried
from schemas.jsonvalue import JsonObject

COLLECTION = "app.bsky.feed.post"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file, and what the server calls it."""

    file: Carried
    blob: JsonObject


def record(caption: str, dids: Mapping[str, str], media: Sequence[Uploaded], langs: Sequence[str] | None) -> JsonObject:
    """Write a post but for the time it is made; ``dids`` are the accounts behind the handles that it mentions."""
    found = facets(caption, dids)
    return {
        "$type": COLLECTION,
        "text": caption,
        **({"facets": found} if found else {}),
        **({"embed": _embed(media)} if media else {}),
        **({"langs": list(langs)} if langs else {}),
    }


def _embed(media: Sequence[Uploaded]) -> JsonObject:
    if media[0].file.measures.kind == "video":
        [film] = media
        alt = {"alt": film.file.alt_text} if film.file.alt_text else {}
        return {"$type": "app.bsky.embed.video", "video": film.blob, **alt, **_ratio(film.file)}
    # Alternative text has to be there, though it may be empty (platform_rules, bluesky-161).
    images = [{"image": each.blob, "alt": each.file.alt_text or "", **_ratio(each.file)} for each in media]
    return {"$type": "app.bsky.embed.images", "images": images}


def _ratio(file: Carried) -> JsonObject:
    width, height = file.measures.width, file.measures.height
    return {"aspectRatio": {"width": width, "height": height}} if width and height else {}
