"""SocialAPI's JSON to our values and back (reference socialapi 4, 7), believing none of it blindly."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from providers import payload
from providers.errors import ErrorRow
from providers.socialapi.combinations import ALL_KINDS, KINDS
from providers.socialapi.errors import find, on_delivery
from providers.socialapi.rules import ALT_TEXT, COUNTED
from providers.socialapi.settings import PLATFORMS, target
from schemas.account import Account, Capabilities
from schemas.asset import Asset, only_image
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Delivery, Order, Post, Receipt, Warn
from schemas.status import Status
from schemas.units import Unit
from schemas.untrusted import clean

NAME = "socialapi"

#: SocialAPI's statuses of posts and of targets (reference socialapi 4.0, 5) -> ours. A word that is not listed is
#: ``unknown``, and shown beside it.
STATUSES: dict[str, Status] = {
    "draft": Status.DRAFT,
    "scheduled": Status.SCHEDULED,
    "pending": Status.QUEUED,
    "publishing": Status.PUBLISHING,
    "published": Status.PUBLISHED,
    "partial": Status.PARTIAL,
    "failed": Status.FAILED,
    "cancelled": Status.CANCELLED,
}

#: Our status -> the word to filter by. A status that is missing here has no posts at SocialAPI.
FILTERS: dict[Status, str] = {ours: word for word, ours in STATUSES.items() if word != "pending"}

#: Platforms whose accounts can be connected, but not posted to (reference socialapi 11).
NOT_FOR_POSTING = frozenset({"telegram", "whatsapp", "trustpilot"})

#: Platforms on which a failed delivery cannot be sent again (reference socialapi 4.6).
NO_RETRY = frozenset({"google"})

#: A target error's category -> the code that stands for it where its own says nothing (reference socialapi 3.2).
_CATEGORIES = {
    "auth": "platform.<name>.auth",
    "rate_limit": "platform.<name>.rate_limit",
    "validation": "validation.field_invalid",
}


def order_body(order: Order) -> JsonObject:
    """Write POST /posts' body: never published by this call alone, so that a draft or a schedule comes of it."""
    return {"publish_now": False, **content(order)}


def content(order: Order) -> JsonObject:
    """Write what a post is, as POST /posts and POST /posts/validate both take it."""
    body: JsonObject = {
        "text": order.caption,
        "media": media_items(order.media, order.assets),
        "targets": [target(account, _with_alt_text(order), order.media) for account in order.accounts],
        "scheduled_at": wire(order.scheduled_at) if order.scheduled_at and not order.draft else None,
        "first_comment": order.extras.get("first_comment"),
    }
    return {name: value for name, value in body.items() if value not in (None, [])}


def _with_alt_text(order: Order) -> JsonObject:
    """Say what a file of ours shows in the settings of each platform that has a place for it, unless they say it."""
    asset = order.assets.get(only_image(order.media) or "")
    words = asset.alt_text if asset else None
    if not words:
        return order.extras
    told = {name for name, row in ALT_TEXT.items() if len(words) <= row.most}
    return {**order.extras, **{name: {"alt_text": words, **members(order.extras.get(name))} for name in told}}


def media_items(media: JsonObject | None, assets: Mapping[str, Asset]) -> list[JsonObject]:
    """Write media as links, which the service loads itself when it publishes, or as files that it has (reference 8)."""
    found = media or {}
    kind, links = ("video", [found.get("url")]) if found.get("type") == "video" else ("image", items(found.get("urls")))
    return [_medium(link, kind, assets.get(link)) for link in links if isinstance(link, str)]


def _medium(link: str, kind: str, asset: Asset | None) -> JsonObject:
    if asset and asset.remote:
        return {"source_type": "media_id", "source": asset.remote, "type": asset.measures.kind}
    return {"source_type": "url", "source": link, "type": kind}


def account(record: JsonObject, constraints: JsonObject) -> Account:
    """Read one entry of GET /accounts; ``constraints`` are those of its platform, empty when they are not known."""
    slug = clean(text(record.get("platform")) or "unknown", 40)
    platform = PLATFORMS.get(slug, slug)
    username, status = text(record.get("username")), text(record.get("status")) or "active"
    name = text(record.get("page_name")) or text(record.get("name")) or username or slug
    return Account(
        id=f"{NAME}:{_id(record.get('id'))}",
        platform=platform,
        name=clean(name, 80),
        username=clean(username, 80) if username else None,
        status="not_for_posting" if slug in NOT_FOR_POSTING else clean(status, 40),
        kind=slug,
        capabilities=_capabilities(platform, constraints),
    )


