"""PostPost as a provider: the whole life of a post, over its API."""

from collections.abc import Mapping, Sequence

from anyio import fail_after

from providers import lost, payload
from providers.fetch import Fetcher
from providers.postpost import pages, records
from providers.postpost.abilities import ABILITIES
from providers.postpost.anew import anew
from providers.postpost.api import Api
from providers.postpost.changing import Changing
from providers.postpost.looking import Looking
from providers.postpost.rules import RULES
from providers.postpost.sending import Sending
from providers.postpost.usage import usage
from providers.protocol import Failure
from providers.wire import Wire
from schemas.ability import Ability, Act
from schemas.account import Account
from schemas.asset import Asset, Brought, Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.post import (
    Absent,
    Anew,
    Change,
    Delivery,
    Order,
    Page,
    Post,
    Query,
    Receipt,
    Removal,
    Usage,
    Warn,
)
from schemas.rule import RuleSet
from schemas.status import Status

#: How long the service may be searched for a lost post (seconds).
_SEARCH_SECONDS = 30.0


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
        self._looking = Looking(self._api, clock)
        self._changing = Changing(self._api, self._looking)
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
    def abilities(self) -> Mapping[Act, Ability]:
        """It changes when a post goes out, and whether; it deletes."""
        return ABILITIES

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
        return await self._looking.post(post_id)

    async def posts(self, query: Query) -> Page:
        """Read GET /list-posts, newest first."""
        return await pages.page(self._looking.listing, query, self._clock())

    async def update(self, post: Post, change: Change) -> Post:
        """Send PUT /update-post/{id}: it changes when a post goes out, and whether."""
        return await self._changing.update(post, change)

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Send DELETE /delete-post/{id}; what is published stays on its platform."""
        return await self._changing.delete(post)

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...] | Anew:
        """Tell what to make anew: the service repeats nothing itself."""
        return anew(await self._looking.row(post), accounts)

    async def usage(self) -> Usage:
        """Count what waits: of the plan the service tells nothing."""
        return await usage(self._looking, self._clock)

    async def bring(self, asset: Asset, progress: Progress) -> Brought | None:
        """Say that files travel with each post: a file is uploaded for a group (reference postpost 5.6)."""
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()
        await self._fetcher.aclose()

    async def _found(self, order: Order) -> Receipt | Absent:
        found = [] if order.post_id else await self._looking.alike(order)
        made = [post for post in found if order.draft or post.status is not Status.DRAFT]
        if made:
            return lost.found_again(made[0])
        drafts = [order.post_id] if order.post_id else [post.id for post in found]
        for post_id in drafts:
            receipt = await self._sending.outcome(post_id)
            if receipt is not None:
                return receipt
        return Absent(certain=bool(drafts))
