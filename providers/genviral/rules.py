"""What Genviral accepts, generation ``v1``: the seeds, and the reference (genviral 5 and 6) where they are silent."""

from collections.abc import Iterator

from providers.genviral.combinations import COMBINATIONS, SETTINGS, boardless_pins, names, short_lead
from providers.genviral.request import GenviralPost
from providers.platform_media import PLATFORM_MEDIA
from schemas.jsonvalue import text
from schemas.post import Warn
from schemas.rule import Check, Rule, RuleSet, Scope, Situation
from schemas.units import Unit, count
from schemas.universal import LINK, LINK_FIX, MEDIA_FIX, MEDIA_LINK

_SEED = "seed 001"
_CAPTION = 500
_CAPS = "reference genviral 6.1"
_TIKTOK = "reference genviral 6.2"
_PINS = "reference genviral 6.3"


def on(*platforms: str, kind: str | None = None, media: str | None = None) -> Scope:
    """Scope a row to platforms, a kind of account, a kind of media."""
    return Scope(frozenset(platforms), kind, media)


SHAPE: tuple[Rule, ...] = (
    Rule("/caption", Check.MIN_LENGTH, 1, _SEED),
    Rule("/caption", Check.MAX_LENGTH, _CAPTION, _SEED),
    Rule("/accounts", Check.MIN_ITEMS, 1, _SEED, Unit.ITEMS),
    Rule("/accounts", Check.MAX_ITEMS, 10, "reference genviral 5.1", Unit.ITEMS),
    Rule("/accounts", Check.UNIQUE, limit=True, source="reference genviral 15"),
    Rule(
        "/media",
        Check.REQUIRED,
        limit=True,
        source=_SEED,
        fix="Add a video or a slideshow; text alone is not taken.",
    ),
    Rule("/media/url", Check.PATTERN, MEDIA_LINK, _SEED, fix=MEDIA_FIX),
    Rule("/media/urls", Check.MIN_ITEMS, 1, "reference genviral 5.2", Unit.ITEMS),
    Rule("/media/urls", Check.MAX_ITEMS, 35, "reference genviral 5.2", Unit.ITEMS),
    Rule("/media/urls/*", Check.PATTERN, MEDIA_LINK, _SEED, fix=MEDIA_FIX),
    Rule("/music_url", Check.PATTERN, LINK, _SEED, fix=LINK_FIX),
    Rule("/idempotency_key", Check.MIN_LENGTH, 1, "reference genviral 5.4"),
    Rule("/idempotency_key", Check.MAX_LENGTH, 128, "reference genviral 5.4"),
    Rule("/tiktok/title", Check.MAX_LENGTH, 150, _TIKTOK),
    Rule("/tiktok/description", Check.MAX_LENGTH, 4000, _TIKTOK),
    Rule("/tiktok/video_cover_timestamp_ms", Check.MINIMUM, 0, _TIKTOK, Unit.MILLISECONDS),
    Rule("/pinterest/board_id", Check.MIN_LENGTH, 1, _PINS),
    Rule("/pinterest/board_id", Check.MAX_LENGTH, 128, _PINS),
    Rule("/pinterest/title", Check.MAX_LENGTH, 100, _PINS),
    Rule("/pinterest/link", Check.MAX_LENGTH, 2048, _PINS),
    Rule("/pinterest/link", Check.PATTERN, LINK, _PINS, fix=LINK_FIX),
    Rule("/pinterest/tags", Check.MAX_ITEMS, 30, _SEED, Unit.ITEMS),
    Rule("/pinterest/tags/*", Check.MIN_LENGTH, 1, _SEED),
    Rule("/pinterest/tags/*", Check.MAX_LENGTH, 100, _SEED),
)

BY_ACCOUNT: tuple[Rule, ...] = (
    Rule("/caption", Check.MAX_LENGTH, 500, _CAPS, scope=on(kind="hosted")),
    Rule("/caption", Check.MAX_LENGTH, 63_206, _CAPS, scope=on("facebook")),
    Rule("/caption", Check.MAX_LENGTH, 2_200, _CAPS, Unit.UTF16, on("instagram")),
    Rule("/caption", Check.MAX_LENGTH, 2_200, _CAPS, Unit.UTF16, on("tiktok", media="video")),
    Rule("/caption", Check.MAX_LENGTH, 4_000, _CAPS, Unit.UTF16, on("tiktok", media="slideshow")),
    Rule("/caption", Check.MAX_LENGTH, 3_000, _CAPS, scope=on("linkedin")),
    Rule(
        "/caption",
        Check.MAX_LENGTH,
        800,
        _CAPS,
        scope=on("pinterest"),
        adds=("/pinterest/tags/*",),
        fix="Shorten the caption or drop tags: Pinterest counts both together.",
    ),
    Rule("/caption", Check.MAX_LENGTH, 5_000, _CAPS, Unit.BYTES, on("youtube")),
    Rule("/caption", Check.MAX_LENGTH, 280, _CAPS, Unit.WEIGHTED, on("x")),
    Rule("/caption", Check.MAX_LENGTH, 300, "platform_rules Bluesky", Unit.GRAPHEMES, on("bluesky")),
    Rule("/tiktok/description", Check.MAX_LENGTH, 2_200, _TIKTOK, Unit.UTF16, on("tiktok", media="video")),
    Rule("/tiktok/description", Check.MAX_LENGTH, 4_000, _TIKTOK, Unit.UTF16, on("tiktok", media="slideshow")),
)


def _short_lead(situation: Situation) -> Iterator[Warn]:
    if short_lead(situation):
        message = (
            "Less than 2 minutes ahead: newer Genviral servers refuse that; leave scheduled_at out to publish now."
        )
        yield Warn("SHORT_LEAD", message, "scheduled_at")


def _emoji_count_twice(situation: Situation) -> Iterator[Warn]:
    caption = text(situation.arguments.get("caption")) or ""
    if count(caption, Unit.UTF16) > _CAPTION:
        message = f"With its emoji the caption has over {_CAPTION} UTF-16 units, which the service may count instead."
        yield Warn("EMOJI_COUNT_TWICE", message, "caption")


def _pin_without_board(situation: Situation) -> Iterator[Warn]:
    if pins := boardless_pins(situation):
        message = f"No pinterest.board_id: {names(pins)} may fail at publishing. Ask the user for the board."
        yield Warn("NO_BOARD", message, "pinterest")


_ONLY_TWO = "Leave it out: Genviral takes settings objects for tiktok and pinterest only."
_OTHERS = ("facebook", "instagram", "linkedin", "youtube", "x", "twitter", "bluesky", "threads", "settings")

#: Fixes that hold in every generation.
REFUSED = {
    "mode": "Leave it out: Genviral keeps no drafts. For TikTok, post_mode MEDIA_UPLOAD makes an inbox draft.",
}

RULES = RuleSet(
    provider="genviral",
    model=GenviralPost,
    rules=SHAPE + BY_ACCOUNT,
    cross=COMBINATIONS,
    hints=(_short_lead, _pin_without_board, _emoji_count_twice),
    settings=SETTINGS,
    media=PLATFORM_MEDIA,
    refused={**dict.fromkeys(_OTHERS, _ONLY_TWO), **REFUSED},
)
