"""Pages of a list, by cursor (reference socialapi 14)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.envelope import invalid
from sandbox.socialapi.posts import without_absent

LARGEST_PAGE = 100

Item = TypeVar("Item")

#: By what a list is sorted: a time, and a number that tells apart what has the same.
Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page; ``next_cursor`` is None on the last one."""

    items: list[Item]
    limit: int
    next_cursor: str | None

    def pagination(self) -> JsonObject:
        """Show it as the lists of posts and events do."""
        more = self.next_cursor is not None
        return without_absent({"has_more": more, "limit": self.limit, "next_cursor": self.next_cursor})


def cut(
    found: Iterable[Item], key: Callable[[Item], Key], query: Mapping[str, str], *, usual: int, newest_first: bool
) -> Page[Item]:
    """Cut the page that a query asks for. A cursor names the last item seen, so that none is shown twice or missed.

    Raises:
        Refusal: ``limit`` or ``cursor`` cannot be understood, or the limit is out of range (a choice of ours).
    """
    limit, cursor = _limit(query.get("limit"), usual), query.get("cursor")
    ordered = sorted(found, key=key, reverse=newest_first)
    if cursor:
        seen = _read(cursor)
        ordered = [one for one in ordered if (key(one) < seen if newest_first else key(one) > seen)]
    items = ordered[:limit]
    return Page(items, limit, _write(key(items[-1])) if len(ordered) > limit else None)


def _limit(text: str | None, usual: int) -> int:
    if not text:
        return usual
    if re.fullmatch("[0-9]{1,3}", text, re.ASCII) is None or not 1 <= int(text) <= LARGEST_PAGE:
        raise invalid("limit", f"limit must be a number from 1 to {LARGEST_PAGE}")
    return int(text)


def _write(key: Key) -> str:
    return urlsafe_b64encode(f"{key[0].isoformat()} {key[1]}".encode()).decode()


def _read(cursor: str) -> Key:
    try:
        moment, number = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        key = datetime.fromisoformat(moment), int(number)
    except ValueError:
        key = None
    if key is None or key[0].tzinfo is None:
        raise invalid("cursor", "cursor is not one that a list gave")
    return key
