"""Pages of posts over a list that is numbered by page and shifts while it is read.

A position says on which page to go on, and which post was shown last. What is newer than that post is passed over, so
posts that came in between repeat nothing; when posts have gone, earlier pages are looked at again, so none is lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from providers.postpost import records
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Page, Post, Query
from schemas.status import Status

#: The service clamps a larger page (reference postpost 5.3).
MAX_PAGE = 100

#: Reads one page of list-posts: number, size, filters.
Read = Callable[[int, int, dict[str, str]], Awaitable[JsonObject]]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where to go on: page and its size, how many posts there were, and the last one shown (``seen``: of its time)."""

    page: int
    size: int
    total: int
    until: datetime | None
    seen: frozenset[str]

    def passed(self, post: Post) -> bool:
        """Tell whether a post comes before this place."""
        if self.until is None or post.created_at is None or post.created_at == self.until:
            return post.id in self.seen
        return post.created_at > self.until


async def page(read: Read, query: Query, now: datetime) -> Page:
    """Read one page for ``query``; filters that the service does not know may leave it short of the limit.

    Raises:
        Failure: the service could not be asked.
    """
    asked = _filters(query)
    if asked is None:
        return Page(())
    mark = _mark(query)
    number, answer = mark.page, await read(mark.page, mark.size, asked)
    gone = mark.total - _total(answer)
    if gone > 0 and number > 1:
        number = max(1, number - ceil(gone / mark.size))
        answer = await read(number, mark.size, asked)
    fresh = [post for post in records.listed(answer, now) if not mark.passed(post)]
    inside = [post for post in fresh if not _before(post, query.since)]
    shown = inside[: query.limit]
    wanted = [index for index, post in enumerate(shown) if _wanted(post, query)]
    here = _Mark(number, mark.size, _total(answer), mark.until, mark.seen)
    more = members(answer.get("pagination")).get("hasNextPage") is True
    if len(shown) < len(inside):
        following = _after(here, shown)
    elif more and len(inside) == len(fresh):
        following = _after(_Mark(number + 1, here.size, here.total, here.until, here.seen), shown)
    else:
        following = None
    return Page(
        tuple(shown[index] for index in wanted),
        tuple(_after(here, shown[: index + 1]) for index in wanted),
        following,
        _summary(query, here.total),
    )


def _filters(query: Query) -> dict[str, str] | None:
    """Choose what the service filters by itself; ``None`` when nothing can be found."""
    asked: dict[str, str] = {}
    if query.status:
        if query.status not in records.FILTERS:
            return None
        asked["status"] = records.FILTERS[query.status]
    if query.accounts is not None:
        platforms = {account.partition(":")[2].partition("-")[0] for account in query.accounts}
        if not platforms:
            return None
        if len(platforms) == 1:
            asked["platform"] = platforms.pop()
    return asked


def _wanted(post: Post, query: Query) -> bool:
    return (
        query.status in (None, post.status)
        and (query.until is None or post.created_at is None or post.created_at <= query.until)
        and (query.accounts is None or any(sent.account in query.accounts for sent in post.deliveries))
    )


def _before(post: Post, since: datetime | None) -> bool:
    return since is not None and post.created_at is not None and post.created_at < since


def _mark(query: Query) -> _Mark:
    """Read a position, which an agent hands back: of what makes no sense nothing is taken."""
    position = query.position or {}
    page, size, total = (_natural(position.get(name)) for name in ("page", "size", "total"))
    until = position.get("until")
    return _Mark(
        page=page or 1,
        size=min(size, MAX_PAGE) if size else MAX_PAGE if _filtered_here(query) else min(query.limit, MAX_PAGE),
        total=total or 0,
        until=parse(until) if isinstance(until, str) else None,
        seen=frozenset(post_id for post_id in items(position.get("seen")) if isinstance(post_id, str)),
    )


def _filtered_here(query: Query) -> bool:
    return query.accounts is not None or query.until is not None or query.status in _TOGETHER


def _summary(query: Query, total: int) -> dict[str, int]:
    """Count what the service counted for exactly this filter."""
    exact = query.status and query.status not in _TOGETHER and query.accounts is None
    return {query.status.value: total} if exact and query.status and not (query.since or query.until) else {}


#: Statuses that the service keeps under one word.
_TOGETHER = frozenset({Status.SCHEDULED, Status.QUEUED, Status.PUBLISHING})


def _natural(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value < _LARGE else None


def _total(answer: JsonObject) -> int:
    return _natural(members(answer.get("pagination")).get("totalItems")) or 0


def _after(mark: _Mark, shown: list[Post]) -> JsonObject:
    """Write the place behind these posts, or the same place when there are none."""
    until = shown[-1].created_at if shown else mark.until
    seen = mark.seen if until == mark.until else frozenset[str]()
    return {
        "page": mark.page,
        "size": mark.size,
        "total": mark.total,
        "until": until.isoformat() if until else "",
        "seen": sorted({*seen, *(post.id for post in shown if post.created_at == until)}),
    }


_LARGE = 10**9
