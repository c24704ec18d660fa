"""PostPost as a provider: create, list, read, accounts, over its API."""

from collections import deque
from contextlib import suppress
from typing import Any

from anyio import fail_after, move_on_after

from providers.fetch import Fetcher
from providers.postpost import lost, pages, records
from providers.postpost.api import Api
from providers.postpost.orders import found_again
from providers.postpost.rules import RULES
from providers.postpost.sending import Sending
from providers.protocol import Failure
from providers.wire import Wire
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Order, Page, Post, Query, Receipt, Warn
from schemas.rule import RuleSet

#: Of so many accepted posts the ids are kept, so that none is taken for another order's.
_REMEMBERED = 1_000
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
        self._cases: dict[str, lost.Case] = {}
        self._made: deque[str] = deque(maxlen=_REMEMBERED)

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
        answer = await self._api.call("GET", "/platform-connections")
        found = (records.account(members(record)) for record in items(answer.get("connections")))
        return [account for account in found if account is not None]

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say nothing: the service checks nothing before a post is made (reference postpost 5.1)."""
        return ()

    async def create(self, order: Order) -> Receipt:
        """Send one order; with media as a draft that is scheduled once they are all there, or removed again.

        The service knows no keys: until the outcome is certain the order stands as a case, for ``settle``.
        """
        case = self._cases[order.key] = lost.Case(self._clock())
        try:
            receipt = await (self._sending.with_media(order, case) if order.media else self._sending.text(order))
        except Failure as error:
            if not error.doubt:
                del self._cases[order.key]
            raise
        return self._settled(order, receipt)

    async def settle(self, order: Order) -> Receipt | None:
        """Look for what became of an order.

        ``None`` only when it cannot go out any more: nothing with media is published before its draft is scheduled,
        and that draft is gone. Text alone is never certain not to be there: one read may be too early.
        """
        case = self._cases.get(order.key)
        try:
            if order.media and case:
                receipt = await self._sending.outcome(order, case)
            else:
                receipt = await self._search(order, case)
        except TimeoutError as error:
            message = f"PostPost was not searched within {_SEARCH_SECONDS:g} s."
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=True) from error
        except Failure as error:
            raise Failure(error.code, error.message, doubt=True, provider_error=error.provider_error) from error
        if receipt is None:
            self._cases.pop(order.key, None)
            return None
        return self._settled(order, receipt)

    async def post(self, post_id: str) -> Post:
        """Read GET /get-post/{id}, and the time of one that is still to go out from the list, which alone has it."""
        if records.GROUP_ID.fullmatch(post_id) is None:
            message = "Ids of PostPost's posts have 24 characters out of 0-9 and a-f."
            raise Failure(ErrorCode.NOT_FOUND, message)
        found = records.read(post_id, await self._api.call("GET", f"/get-post/{post_id}"))
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

    def _settled(self, order: Order, receipt: Receipt) -> Receipt:
        self._cases.pop(order.key, None)
        self._made.append(receipt.id)
        return receipt

    async def _list(self, number: int, size: int, filters: dict[str, str]) -> JsonObject:
        newest_first = {"sortBy": "createdAt", "sortOrder": "desc"}
        query: dict[str, Any] = {"page": number, "limit": size, **newest_first, **filters}
        return await self._api.call("GET", "/list-posts", query=query)

    async def _search(self, order: Order, case: lost.Case | None) -> Receipt:
        """Find the one post that can have come of an order.

        Raises:
            Failure: there is none yet, or more than one.
        """
        earliest = lost.since(case, self._clock())
        found: dict[str, Post] = {}
        with fail_after(_SEARCH_SECONDS):
            for number in range(1, _SEARCHED + 1):
                listed = await self._newest(number, {})
                found |= {post.id: post for post in lost.candidates(order, listed, earliest, self._made)}
                if not listed or any(post.created_at and post.created_at < earliest for post in listed):
                    break
        if len(found) == 1:
            return found_again(found.popitem()[1])
        named = ", ".join(f"{records.NAME}:{post_id}" for post_id in found)
        why = f"PostPost has several posts that it could be: {named}." if found else "PostPost does not list it (yet)."
        raise Failure(ErrorCode.OUTCOME_UNKNOWN, why, doubt=True)

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
