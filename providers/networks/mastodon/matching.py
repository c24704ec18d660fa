"""Whether a status is the one that was meant: servers tell HTML, and rewrite what they were sent.

Compared is what is left of both without blanks, and without the servers of mentions, which some do not show. Of a link
either what is shown or where it leads may stand for it: some shorten what they show.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from unicodedata import normalize

from schemas.jsonvalue import JsonObject, items, text

_SERVER = re.compile(r"(?<![=/\w])(@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)@[\w.-]+\w")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
#: The classes of links that lead to something of the server's own.
_OWN = ("mention", "hashtag")


def shows(status: JsonObject, caption: str) -> bool:
    """Tell whether the HTML of a status says what a caption does."""
    return bare(caption) in {bare(reading) for reading in _readings(text(status.get("content")) or "")}


def bare(words: str) -> str:
    """Leave of a text what every server keeps of it."""
    return _UNSEEN.sub("", _SERVER.sub(r"\1", normalize("NFC", words)))


def alike(status: JsonObject, spoiler: str, media: int) -> bool:
    """Tell whether all but the words of a status is as it was meant."""
    said = bare(text(status.get("spoiler_text")) or "")
    own = status.get("reblog") is None
    return own and said == bare(spoiler) and len(items(status.get("media_attachments"))) == media


def _readings(content: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(content)
    reader.close()
    yield "".join(reader.shown)
    yield "".join(reader.led)


class _Reader(HTMLParser):
    """Collects the text of HTML twice: as shown, and with links as where they lead."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.led: list[str] = []
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p"):
            self.handle_data("\n")
        if tag == "a":
            named = dict(attrs)
            own = any(name in (named.get("class") or "").split() for name in _OWN)
            self._in_link = not own
            if not own:
                self.led.append(named.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        self.shown.append(data)
        if not self._in_link:
            self.led.append(data)
