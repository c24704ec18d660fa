"""Events (NIP-01), and what a delivery becomes as one: the same on every try, so that a repeat is no second post."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from providers.networks.network import Parcel
from providers.networks.nostr.names import pointers

NOTE, DELETION, LOGIN = 1, 5, 22_242

#: What an event says beside its content: rows of words, the first of which is their name.
Tags = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event. ``body`` is its JSON."""

    id: str
    body: str

    @property
    def message(self) -> str:
        """What a relay is sent."""
        return f'["EVENT",{self.body}]'


class Signer:
    """A key pair; what it signs is signed as BIP-340 says.

    Raises:
        ValueError: ``secret`` is no private key.
        ImportError: the library that signs is not installed.
    """

    def __init__(self, secret: bytes) -> None:
        import coincurve  # noqa: PLC0415  (only Nostr signs, and it is an extra)

        self._key = coincurve.PrivateKey(secret)
        self.public: bytes = coincurve.PublicKeyXOnly.from_secret(secret).format()

    def sign(self, kind: int, created_at: int, content: str, tags: Tags = ()) -> Event:
        """Make an event; its id is the hash of all but the signature."""
        author = self.public.hex()
        facts = [0, author, created_at, kind, tags, content]
        digest = hashlib.sha256(_json(facts).encode()).digest()
        body = {
            "id": digest.hex(),
            "pubkey": author,
            "created_at": created_at,
            "kind": kind,
            "tags": tags,
            "content": content,
            "sig": self._key.sign_schnorr(digest).hex(),
        }
        return Event(digest.hex(), _json(body))


def note(parcel: Parcel, signer: Signer) -> Event:
    """Write a delivery as a note, of the time that it was due at."""
    return signer.sign(NOTE, int(parcel.due_at.timestamp()), content(parcel), [*_tags(parcel)])


def content(parcel: Parcel) -> str:
    """Write what a reader sees: media are links under the text."""
    return "\n".join((parcel.caption, *parcel.links))


def _tags(parcel: Parcel) -> Iterator[list[str]]:
    """Say what of the content is a mention (NIP-27), a quote (NIP-18), a link, a hashtag (NIP-24) or media (NIP-92)."""
    told: set[tuple[str, str]] = set()
    for tag in (*_mentions(parcel.caption), *_words(parcel.caption)):
        if (tag[0], tag[1]) not in told:
            told.add((tag[0], tag[1]))
            yield tag
    for link in parcel.links:
        media_type = guess_type(PurePosixPath(urlsplit(link).path).name, strict=False)[0]
        yield ["imeta", f"url {link}", f"m {media_type}"] if media_type else ["r", link]


def _mentions(text: str) -> Iterator[list[str]]:
    for found in pointers(text):
        if found.is_event:
            yield ["q", found.hex, found.relay, found.author] if found.author else ["q", found.hex, found.relay]
        else:
            yield ["p", found.hex, found.relay] if found.relay else ["p", found.hex]


def _words(text: str) -> Iterator[list[str]]:
    for link in _LINK.findall(text):
        yield ["r", link.rstrip(_STOPS)]
    for hashtag in _HASHTAG.findall(text):
        yield ["t", hashtag.lower()]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_LINK = re.compile(r"(?<!\w)https?://[^\s<>\"]+")
_STOPS = ".,;:!?'\")]}"
_HASHTAG = re.compile(r"(?<![^\s(\[\"'])#(?=\w*[^\W\d_])(\w+)")
