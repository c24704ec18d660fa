"""What SocialAPI accepts: rows for every post, rows by platform, and what an account's service itself has told."""

from collections.abc import Iterator
from dataclasses import replace

from providers.platform_media import PLATFORM_MEDIA
from providers.socialapi.combinations import COMBINATIONS, HINTS, SETTINGS
from providers.socialapi.request import SocialAPIPost
from schemas.account import Account
from schemas.rule import AltText, Check, Rule, RuleSet, Scope
from schemas.units import Unit
from schemas.universal import LINK, LINK_FIX, MEDIA_FIX, MEDIA_LINK

_OURS = "our own bound: no platform takes more (platform_rules)"
_KEY = "our own bound: as long as the other services allow (reference genviral 5.4)"
_TABLE = "reference socialapi 11"
_TOLD = "reference socialapi 4.11, constraints of the platform"


def on(*platforms: str, media: str | None = None) -> Scope:
    """Scope a row to platforms, and a kind of media."""
    return Scope(frozenset(platforms), media=media)


def _link(path: str) -> Rule:
    return Rule(path, Check.PATTERN, LINK, _TABLE, fix=LINK_FIX)


def _media(path: str) -> Rule:
    return Rule(path, Check.PATTERN, MEDIA_LINK, _TABLE, fix=MEDIA_FIX)


SHAPE: tuple[Rule, ...] = (
    Rule("/caption", Check.MIN_LENGTH, 1, "reference socialapi 4.1"),
    Rule("/caption", Check.MAX_LENGTH, 63_206, _TABLE),
    Rule("/accounts", Check.MIN_ITEMS, 1, "reference socialapi 4.1", Unit.ITEMS),
    Rule("/accounts", Check.MAX_ITEMS, 50, _OURS, Unit.ITEMS),
    Rule("/accounts", Check.UNIQUE, limit=True, source="seed 004, publishing.duplicate_target"),
    _media("/media/url"),
    Rule("/media/urls", Check.MIN_ITEMS, 1, _OURS, Unit.ITEMS),
    Rule("/media/urls", Check.MAX_ITEMS, 35, _TABLE, Unit.ITEMS),
    _media("/media/urls/*"),
    Rule("/idempotency_key", Check.MIN_LENGTH, 1, _KEY),
    Rule("/idempotency_key", Check.MAX_LENGTH, 128, _KEY),
    Rule("/tiktok/video_cover_timestamp_ms", Check.MINIMUM, 0, _TABLE),
    Rule("/instagram/alt_text", Check.MAX_LENGTH, 1_000, _TABLE),
    Rule("/instagram/location_id", Check.PATTERN, "^[0-9]+$", _TABLE, fix="Give the digits of a location's id."),
    Rule("/instagram/collaborators", Check.MAX_ITEMS, 3, _TABLE, Unit.ITEMS),
    _link("/instagram/cover_url"),
    Rule("/instagram/thumb_offset_ms", Check.MINIMUM, 0, _TABLE),
    _link("/facebook/url"),
    Rule("/youtube/title", Check.MAX_LENGTH, 100, _TABLE),
    _link("/linkedin/article_url"),
    _link("/threads/link_attachment"),
    Rule("/pinterest/title", Check.MAX_LENGTH, 100, _TABLE),
    _link("/pinterest/link"),
    Rule("/pinterest/link", Check.MAX_LENGTH, 2_048, _TABLE),
    Rule("/pinterest/alt_text", Check.MAX_LENGTH, 500, _TABLE),
)


def _caption(limit: int, platform: str, unit: Unit = Unit.CHARACTERS, source: str = _TABLE) -> Rule:
    return Rule("/caption", Check.MAX_LENGTH, limit, source, unit, on(platform))


def _images(limit: int, *platforms: str, source: str = _TABLE) -> Rule:
    return Rule("/media/urls", Check.MAX_ITEMS, limit, source, Unit.ITEMS, on(*platforms))


