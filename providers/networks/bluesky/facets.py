"""Find what is more than text in a post: links, mentions and hashtags, without which a URL is dead text.

Their places are told in bytes of UTF-8, from the start up to, not including, the end (platform_rules, bluesky-153).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from schemas.jsonvalue import JsonObject
from schemas.units import Unit, count

if TYPE_CHECKING:
    import regex

#: What a hashtag may hold, without its sign (platform_rules, bluesky-155).
TAG_GRAPHEMES, TAG_BYTES = 64, 640
#: How long a handle may be (AT Protocol, handle syntax).
HANDLE_LENGTH = 253

_LINK, _MENTION, _TAG = "link", "mention", "tag"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, by its characters: a ``link``, a ``mention`` by its handle, or a ``tag`` without its sign."""

    start: int
    end: int
    kind: str
    value: str


def spans(text: str) -> list[Span]:
    """Find all that may become a facet, in order; none begins or ends within a character.

    Of what overlaps, a link comes before a mention, and that before a hashtag.
    """
    edges = {match.start() for match in _patterns().cluster.finditer(text)} | {len(text)}
    kept: list[Span] = []
    for span in (*_links(text), *_mentions(text), *_tags(text)):
        apart = all(span.end <= other.start or other.end <= span.start for other in kept)
        if apart and {span.start, span.end} <= edges:
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def handles(text: str) -> list[str]:
    """Name the handles that a text mentions, each once."""
    return list(dict.fromkeys(span.value for span in spans(text) if span.kind == _MENTION))


def facets(text: str, dids: Mapping[str, str]) -> list[JsonObject]:
    """Write the facets of a text; a mention whose handle is not among ``dids`` stays plain text."""
    return [
        {"index": {"byteStart": _bytes(text[: span.start]), "byteEnd": _bytes(text[: span.end])}, "features": [feature]}
        for span in spans(text)
        if (feature := _feature(span, dids)) is not None
    ]


def _feature(span: Span, dids: Mapping[str, str]) -> JsonObject | None:
    kind = f"app.bsky.richtext.facet#{span.kind}"
    if span.kind == _LINK:
        return {"$type": kind, "uri": span.value}
    if span.kind == _TAG:
        return {"$type": kind, "tag": span.value}
    did = dids.get(span.value)
    return {"$type": kind, "did": did} if did else None


def _links(text: str) -> Iterator[Span]:
    for match in _patterns().link.finditer(text):
        url = _untrailed(match.group())
        if len(url) > match.end("scheme") - match.start():
            yield Span(match.start(), match.start() + len(url), _LINK, url)


def _untrailed(url: str) -> str:
    """Take from the end of a link what belongs to the sentence around it: punctuation, and brackets never opened."""
    while url:
        last = url[-1]
        opening = _BRACKETS.get(last)
        if opening is None and last not in _TRAILING:
            break
        if opening is not None and url.count(opening) >= url.count(last):
            break
        url = url[:-1]
    return url


def _mentions(text: str) -> Iterator[Span]:
    for match in _patterns().mention.finditer(text):
        handle = match.group("handle")
        if len(handle) <= HANDLE_LENGTH:
            yield Span(match.start(), match.end(), _MENTION, handle.lower())


def _tags(text: str) -> Iterator[Span]:
    for match in _patterns().tag.finditer(text):
        tag = _patterns().trailing.sub("", match.group("tag"))
        fits = count(tag, Unit.GRAPHEMES) <= TAG_GRAPHEMES and count(tag, Unit.BYTES) <= TAG_BYTES
        if fits and _patterns().telling.search(tag):
            yield Span(match.start(), match.start("tag") + len(tag), _TAG, tag)


def _bytes(text: str) -> int:
    return count(text, Unit.BYTES)


class _Patterns(NamedTuple):
    cluster: "regex.Pattern[str]"
    link: "regex.Pattern[str]"
    mention: "regex.Pattern[str]"
    tag: "regex.Pattern[str]"
    trailing: "regex.Pattern[str]"
    telling: "regex.Pattern[str]"


@cache
def _patterns() -> _Patterns:
    import regex  # noqa: PLC0415  (most servers never post to Bluesky, and it costs 25 ms of cold start)

    label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?+"
    return _Patterns(
        cluster=regex.compile(r"\X"),
        # What a URL may hold, and letters of every script: full-width punctuation ends it.
        link=regex.compile(
            r"(?<![A-Za-z0-9_@.:/-])(?P<scheme>https?://)[\p{L}\p{N}\p{M}\-._~:/?#\[\]@!$&'()*+,;=%]+", regex.IGNORECASE
        ),
        # Not within an address of e-mail, nor the beginning of a longer word.
        mention=regex.compile(
            rf"(?<![\p{{L}}\p{{N}}\p{{M}}_.@/\-])@(?P<handle>(?>(?:{label}\.)+(?=[A-Za-z]){label}))"
            r"(?![\p{L}\p{N}\p{M}_@\-]|\.[\p{L}\p{N}])"
        ),
        # Its sign may be the full-width one; with a selector after it, it is a keycap.
        tag=regex.compile(r"(?<![^\s\p{Ps}\p{Pi}\u3001\u3002\uff0c])[#\uff03](?!\ufe0f)(?P<tag>[^\s\p{C}#\uff03]+)"),
        trailing=regex.compile(r"\p{P}+$"),
        telling=regex.compile(r"[^\p{N}\p{P}\p{M}]"),
    )


_BRACKETS = {")": "(", "]": "["}
_TRAILING = frozenset(".,;:!?'*_~&$=+-")
