"""What PostPost and the platforms behind it accept: it checks no content itself (reference postpost 5.1, 11)."""

from providers.postpost.combinations import COMBINATIONS, FEW_HASHTAGS, HINTS, SETTINGS
from providers.postpost.request import PostPostPost
from providers.postpost.takes import MEDIA
from schemas.rule import Check, Rule, RuleSet, Scope
from schemas.units import Unit
from schemas.universal import MEDIA_FIX, MEDIA_LINK

_LIMITS = "reference postpost 11"
_OURS = "our own bound"
_TITLE = "platform_rules YouTube, title"
_ONE_PART = (
    "Shorten the text or its links: PostPost counts links in full, and above 280 UTF-16 units makes a thread of it."
)
_TAGS = f"Keep at most {FEW_HASHTAGS}: since December 2025 Instagram counts no more."
_NO_ANGLES = "Remove < and >: YouTube refuses them."


def _on(*platforms: str, media: str | None = None) -> Scope:
    return Scope(frozenset(platforms), media=media)


SHAPE: tuple[Rule, ...] = (
    Rule("/caption", Check.MIN_LENGTH, 1, "reference postpost 5.1"),
    Rule("/caption", Check.MAX_LENGTH, 63_206, f"{_LIMITS}: Facebook, which takes the most"),
    Rule("/accounts", Check.MIN_ITEMS, 1, "seed 002", Unit.ITEMS),
    Rule("/accounts", Check.MAX_ITEMS, 50, _OURS, Unit.ITEMS),
    Rule(
        "/accounts", Check.UNIQUE, limit=True, source="reference postpost 5.1: what repeated ids do is not documented"
    ),
    Rule("/media/url", Check.PATTERN, MEDIA_LINK, "design section 8", fix=MEDIA_FIX),
    Rule("/media/urls", Check.MIN_ITEMS, 1, "seed 001", Unit.ITEMS),
    Rule("/media/urls", Check.MAX_ITEMS, 10, f"{_LIMITS}: no platform takes more", Unit.ITEMS),
    Rule("/media/urls/*", Check.PATTERN, MEDIA_LINK, "design section 8", fix=MEDIA_FIX),
    Rule("/idempotency_key", Check.MIN_LENGTH, 1, _OURS),
    Rule("/idempotency_key", Check.MAX_LENGTH, 128, _OURS),
    Rule("/youtube/title", Check.MAX_LENGTH, 100, "reference postpost 10"),
    Rule("/youtube/title", Check.PATTERN, "^[^<>]*$", _TITLE, fix=_NO_ANGLES),
)

BY_ACCOUNT: tuple[Rule, ...] = (
    Rule("/caption", Check.MAX_LENGTH, 280, f"{_LIMITS}; platform_rules X", Unit.WEIGHTED, _on("x")),
    # What X would take as one post PostPost splits, because it counts links in full.
    Rule("/caption", Check.MAX_LENGTH, 280, _LIMITS, Unit.UTF16, _on("x"), fix=_ONE_PART),
    Rule("/caption", Check.MAX_LENGTH, 3_000, _LIMITS, scope=_on("linkedin")),
    Rule("/caption", Check.MAX_LENGTH, 2_200, f"{_LIMITS}; platform_rules Instagram", Unit.UTF16, _on("instagram")),
    Rule("/caption", Check.MAX_LENGTH, 500, "seed 002", Unit.UTF16, _on("threads")),
    Rule("/caption", Check.MAX_LENGTH, 5, f"{_LIMITS}; platform_rules Threads", Unit.LINKS, _on("threads")),
    Rule("/caption", Check.MAX_LENGTH, 30, _LIMITS, Unit.HASHTAGS, _on("instagram"), fix=_TAGS),
    Rule("/caption", Check.MAX_LENGTH, 2_200, f"{_LIMITS}; platform_rules TikTok", Unit.UTF16, _on("tiktok")),
    Rule("/caption", Check.MAX_LENGTH, 5_000, f"{_LIMITS}; platform_rules YouTube", Unit.BYTES, _on("youtube")),
    Rule("/caption", Check.PATTERN, "^[^<>]*$", _TITLE, scope=_on("youtube"), fix=_NO_ANGLES),
    Rule("/caption", Check.MAX_LENGTH, 300, f"{_LIMITS}; platform_rules Bluesky", Unit.GRAPHEMES, _on("bluesky")),
    Rule("/caption", Check.MAX_LENGTH, 3_000, "platform_rules Bluesky", Unit.BYTES, _on("bluesky")),
    Rule("/caption", Check.MAX_LENGTH, 500, _LIMITS, scope=_on("mastodon")),
    Rule("/caption", Check.MAX_LENGTH, 4_096, f"{_LIMITS}; platform_rules Telegram", Unit.UTF16, _on("telegram")),
    *(
        Rule("/caption", Check.MAX_LENGTH, 1_024, _LIMITS, Unit.UTF16, _on("telegram", media=kind))
        for kind in ("video", "slideshow")
    ),
    Rule("/media/urls", Check.MAX_ITEMS, 4, _LIMITS, Unit.ITEMS, _on("x", "bluesky", "mastodon")),
)

_NO_SETTINGS = "Leave it out: through PostPost only tiktok, instagram, youtube and threads take settings."
_ALT = "Leave it out: PostPost takes no alt text."

RULES = RuleSet(
    provider="postpost",
    model=PostPostPost,
    rules=SHAPE + BY_ACCOUNT,
    platforms=frozenset({"facebook"}),
    cross=COMBINATIONS,
    hints=HINTS,
    settings=SETTINGS,
    media=MEDIA,
    refused={
        **dict.fromkeys(("x", "twitter", "linkedin", "facebook", "bluesky", "mastodon", "telegram"), _NO_SETTINGS),
        "pinterest": "Leave it out: PostPost does not publish on Pinterest.",
        "music_url": "Leave it out: PostPost adds no music.",
        **dict.fromkeys(
            ("platformSettings", "platform_settings", "settings"),
            "Put tiktok, instagram, youtube and threads at the top level.",
        ),
        **dict.fromkeys(("scheduledTime", "scheduleTime"), "Call it scheduled_at: ISO 8601 with offset."),
        **dict.fromkeys(("mediaUrls", "fileUrls"), 'Use media: {"type": "slideshow", "urls": [...]}.'),
        **dict.fromkeys(("alt_text", "altText", "altTexts", "alt_texts"), _ALT),
    },
)
