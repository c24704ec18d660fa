"""Where a page of posts goes on: the service's cursor, and within its page the time and ids already shown."""

from datetime import datetime

from schemas.instant import parse
from schemas.jsonvalue import JsonObject, items, text
from schemas.post import Page, Post, Query


def page(found: list[Post], query: Query, following: str | None) -> Page:
    """Make a page of what the service answered, newest first; ``following`` is its cursor of the next page.

    New posts move those behind them: what was shown is therefore told by time and id, not by counting.
    """
    before = query.position or {}
    wanted = [post for post in found if not _shown(post, before) and _within(post, query)]
    shown = wanted[: query.limit]
    marks = [_mark(shown[: place + 1], before) for place in range(len(shown))]
    here = {"cursor": before["cursor"]} if "cursor" in before else {}
    positions = tuple({**here, **mark} for mark in marks)
    return Page(tuple(shown), positions, _end(len(wanted) > len(shown), positions, found, query, following))


def _end(
    cut: bool, positions: tuple[JsonObject, ...], found: list[Post], query: Query, following: str | None
) -> JsonObject | None:
    if cut:
        return positions[-1]
    if following is None or any(query.since and post.created_at and post.created_at < query.since for post in found):
        return None
    last = positions[-1] if positions else query.position or {}
    return {**last, "cursor": following}


def _shown(post: Post, before: JsonObject) -> bool:
    until = parse(text(before.get("until")) or "")
    later = until is not None and post.created_at is not None and post.created_at > until
    return later or post.id in items(before.get("seen"))


def _within(post: Post, query: Query) -> bool:
    if post.created_at is None:
        return query.since is None and query.until is None
    return (query.since is None or post.created_at >= query.since) and (
        query.until is None or post.created_at <= query.until
    )


def _mark(shown: list[Post], before: JsonObject) -> JsonObject:
    """Name the oldest time that was shown, and the posts of that time."""
    until = _exact(shown[-1].created_at)
    seen = items(before.get("seen")) if before.get("until") == until else []
    return {"until": until, "seen": [*seen, *(post.id for post in shown if _exact(post.created_at) == until)]}


def _exact(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
