"""What Bluesky takes, as rows (platform_rules, Bluesky; where sources differ, the record's own schema decides)."""

from schemas.media_rule import Measure, MediaRule
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit

PLATFORM, ENTRY = "bluesky", "https://bsky.social"
_HERE = frozenset({PLATFORM})
_SCOPE = Scope(platforms=_HERE)

RULES = (
    Rule("/caption", Check.MAX_LENGTH, 300, "platform_rules bluesky-152", Unit.GRAPHEMES, _SCOPE),
    Rule("/caption", Check.MAX_LENGTH, 3_000, "platform_rules bluesky-152", Unit.BYTES, _SCOPE),
    Rule("/media/urls", Check.MAX_ITEMS, 4, "platform_rules bluesky-156", Unit.ITEMS, _SCOPE),
    Rule("/bluesky/langs", Check.MAX_ITEMS, 3, "platform_rules bluesky-154", Unit.ITEMS, _SCOPE),
    Rule(
        "/bluesky/langs/*",
        Check.PATTERN,
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
        "AT Protocol, the format of a language",
        scope=_SCOPE,
        fix="Give codes such as en or pt-BR, or leave langs out.",
    ),
)

# Files are never made smaller here: what a person chose is published as it is, or refused before anything is sent.
MEDIA = (
    MediaRule(_HERE, "image", Measure.BYTES, "platform_rules bluesky-157", most=2_000_000),
    MediaRule(
        _HERE,
        "image",
        Measure.TYPE,
        "app.bsky.embed.images takes every image; what apps show",
        among=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"}),
        sure=False,
    ),
    MediaRule(
        _HERE,
        "video",
        Measure.TYPE,
        "platform_rules bluesky-160",
        among=frozenset({"video/mp4"}),
    ),
    MediaRule(_HERE, "video", Measure.BYTES, "platform_rules bluesky-160", most=300_000_000),
    # What a server takes it does not tell: Bluesky's own take 52,428,800 bytes, others 5 MB unless set otherwise.
    MediaRule(_HERE, "video", Measure.BYTES, "platform_rules bluesky-158", most=52_428_800, sure=False),
)

#: The schema has no bound; Bluesky's own app writes so many.
ALT_TEXT = AltText(2_000)