BY_PLATFORM: tuple[Rule, ...] = (
    _caption(2_200, "instagram"),
    _caption(63_206, "facebook"),
    _caption(500, "threads"),
    _caption(2_200, "tiktok", Unit.UTF16),
    _caption(5_000, "youtube", Unit.BYTES),
    _caption(280, "x", Unit.WEIGHTED, "reference socialapi 11; counted as X counts (platform_rules X)"),
    _caption(3_000, "linkedin", source="platform_rules LinkedIn"),
    _caption(1_500, "google"),
    _caption(800, "pinterest"),
    _caption(300, "bluesky", Unit.GRAPHEMES, "platform_rules Bluesky"),
    Rule("/x/thread/*", Check.MAX_LENGTH, 280, _TABLE, Unit.WEIGHTED, on("x")),
    _images(10, "instagram", "facebook"),
    _images(20, "threads", "linkedin"),
    _images(4, "x"),
    _images(1, "google", "pinterest"),
    _images(4, "bluesky", source="platform_rules Bluesky"),
    Rule(
        "/media/urls",
        Check.MIN_ITEMS,
        2,
        _TABLE,
        Unit.ITEMS,
        on("tiktok", media="slideshow"),
        fix="Send TikTok two images or more, or a video.",
    ),
)

#: How the service counts a caption, where not in characters; a limit that it tells in another unit is not taken.
COUNTED: dict[str, Unit] = {"tiktok": Unit.UTF16, "youtube": Unit.BYTES}


def own(account: Account) -> Iterator[Rule]:
    """Rows for one account: what the service has told of its platform replaces the row of the same unit."""
    told = {(rule.path, rule.check, rule.unit): rule for rule in _told(account)}
    for rule in BY_PLATFORM:
        if rule.scope and account.platform in rule.scope.platforms:
            yield replace(told.pop((rule.path, rule.check, rule.unit), rule), scope=rule.scope, fix=rule.fix)
    yield from told.values()


def _told(account: Account) -> Iterator[Rule]:
    able = account.capabilities
    if able and able.caption_limit is not None:
        unit = COUNTED.get(account.platform, Unit.CHARACTERS)
        yield Rule("/caption", Check.MAX_LENGTH, able.caption_limit, _TOLD, unit)
    if able and able.max_images is not None:
        yield Rule("/media/urls", Check.MAX_ITEMS, able.max_images, _TOLD, Unit.ITEMS)


_NO_SETTINGS = "Leave it out: there are no settings for this platform."

#: How much alternative text of an image each platform takes; of two nobody says it, and uploads take 1,500.
ALT_TEXT = {
    platform: AltText(most, alone=True)
    for platform, most in {"instagram": 1_000, "pinterest": 500, "facebook": 1_500, "linkedin": 1_500}.items()
}

RULES = RuleSet(
    provider="socialapi",
    model=SocialAPIPost,
    rules=SHAPE,
    own=own,
    usual=BY_PLATFORM,
    cross=COMBINATIONS,
    hints=HINTS,
    settings=SETTINGS,
    media=PLATFORM_MEDIA,
    alt_text=ALT_TEXT,
    refused={
        **dict.fromkeys(("bluesky", "google", "zalo", "mastodon"), _NO_SETTINGS),
        **dict.fromkeys(
            ("platform_data", "settings"), "Put each platform's object at the top level: tiktok, instagram, youtube."
        ),
        "twitter": "Call it x.",
        "title": "Put it into the platform's object: youtube.title or pinterest.title.",
        "visibility": "Put it into the platform's object: youtube.privacy or linkedin.visibility.",
        "publish_now": "Leave it out: without scheduled_at the post goes out now; mode draft keeps it.",
        "music_url": "Leave it out: SocialAPI takes no music. On TikTok, tiktok.auto_add_music adds some.",
        "external_id": "Call it idempotency_key.",
    },
)
