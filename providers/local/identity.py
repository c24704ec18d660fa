"""Ids that sort by the time they were made (ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32)."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26


def ulid(moment: datetime) -> str:
    """Make a new id of 26 characters for something that came to be at ``moment``."""
    number = int(moment.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
