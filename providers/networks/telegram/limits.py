"""What Telegram takes, as rows (platform_rules, Telegram)."""

from schemas.media_rule import Measure, MediaRule
from schemas.rule import Check, Rule, Scope
from schemas.units import Unit

API = "https://api.telegram.org"
_DOCS, _HERE = "platform_rules, Telegram", frozenset({"telegram"})
_ALL = Scope(platforms=_HERE)
_MB = 1_000_000
MEDIA = (
    MediaRule(_HERE, "image", Measure.BYTES, _DOCS, most=10 * _MB),
    MediaRule(_HERE, "image", Measure.RATIO, _DOCS, least=1 / 20, most=20),
    # A Bot API server of one's own takes 2,000 MB.
    MediaRule(_HERE, "video", Measure.BYTES, _DOCS, most=50 * _MB, sure=False),
)
#: How many photos one post may have; from two on they are an album (platform_rules, Telegram).
MOST_PHOTOS = 10

RULES = (
    Rule("/caption", Check.MAX_LENGTH, 4_096, _DOCS, Unit.UTF16, _ALL),
    *(
        Rule("/caption", Check.MAX_LENGTH, 1_024, _DOCS, Unit.UTF16, Scope(platforms=_HERE, media=media))
        for media in ("video", "slideshow")
    ),
    Rule("/caption", Check.PATTERN, r"\S", _DOCS, scope=_ALL, fix="Write something besides blanks."),
    Rule("/media/urls", Check.MAX_ITEMS, MOST_PHOTOS, _DOCS, Unit.ITEMS, _ALL),
)
