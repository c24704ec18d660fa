"""The list of posts, page by page (seed 003).

The service has no cursor: a page starts at the oldest creation time seen, less the posts already shown. Nor does it
filter by account: a page may hold fewer posts than were asked for and still have a next one.
"""

from datetime import datetime
from typing import Any

from providers import payload
from providers.genviral import records
from providers.genviral.api import Api, check_list
from schemas.instant import wire
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Page, Post, Query

#: The service clamps a larger page (seed 003).
MAX_PAGE = 100


async def page(api: Api, query: Query) -> Page:
    """Read GET /posts, newest first.

    Raises:
        Failure: the service could not be asked.
    """
    words = records.FILTERS.get(query.status, ()) if query.status else (None,)
    pages = [await _page(api, query, word) for word in words]
    found = sorted((post for page, _, _ in pages for post in page), key=_newest_first, reverse=True)
    summary = members(pages[0][1].get("summary")) if pages else {}
    looked_at = found[: query.limit]
    more = len(found) > query.limit or any(full for _, _, full in pages)
    wanted = [index for index, post in enumerate(looked_at) if _wanted(post, query)]
    return Page(
        tuple(looked_at[index] for index in wanted),
        tuple(_position(looked_at[: index + 1], query) for index in wanted),
        _position(looked_at, query) if more and looked_at else None,
        _counts(summary),
    )


async def _page(api: Api, query: Query, word: str | None) -> tuple[list[Post], JsonObject, bool]:
    """Read one page: posts not shown before, the whole data, and whether the page was full."""
    position = query.position or {}
    until = position.get("until") or (wire(query.until) if query.until else None)
    asked: dict[str, Any] = {
        "status": word,
        "since": wire(query.since) if query.since else None,
        "until": until,
        "limit": _asked(query),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    data = await api.read("/posts", given, check=lambda data: check_list(data, "posts"))
    found = [records.post(record) for record in payload.objects(data.get("posts"))]
    fresh = [post for post in found if post.id not in items(position.get("seen"))]
    return fresh, data, len(found) >= _asked(query)


def _asked(query: Query) -> int:
    seen = len(items((query.position or {}).get("seen")))
    return min(MAX_PAGE, query.limit + seen)


def _wanted(post: Post, query: Query) -> bool:
    return query.accounts is None or any(delivery.account in query.accounts for delivery in post.deliveries)


def _newest_first(post: Post) -> tuple[float, str]:
    return (post.created_at.timestamp() if post.created_at else 0.0, post.id)


def _position(shown: list[Post], query: Query) -> JsonObject:
    """Where a page starts that goes on after these: their oldest time, less those of it that were shown."""
    until, before = _exact(shown[-1].created_at), query.position or {}
    seen = items(before.get("seen")) if before.get("until") == until else []
    return {"until": until, "seen": [*seen, *(post.id for post in shown if _exact(post.created_at) == until)]}


def _exact(moment: datetime | None) -> str:
    """Write a time to the millisecond, which is as fine as the service tells it."""
    return "" if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _counts(summary: JsonObject) -> dict[str, int]:
    """Sum the service's buckets under our words (seed 003: a missing bucket means none)."""
    counts: dict[str, int] = {}
    for word, number in members(summary.get("by_status")).items():
        if isinstance(number, int) and number > 0:
            status = records.STATUSES.get(word)
            name = status.value if status else "other"
            counts[name] = counts.get(name, 0) + number
    return counts
