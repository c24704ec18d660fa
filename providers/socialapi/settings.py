"""Our platform objects as SocialAPI's target fields and ``platform_data``, and back (reference socialapi 4.0, 11)."""

from pydantic import BaseModel

from providers.socialapi.request import Facebook, Instagram, LinkedIn, Pinterest, Threads, TikTok, X, YouTube
from schemas.account import Account
from schemas.jsonvalue import JsonObject, items, members

#: The settings objects, by the platform whose accounts they are for.
OBJECTS: dict[str, type[BaseModel]] = {
    "tiktok": TikTok,
    "instagram": Instagram,
    "facebook": Facebook,
    "youtube": YouTube,
    "x": X,
    "linkedin": LinkedIn,
    "threads": Threads,
    "pinterest": Pinterest,
}

#: The service's platform words that differ from ours.
PLATFORMS = {"twitter": "x", "linkedin_page": "linkedin"}

# Our field -> the target's own field; all others lie in the target's ``platform_data``.
_ON_TARGET: dict[str, dict[str, str]] = {
    "facebook": {"page_id": "page_id"},
    "linkedin": {"page_id": "page_id", "visibility": "visibility"},
    "pinterest": {"board_id": "board_id"},
    "youtube": {"title": "title", "privacy": "visibility"},
}

# Our field -> the service's name in ``platform_data``, where they differ.
_RENAMED: dict[str, dict[str, str]] = {
    "facebook": {"url": "link"},
    "instagram": {"thumb_offset_ms": "video_cover_timestamp_ms"},
    "tiktok": {"is_your_brand": "brand_organic_toggle", "is_branded_content": "brand_content_toggle"},
    "x": {"who_can_reply_post": "reply_settings"},
}

# A value of ours -> the service's word; ``None``: it is said by leaving the field out.
_WORDS: dict[tuple[str, str], dict[str, str | None]] = {
    ("tiktok", "post_mode"): {"DIRECT_POST": "direct", "MEDIA_UPLOAD": "inbox"},
    ("x", "who_can_reply_post"): {"everyone": None},
}


def target(account: Account, extras: JsonObject, media: JsonObject | None) -> JsonObject:
    """Write one target: the account, and what the settings object of its platform says."""
    platform = account.platform
    given = {name: _word(platform, name, value) for name, value in members(extras.get(platform)).items()}
    if platform == "instagram":
        given.setdefault("content_type", content_type(media))
    spoken = {name: value for name, value in given.items() if value is not None}
    own = _ON_TARGET.get(platform, {})
    data = {_theirs(platform, name): value for name, value in spoken.items() if name not in own}
    return {
        "account_id": account.native_id,
        **{own[name]: value for name, value in spoken.items() if name in own},
        **({"platform_data": data} if data else {}),
    }


def content_type(media: JsonObject | None) -> str | None:
    """Say which kind of Instagram post the media make; the service wants it named (reference socialapi 11)."""
    if not media:
        return None
    if media.get("type") == "video":
        return "reel"
    return "carousel" if len(items(media.get("urls"))) > 1 else "feed"


def _theirs(platform: str, name: str) -> str:
    return _ON_TARGET.get(platform, {}).get(name) or _RENAMED.get(platform, {}).get(name, name)


def _word(platform: str, name: str, value: object) -> object:
    words = _WORDS.get((platform, name), {})
    return words.get(value, value) if isinstance(value, str) else value


#: Our platform and the service's name of a field -> where that stands in create_post's arguments.
POINTERS: dict[tuple[str, str], str] = {
    (platform, _theirs(platform, name)): f"/{platform}/{name}"
    for platform, model in OBJECTS.items()
    for name in model.model_fields
}
