"""How much of a list one answer shows: what a model reads costs tokens (design section 14).

Tokens are reckoned from bytes of UTF-8: ids and times, the densest that lists have, come to one in 2.5 bytes, text in
any script to about as many. So 4,400 bytes stay under 2,000 tokens, and 14,000 under 5,500.
"""

from collections.abc import Sequence

from schemas.jsonvalue import JsonObject
from schemas.result import compact

#: Bytes of a page of the usual size, of one that was asked to be larger, and of one that is told in detail.
USUAL, LARGE, DETAILED = 4_400, 14_000, 20_000


def fitting(entries: Sequence[JsonObject], budget: int) -> int:
    """Count how many of the first entries fit; the first always does."""
    left = budget
    for count, entry in enumerate(entries):
        left -= len(compact(entry).encode("utf-8", "replace")) + 1
        if left < 0 and count:
            return count
    return len(entries)
