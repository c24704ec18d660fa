"""Ids that sort by the time they were made (ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32)."""

import secrets
from datetime import datetime
from threading import Lock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26


class _Last:
    """The last number given out: within one millisecond ids of one process count on, and so sort as they were made."""

    number = 0
    lock = Lock()


def ulid(moment: datetime) -> str:
    """Make a new id of 26 characters for something that came to be at ``moment``."""
    number = int(moment.timestamp() * 1000) << 80 | secrets.randbits(79)
    with _Last.lock:
        if number >> 80 == _Last.number >> 80:
            number = _Last.number + 1
        _Last.number = number
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
