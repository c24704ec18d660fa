"""The posts of a window of time, over all providers that are on.

Services list posts by when they were made, newest first; what is asked for here is when they go out. So all that was
made within the window is read, and some time ahead of it, and of what is older still that which waits for its time.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from engine.abreast import abreast
from engine.desk import Desk
from engine.planned import Planned, placed
from engine.unmade import unmade
from providers.protocol import Failure, Provider
from schemas.board import BoardWarning
from schemas.post import Post, Query
from schemas.status import Status

#: How long ahead of the window's begin a post may have been made that went out within it.
AHEAD = timedelta(days=92)
#: So many posts of one provider are looked at, in so many pages.
MOST_READ, MOST_PAGES = 1_000, 12
#: So many providers are asked at one time.
_AT_ONCE = 4


@dataclass(slots=True)
class Window:
    """What was found, in order of time, and of which providers not everything could be read."""

    posts: list[Planned] = field(default_factory=list[Planned])
    warnings: list[BoardWarning] = field(default_factory=list[BoardWarning])


async def read(desk: Desk, since: datetime, until: datetime, account: str | None, status: Status | None) -> Window:
    """Read the posts whose time lies within; a provider that cannot be asked is a warning."""
    window, found = Window(), list[Planned]()

    async def ask(name: str) -> None:
        try:
            await desk.directory.accounts(name)
            if account is not None and not account.startswith(f"{name}:"):
                return
            wanted = Query(MOST_READ, status, since, until, frozenset({account}) if account else None)
            posts, whole = await _posts(desk.providers[name], wanted)
        except Failure as error:
            window.warnings.append(BoardWarning(provider=name, code=error.code, message=error.message))
            return
        found.extend(placed(desk, desk.providers[name], f"{name}:{post.id}", post) for post in posts)
        if not whole:
            message = f"There are too many posts to look at them all: {len(posts)} were, and older ones may be missing."
            window.warnings.append(BoardWarning(provider=name, code="not_all_read", message=message))

    await abreast(ask, desk.providers, _AT_ONCE)
    found += await unmade(desk, account, status, {one.id for one in found})
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
        before = early if whole else wanted.until
        older, all_older = await _pages(provider, replace(wanted, status=Status.SCHEDULED, since=None, until=before))
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
