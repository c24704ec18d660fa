"""Look at posts: one by its id, its row in the list, the newest of the list, those that are like an order."""

from contextlib import suppress
from typing import Any

from anyio import move_on_after

from providers import lost
from providers.postpost import pages, records
from providers.postpost.api import Api
from providers.protocol import Failure
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.post import Order, Post

#: Pages of list-posts that are searched for one post, and how long that may take for its time (seconds).
_SEARCHED = 3
_TIME_SECONDS = 8.0


class Looking:
    """Reads posts over one ``Api``."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def post(self, post_id: str) -> Post:
        """Read one post, and the time of one that is still to go out from the list, which alone has it.

        Raises:
            Failure: not there, or the service could not be asked.
        """
        found = await self.alone(post_id)
        if found.status.terminal or found.scheduled_at:
            return found
        with move_on_after(_TIME_SECONDS), suppress(Failure):
            row = await self.row(found)
            return records.joined(found, row) if row else found
        return found

    async def alone(self, post_id: str) -> Post:
        """Read one post by one call: without its time, its media and, as a rule, the status of its group.

        Raises:
            Failure: as ``post``.
        """
        return records.read(post_id, await self._api.group(post_id))

    async def row(self, post: Post) -> Post | None:
        """Search the newest of the list for what it says of a post; ``None``: the post is not among them.

        Raises:
            Failure: the service could not be asked.
        """
        word = records.FILTERS.get(post.status)
        for number in range(1, _SEARCHED + 1):
            listed = await self._newest(number, {"status": word} if word else {})
            for found in listed:
                if found.id == post.id:
                    return found
            if len(listed) < pages.MAX_PAGE:
                break
        return None

    async def alike(self, order: Order) -> list[Post]:
        """Search the newest of the list for posts that can have come of an order.

        Raises:
            Failure: the service could not be asked.
        """
        earliest, listed = lost.since(order, self._clock(), self._api.service_time()), list[Post]()
        for number in range(1, _SEARCHED + 1):
            page = await self._newest(number, {})
            listed += page
            if not page or any(post.created_at and post.created_at < earliest for post in page):
                break
        return lost.candidates(order, {post.id: post for post in listed}.values(), earliest)

    async def listing(self, number: int, size: int, filters: dict[str, str]) -> JsonObject:
        """Read a page of GET /list-posts, newest first.

        Raises:
            Failure: the service could not be asked.
        """
        newest_first = {"sortBy": "createdAt", "sortOrder": "desc"}
        query: dict[str, Any] = {"page": number, "limit": size, **newest_first, **filters}
        return await self._api.listing("/list-posts", "posts", query)

    async def _newest(self, number: int, filters: dict[str, str]) -> list[Post]:
        return records.listed(await self.listing(number, pages.MAX_PAGE, filters), self._clock())
