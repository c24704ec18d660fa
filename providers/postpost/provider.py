"""PostPost as a provider: create, list, read, accounts, over its API."""

from contextlib import suppress
from typing import Any

from anyio import fail_after, move_on_after

from providers import lost, payload
from providers.fetch import Fetcher
from providers.postpost import pages, records
from providers.postpost.api import Api
from providers.postpost.rules import RULES
from providers.postpost.sending import Sending
from providers.protocol import Failure
from providers.wire import Wire
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.post import Absent, Order, Page, Post, Query, Receipt, Warn
from schemas.rule import RuleSet
from schemas.status import Status

#: Pages of list-posts that are searched for one post, and how long that may take: for a lost one, for a time (seconds).
_SEARCHED = 3
_SEARCH_SECONDS, _TIME_SECONDS = 30.0, 8.0


class PostPost:
    """Speaks to PostPost through one ``Wire``, and to the hosts of media through ``fetcher``.

    ``poll_seconds`` follows the service's scheduler, which looks for due posts once a minute (reference postpost 3, 8).
    ``media_seconds`` bounds how long the media of one post may take from their links to the service.
    """

    def __init__(
        self,
        http: Wire,
        clock: Clock,
        fetcher: Fetcher,
        *,
        poll_seconds: float = 60.0,
        media_seconds: float = 22.0,
    ) -> None:
        self._api = Api(http, clock)
        self._clock = clock
        self._fetcher = fetcher
        self._poll_seconds = poll_seconds
        self._sending = Sending(self._api, clock, fetcher, media_seconds)

    exact = False

    @property
    def name(self) -> str:
        """``postpost``."""
        return records.NAME

    @property
    def rules(self) -> RuleSet:
        """What the service and the platforms behind it take."""
        return RULES

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks at one post."""
        return self._poll_seconds

    async def accounts(self) -> list[Account]:
        """Read GET /platform-connections."""
        answer = await self._api.listing("/platform-connections", "connections")
        found = (records.account(record) for record in payload.objects(answer.get("connections")))
        return [account for account in found if account is not None]

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say nothing: the service checks nothing before a post is made (reference postpost 5.1)."""
        return ()

    async def create(self, order: Order) -> Receipt:
        """Send one order; with media as a draft that is scheduled once they are all there, or removed again."""
        return await (self._sending.with_media(order) if order.media else self._sending.text(order))

    async def settle(self, order: Order) -> Receipt | Absent:
        """Look for what became of an order.

        Nothing with media is published before its draft is scheduled: once that draft is gone, nothing comes any more.
        Text is never certain not to be there by one look, which may be too early.
        """
        try:
            with fail_after(_SEARCH_SECONDS):
                return await self._found(order)
        except TimeoutError as error:
            message = f"PostPost was not searched within {_SEARCH_SECONDS:g} s."
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=True) from error

    async def post(self, post_id: str) -> Post:
        """Read GET /get-post/{id}, and the time of one that is still to go out from the list, which alone has it."""
        if records.GROUP_ID.fullmatch(post_id) is None:
            message = "Ids of PostPost's posts have 24 characters out of 0-9 and a-f."
            raise Failure(ErrorCode.NOT_FOUND, message)
        found = records.read(post_id, await self._api.group(post_id))
        if found.status.terminal or found.scheduled_at:
            return found
        return await self._timed(found)

    async def posts(self, query: Query) -> Page:
        """Read GET /list-posts, newest first."""
        return await pages.page(self._list, query, self._clock())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()
        await self._fetcher.aclose()

    async def _list(self, number: int, size: int, filters: dict[str, str]) -> JsonObject:
        newest_first = {"sortBy": "createdAt", "sortOrder": "desc"}
        query: dict[str, Any] = {"page": number, "limit": size, **newest_first, **filters}
        return await self._api.listing("/list-posts", "posts", query)

    async def _found(self, order: Order) -> Receipt | Absent:
        found = [] if order.post_id else await self._alike(order)
        made = [post for post in found if order.draft or post.status is not Status.DRAFT]
        if made:
            return lost.found_again(made[0])
        drafts = [order.post_id] if order.post_id else [post.id for post in found]
        for post_id in drafts:
            receipt = await self._sending.outcome(post_id)
            if receipt is not None:
                return receipt
        return Absent(certain=bool(drafts))

    async def _alike(self, order: Order) -> list[Post]:
        """Search the newest pages for posts that can have come of an order."""
        earliest, listed = lost.since(order, self._clock(), self._api.service_time()), list[Post]()
        for number in range(1, _SEARCHED + 1):
            page = await self._newest(number, {})
            listed += page
            if not page or any(post.created_at and post.created_at < earliest for post in page):
                break
        return lost.candidates(order, {post.id: post for post in listed}.values(), earliest)

    async def _timed(self, found: Post) -> Post:
        """Give a post what only the list has; without it the post is told all the same."""
        word = records.FILTERS.get(found.status)
        with move_on_after(_TIME_SECONDS), suppress(Failure):
            for number in range(1, _SEARCHED + 1):
                listed = await self._newest(number, {"status": word} if word else {})
                for row in listed:
                    if row.id == found.id:
                        return records.joined(found, row)
                if len(listed) < pages.MAX_PAGE:
                    break
        return found

    async def _newest(self, number: int, filters: dict[str, str]) -> list[Post]:
        return records.listed(await self._list(number, pages.MAX_PAGE, filters), self._clock())
