"""The posts of a window of time, over all providers that are on.

Services list posts by when they were made, newest first; what is asked for here is when they go out. So all that was
made within the window is read, and some time ahead of it, and of what is older still that which waits for its time.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from engine import waiting
from engine.abreast import abreast
from engine.desk import Desk
from providers.protocol import Failure, Provider
from schemas.board import BoardWarning
from schemas.jsonvalue import JsonObject, members
from schemas.post import Delivery, Post, Query
from schemas.status import Status

#: How long ahead of the window's begin a post may have been made that went out within it.
AHEAD = timedelta(days=92)
#: So many posts of one provider are looked at, in so many pages.
MOST_READ, MOST_PAGES = 1_000, 12
#: So many providers are asked at one time.
_AT_ONCE = 4
#: Members of a held create_post that say when and how it is made, not what it is.
_NOT_CONTENT = frozenset({"accounts", "scheduled_at", "timezone", "mode", "idempotency_key", "allow_duplicate"})


@dataclass(frozen=True, slots=True)
class Planned:
    """One post in its window: its id as agents know it, its place in time, and what its provider's rules speak of."""

    id: str
    provider: Provider
    post: Post
    at: datetime
    at_is: Literal["scheduled", "published", "created"]
    content: JsonObject


@dataclass(slots=True)
class Window:
    """What was found, in order of time, and of which providers not everything could be read."""

    posts: list[Planned] = field(default_factory=list[Planned])
    warnings: list[BoardWarning] = field(default_factory=list[BoardWarning])


async def read(desk: Desk, since: datetime, until: datetime, account: str | None, status: Status | None) -> Window:
    """Read the posts whose time lies within; a provider that cannot be asked is a warning."""
    window, asked = Window(), [one for one in desk.providers if account is None or account.startswith(f"{one}:")]
    found: list[Planned] = []

    async def ask(name: str) -> None:
        try:
            await desk.directory.accounts(name)
            wanted = Query(MOST_READ, status, since, until, frozenset({account}) if account else None)
            posts, whole = await _posts(desk.providers[name], wanted)
        except Failure as error:
            window.warnings.append(BoardWarning(provider=name, code=error.code, message=error.message))
            return
        found.extend(_placed(desk, desk.providers[name], f"{name}:{post.id}", post) for post in posts)
        if not whole:
            message = f"Only the {len(posts)} posts made last were looked at: older ones may be missing."
            window.warnings.append(BoardWarning(provider=name, code="not_all_read", message=message))

    await abreast(ask, asked, _AT_ONCE)
    found += [one async for one in _held(desk, account, status)]
    window.posts = sorted((one for one in found if since <= one.at <= until), key=lambda one: (one.at, one.id))
    window.warnings.sort(key=lambda warning: warning.provider)
    return window


async def _posts(provider: Provider, wanted: Query) -> tuple[list[Post], bool]:
    """Read one provider's posts, and whether these are all that may lie in the window.

    Raises:
        Failure: the service could not be asked.
    """
    early = wanted.since - AHEAD if wanted.since else None
    posts, whole = await _pages(provider, replace(wanted, since=early))
    if wanted.status in (None, Status.SCHEDULED):
        older, all_older = await _pages(provider, replace(wanted, status=Status.SCHEDULED, since=None, until=early))
        known = {post.id for post in posts}
        posts, whole = posts + [post for post in older if post.id not in known], whole and all_older
    return posts, whole


async def _pages(provider: Provider, query: Query) -> tuple[list[Post], bool]:
    posts: list[Post] = []
    for _ in range(MOST_PAGES):
        page = await provider.posts(query)
        posts += page.posts
        if page.position is None:
            return posts, True
        if len(posts) >= MOST_READ:
            break
        query = replace(query, position=page.position)
    return posts, False


async def _held(desk: Desk, account: str | None, status: Status | None) -> AsyncGenerator[Planned]:
    """List what awaits approval, as posts."""
    # Of a list that is not theirs alone, what waits gets half.
    query = Query(2 * MOST_READ, status)
    for held in await waiting.waiting(desk, query, provider=None, account=account, platform=None):
        stands = waiting.status(held)
        creates = held.tool == "create_post"
        content = {name: value for name, value in held.arguments.items() if creates and name not in _NOT_CONTENT}
        post = Post(
            id=held.id,
            status=stands,
            provider_status=held.state.value,
            caption=waiting.caption(held),
            deliveries=tuple(Delivery(name, stands) for name in held.accounts),
            scheduled_at=waiting.planned_at(desk, held),
            created_at=held.created_at,
            media=members(held.arguments.get("media")) or None,
        )
        yield _placed(desk, desk.providers[held.provider], held.id, post, content)


def _placed(desk: Desk, provider: Provider, post_id: str, post: Post, content: JsonObject | None = None) -> Planned:
    """Find a post's place in time; one without any is told now."""
    known = {"caption": post.caption, **({"media": post.media} if post.media else {})}
    published = min((sent.published_at for sent in post.deliveries if sent.published_at), default=None)
    at, at_is = post.created_at or desk.clock(), "created"
    if post.scheduled_at or published:
        at, at_is = post.scheduled_at or published or at, "scheduled" if post.scheduled_at else "published"
    return Planned(post_id, provider, post, at, at_is, known if content is None else content)
