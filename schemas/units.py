"""How long a text is: every platform counts in a unit of its own (reference platform_rules, gotcha 1)."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

if TYPE_CHECKING:
    import regex


class Unit(StrEnum):
    """What a limit counts."""

    CHARACTERS = "characters"
    UTF16 = "UTF-16 units"
    BYTES = "bytes"
    GRAPHEMES = "graphemes"
    WEIGHTED = "weighted characters"
    MASTODON = "characters as Mastodon counts"
    HASHTAGS = "hashtags"
    LINKS = "links"
    ITEMS = "items"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


def count(text: str, unit: Unit, link: int | None = None) -> int:
    """Measure ``text`` in ``unit``; lone surrogates count as the unit would count their replacement.

    ``link`` is what a link counts as where a Mastodon server has a number of its own.
    """
    return _mastodon(text, link) if unit is Unit.MASTODON and link is not None else _COUNTERS[unit](text)


def prefix(text: str, unit: Unit, most: int, link: int | None = None) -> str:
    """Cut ``text`` so that at most ``most`` of ``unit`` are left: as many as fit, and never within a grapheme."""
    if count(text, unit, link) <= most:
        return text
    ends = [0, *(found.end() for found in _patterns().cluster.finditer(text))]
    fits, too_long = 0, len(ends) - 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if count(text[: ends[middle]], unit, link) <= most:
            fits = middle
        else:
            too_long = middle
    return text[: ends[fits]]


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _graphemes(text: str) -> int:
    return sum(1 for _ in _patterns().cluster.finditer(text))


def _weighted(text: str) -> int:
    """Count as X does: NFC, a link 23, an emoji sequence 2, CJK and most symbols 2, the rest 1."""
    return sum(_weight(part) for part in _patterns().weighed.findall(normalize("NFC", text)))


def _weight(part: str) -> int:
    if part.startswith(("http://", "https://")):
        return _LINK_WEIGHT
    if _patterns().emoji.search(part):
        return _EMOJI_WEIGHT
    return sum(1 if any(low <= ord(c) <= high for low, high in _LIGHT) else 2 for c in part)


def _mastodon(text: str, link: int = 23) -> int:
    """Count as Mastodon does: graphemes, a link as so many, a mention without its server (platform_rules, Mastodon)."""

    def counted(found: "regex.Match[str]") -> str:
        return found["mention"] or "x" * link

    return _graphemes(_patterns().federated.sub(counted, text))


def _hashtags(text: str) -> int:
    return sum(1 for _ in _HASHTAG.finditer(text))


def _links(text: str) -> int:
    """Count different links."""
    return len(set(_WEB.findall(text)))


class _Patterns(NamedTuple):
    cluster: "regex.Pattern[str]"
    weighed: "regex.Pattern[str]"
    emoji: "regex.Pattern[str]"
    federated: "regex.Pattern[str]"


@cache
def _patterns() -> _Patterns:
    import regex  # noqa: PLC0415  (most servers never count graphemes, and it costs 25 ms of cold start)

    return _Patterns(
        cluster=regex.compile(r"\X"),
        weighed=regex.compile(r"https?://\S+|\X"),
        emoji=regex.compile(r"\p{Extended_Pictographic}(?<![\u00a9\u00ae\u2122])|\p{Regional_Indicator}|\u20e3"),
        federated=regex.compile(f"{_LINK}|{_MENTION}", regex.IGNORECASE),
    )


_COUNTERS: dict[Unit, Callable[[str], int]] = {
    Unit.CHARACTERS: len,
    Unit.UTF16: _utf16,
    Unit.BYTES: lambda text: len(text.encode("utf-8", "replace")),
    Unit.GRAPHEMES: _graphemes,
    Unit.WEIGHTED: _weighted,
    Unit.MASTODON: _mastodon,
    Unit.HASHTAGS: _hashtags,
    Unit.LINKS: _links,
}

#: Units that count things within a text, not how long it is.
THINGS = frozenset({Unit.HASHTAGS, Unit.LINKS})
_HASHTAG = re.compile(r"(?<![\w&/])#\w+")
_WEB = re.compile(r"https?://\S+")

_LINK_WEIGHT = 23
_EMOJI_WEIGHT = 2
# Code points of weight 1 in X's counting (platform_rules, X, "text").
_LIGHT = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

# What Mastodon takes for a link is cut short by a full stop, a quote, an unpaired bracket, or a script without spaces;
# what only looks like one, such as a host without a dot, counts in full.
_IN_LINK = r"[!#-'*-;=?-~\u00c0-\u024f\u0400-\u04ff]"
_LINK = (
    r"(?<![a-z0-9@$#])https?://(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@])(?::\d+)?"
    rf"(?:[/?#](?:{_IN_LINK}|\({_IN_LINK}*\))*(?<=[\w/=#&+\-)]))?"
)
_MENTION = r"(?<![=/\w])(?P<mention>@[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)@[\w.-]+\w"
