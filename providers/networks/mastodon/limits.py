"""What servers of the Mastodon API take, where they name no limits of their own."""

from schemas.media_rule import Measure, MediaRule
from schemas.rule import Check, Rule, Scope

_HERE = frozenset({"mastodon"})
_SCOPE = Scope(platforms=_HERE)
_MB = 1_000_000
_DOCS = "platform_rules, Mastodon"
#: What the platform takes where the server names nothing; servers differ, so it warns only.
MEDIA = (
    MediaRule(_HERE, "image", Measure.BYTES, _DOCS, most=16 * _MB, sure=False),
    MediaRule(_HERE, "video", Measure.BYTES, _DOCS, most=99 * _MB, sure=False),
)
#: How many characters of alternative text are taken, unless the server says otherwise.
ALT_TEXT = 1_500

RULES = (
    Rule("/caption", Check.PATTERN, r"\S", _DOCS, scope=_SCOPE, fix="Write something besides blanks."),
    Rule(
        "/mastodon/language",
        Check.PATTERN,
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        _DOCS,
        scope=_SCOPE,
        fix="Give an ISO 639 code such as en, or leave it out.",
    ),
)