def _capabilities(platform: str, constraints: JsonObject) -> Capabilities:
    """Read a platform's constraints; a caption limit that is not counted as our rows count it is left out."""
    words, media, carousel = (members(constraints.get(name)) for name in ("text", "media", "carousel"))
    images, videos = items(media.get("supported_image_types")), items(media.get("supported_video_types"))
    refused = {"slideshow": media and not images, "video": media and not videos}
    unit = _UNITS.get(text(words.get("counting_mode")) or "chars")
    counted = unit is COUNTED.get(platform, Unit.CHARACTERS)
    return Capabilities(
        content_kinds=KINDS.get(platform, ALL_KINDS) - {kind for kind, is_refused in refused.items() if is_refused},
        caption_limit=_positive(words.get("max_length")) if counted else None,
        max_images=_positive(carousel.get("max_items")) if carousel.get("supported") is True else 1 if images else None,
        max_video_seconds=_positive(media.get("max_video_duration_sec")),
    )


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def is_post(record: JsonObject) -> bool:
    """Tell a post from an error: a post whose targets all failed is answered with 422 as well (reference 4.1)."""
    return bool(_id(record.get("id"))) and bool(text(record.get("status"))) and "error" not in record


def receipt(record: JsonObject, *, replayed: bool = False) -> Receipt:
    """Read the post object that a create or a publish is answered with."""
    made = post(record)
    return Receipt(
        id=made.id,
        status=made.status,
        provider_status=made.provider_status,
        scheduled_at=made.scheduled_at,
        warnings=(_FAILED_EVERYWHERE,) if made.status is Status.FAILED else (),
        replayed=replayed,
        deliveries=made.deliveries,
    )


def post(record: JsonObject) -> Post:
    """Read one post object."""
    word = clean(text(record.get("status")) or "", 40)
    status = STATUSES.get(word, Status.UNKNOWN)
    return Post(
        id=_id(record.get("id")),
        status=status,
        provider_status=word,
        caption=text(record.get("text")) or "",
        deliveries=tuple(_delivery(entry, status) for entry in payload.objects(record.get("targets"))),
        scheduled_at=parse(text(record.get("scheduled_at")) or ""),
        created_at=parse(text(record.get("created_at")) or ""),
        media=media(record),
    )


def sources(record: JsonObject) -> list[str]:
    """List what a post's media come from, in order."""
    listed = [text(members(item).get("source")) for item in items(record.get("media"))[: payload.MOST]]
    return [source for source in listed if source is not None]


def media(record: JsonObject) -> JsonObject | None:
    """Read a post's media as create_post takes them."""
    found = [members(item) for item in items(record.get("media"))]
    links = [clean(source, 2_000) for source in sources(record)]
    if not links:
        return None
    if len(links) == 1 and (found[0].get("type") == "video" or _is_video(links[0])):
        return {"type": "video", "url": links[0]}
    return {"type": "slideshow", "urls": links}


def _is_video(link: str) -> bool:
    try:
        return urlsplit(link).path.lower().endswith((".mp4", ".mov", ".webm", ".avi", ".mkv"))
    except ValueError:
        return False


def _delivery(entry: JsonObject, whole: Status) -> Delivery:
    word = clean(text(entry.get("status")) or "", 40)
    status = STATUSES.get(word, Status.UNKNOWN)
    if status is Status.QUEUED and whole in (Status.DRAFT, Status.SCHEDULED):
        status = whole
    error, url = members(entry.get("error")), text(entry.get("permalink"))
    failed = status is Status.FAILED
    return Delivery(
        account=f"{NAME}:{_id(entry.get('account_id'))}",
        status=status,
        provider_status=word,
        url=clean(url, 500) if url else None,
        error=" ".join(_told(error)) if failed else None,
        retry=on_delivery(_row(error)).retry and text(entry.get("platform")) not in NO_RETRY if failed else None,
        published_at=parse(text(entry.get("published_at")) or ""),
    )


def _told(error: JsonObject) -> Iterator[str]:
    """Say what went wrong with a delivery: the service's code and words, and what helps."""
    said = [clean(word, 300).rstrip(".") for word in (text(error.get("code")), text(error.get("message"))) if word]
    yield f"{': '.join(said) or 'failed without a reason'}."
    hint = on_delivery(_row(error)).hint
    if hint:
        yield hint


def _row(error: JsonObject) -> ErrorRow:
    """Find the row for what went wrong with a delivery: by its code, else by its category."""
    row, category = find(0, text(error.get("code"))), text(error.get("category"))
    exact = row.provider_code is not None and not row.provider_code.endswith("*")
    return row if exact or category not in _CATEGORIES else find(0, _CATEGORIES[category])


def _id(value: object) -> str:
    return payload.identifier(value, 200)


_UNITS = {"chars": Unit.CHARACTERS, "utf16": Unit.UTF16, "bytes": Unit.BYTES}
_FAILED_EVERYWHERE = Warn(
    "FAILED_EVERYWHERE",
    "No account took the post; each delivery says why. It stands at SocialAPI as failed: do not create it again.",
)
