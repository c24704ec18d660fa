"""The name that a post gets in its repository: the same for every try of a delivery, so that no try makes a second.

A name is a TID: microseconds since 1970 and ten bits that tell apart what falls into the same one, in base 32 that
sorts as its numbers do.
"""

import hashlib
from datetime import UTC, datetime, timedelta

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH, _CLOCK_BITS = 13, 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Milliseconds are what a delivery's id tells of its time: ten characters in Crockford's base 32, after its prefix.
_ULID, _ULID_TIME, _ULID_ALPHABET = 26, 10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def record_key(delivery_id: str, otherwise: datetime) -> str:
    """Derive a name from a delivery's id alone: its time, and what the id's chance makes of the rest.

    Nothing else may go into it: a delivery can be given another time or text and must keep its name all the same.
    ``otherwise`` is the time for an id that tells none.
    """
    chance = int.from_bytes(hashlib.sha256(delivery_id.encode()).digest()[:8])
    microseconds = _milliseconds(delivery_id, otherwise) * 1000 + chance % 1000
    number = microseconds << _CLOCK_BITS | chance // 1000 % (1 << _CLOCK_BITS)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def _milliseconds(delivery_id: str, otherwise: datetime) -> int:
    ulid = delivery_id.rpartition("_")[2]
    if len(ulid) == _ULID and set(ulid) <= set(_ULID_ALPHABET):
        number = 0
        for character in ulid[:_ULID_TIME]:
            number = number * 32 + _ULID_ALPHABET.index(character)
        return number
    return (otherwise - _EPOCH) // timedelta(milliseconds=1)
