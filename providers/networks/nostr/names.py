"""What Nostr calls keys and events when people are to read it (NIP-19), and where a text names them (NIP-27)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.networks.nostr.bech32 import decode, encode


@dataclass(frozen=True, slots=True)
class Pointer:
    """A key (``is_event`` false) or an event that a text names: its hex, a relay that has it, and who wrote it."""

    hex: str
    is_event: bool
    relay: str = ""
    author: str = ""


def npub(public_key: bytes) -> str:
    """Write a public key as people know it."""
    return encode("npub", public_key)


def nevent(event_id: str, author: bytes, relays: Sequence[str], kind: int) -> str:
    """Write an event with all that it takes to find it: the relays that have it first."""
    fields = [(_SPECIAL, bytes.fromhex(event_id))]
    fields += [(_RELAY, relay.encode()) for relay in relays]
    fields += [(_AUTHOR, author), (_KIND, kind.to_bytes(4, "big"))]
    return encode("nevent", b"".join(bytes((name, len(value))) + value for name, value in fields))


def private_key(told: str) -> bytes:
    """Read a private key, given as ``nsec1...`` or as 64 hexadecimal digits.

    Raises:
        ValueError: it is none; the words do not repeat it.
    """
    told = told.strip()
    if re.fullmatch(r"[0-9a-fA-F]{64}", told):
        return bytes.fromhex(told)
    try:
        prefix, data = decode(told)
    except ValueError as error:
        raise ValueError(f"the private key is {error}; give it as nsec1... or as 64 hexadecimal digits") from None
    if prefix != "nsec":
        raise ValueError(f"the private key begins with nsec1, not with {prefix[:10]}1")
    if len(data) != _KEY:
        raise ValueError(f"the private key has {len(data)} bytes, not {_KEY}")
    return data


def pointers(text: str) -> Iterator[Pointer]:
    """Find the keys and events that a text names as ``nostr:npub1...`` and the like; what cannot be read is text."""
    for word in _NAMED.findall(text):
        try:
            prefix, data = decode(word)
        except ValueError:
            continue
        found = _bare(prefix, data) if prefix in _BARE else _of_fields(prefix, _fields(data))
        if found is not None:
            yield found


def _bare(prefix: str, data: bytes) -> Pointer | None:
    return Pointer(data.hex(), _BARE[prefix]) if len(data) == _KEY else None


def _of_fields(prefix: str, fields: list[tuple[int, bytes]]) -> Pointer | None:
    first = dict(reversed(fields))
    special, author = first.get(_SPECIAL, b""), first.get(_AUTHOR, b"")
    if len(special) != _KEY:
        return None
    relay = first.get(_RELAY, b"").decode("ascii", "replace")
    return Pointer(special.hex(), _SPOKEN[prefix], relay, author.hex() if len(author) == _KEY else "")


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    """Take a row of type, length and value apart; one that breaks off ends it."""
    found: list[tuple[int, bytes]] = []
    while len(data) > 1 and len(data) >= 2 + data[1]:
        found.append((data[0], data[2 : 2 + data[1]]))
        data = data[2 + data[1] :]
    return found


_KEY = 32
_SPECIAL, _RELAY, _AUTHOR, _KIND = 0, 1, 2, 3
# By prefix: whether it names an event.
_BARE = {"npub": False, "note": True}
_SPOKEN = {"nprofile": False, "nevent": True}
_NAMED = re.compile(r"(?<![\w:/])nostr:((?:npub|note|nprofile|nevent)1[02-9ac-hj-np-z]{6,2000})")
