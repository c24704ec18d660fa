"""What Discord takes, as rows (platform_rules, Discord)."""

from schemas.media_rule import Measure, MediaRule
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit

_DOCS, _HERE = "platform_rules, Discord", frozenset({"discord"})
_ALL, _MIB = Scope(platforms=_HERE), 1024 * 1024
_NAME, _NAMES = r"(?i)^(?!.*(discord|clyde))", "docs.discord.com, usernames and nicknames"
#: What all files of one post may weigh together (bytes; platform_rules, Discord).
MOST_BYTES = 25 * _MIB
MEDIA = tuple(MediaRule(_HERE, kind, Measure.BYTES, _DOCS, most=10 * _MIB) for kind in ("image", "video"))
ALT_TEXT = AltText(1_024)

RULES = (
    Rule("/caption", Check.MAX_LENGTH, 2_000, _DOCS, Unit.CHARACTERS, _ALL),
    Rule("/caption", Check.PATTERN, r"\S", _DOCS, scope=_ALL, fix="Write something besides blanks."),
    Rule("/media/urls", Check.MAX_ITEMS, 10, "docs.discord.com, error 30015", Unit.ITEMS, _ALL),
    Rule("/discord/username", Check.MIN_LENGTH, 1, _NAMES, Unit.CHARACTERS, _ALL),
    Rule("/discord/username", Check.MAX_LENGTH, 80, _NAMES, Unit.CHARACTERS, _ALL),
    Rule("/discord/username", Check.PATTERN, _NAME, _NAMES, scope=_ALL, fix='Leave "Discord" and "Clyde" out.'),
)
