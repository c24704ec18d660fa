"""Genviral as a provider: the whole life of a post, over its Partner API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from providers import lost, payload
from providers.genviral import files, pages, records
from providers.genviral.abilities import ABILITIES
from providers.genviral.api import Api, check_list, check_post
from providers.genviral.bodies import is_whole, order_body
from providers.genviral.changing import Changing
from providers.genviral.looking import Looking
from providers.genviral.removing import Removing
from providers.genviral.repeating import Repeating
from providers.genviral.rules import RULES
from providers.genviral.usage import usage
from providers.protocol import Failure
from providers.retrying import Kind
from providers.wire import Wire
from schemas.ability import Ability, Act
from schemas.account import Account
from schemas.asset import Asset, Brought, Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.post import Absent, Anew, Change, Delivery, Order, Page, Post, Query, Receipt, Removal, Usage, Warn
from schemas.rule import RuleSet

#: A post for now is not sent for the first time later than this after it was wanted.
MAX_LATENESS = timedelta(hours=1)
# The longest lead that a generation of the rules demands of a time (reference genviral 8).
_LEAD = timedelta(minutes=3)
_SEARCHED = 5


class Genviral:
    """Speaks to Genviral through one ``Wire``.

    ``poll_seconds`` follows the service's guidance (reference 14); ``upload_seconds`` bounds how long one file may
    take, if the link that it goes to does not.
    """

    def __init__(
        self,
        http: Wire,
        clock: Clock,
        *,
        rules: RuleSet = RULES,
        poll_seconds: float = 30.0,
        upload_seconds: float = files.GOOD_FOR,
    ) -> None:
        self._api = Api(http, clock)
        self._clock = clock
        self._rules = rules
        self._poll_seconds = poll_seconds
        self._upload_seconds = upload_seconds
        self._looking = Looking(self._api)
        self._changing = Changing(self._api, self._looking)
        self._removing = Removing(self._api, self._looking)
        self._repeating = Repeating(self._api, self._looking)

    exact = True

    @property
    def name(self) -> str:
        """``genviral``."""
        return records.NAME

    @property
    def rules(self) -> RuleSet:
        """The generation that was chosen; without a choice ``v1``, the seeds."""
        return self._rules

    @property
    def abilities(self) -> Mapping[Act, Ability]:
        """It changes, deletes and sends again, but takes nothing back to a draft."""
        return ABILITIES

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks at one post."""
        return self._poll_seconds

    async def accounts(self) -> list[Account]:
        """Read GET /accounts."""
        data = await self._api.read("/accounts", check=lambda data: check_list(data, "accounts"))
        found = [records.account(record) for record in payload.objects(data.get("accounts"))]
        return [account for account in found if account.native_id]

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say nothing: the service offers no check."""
        return ()

    async def create(self, order: Order) -> Receipt:
        """Send POST /posts; ``order.key`` goes as ``external_id``, under which Genviral answers repeats with 200."""
        said = await self._api.send(
            Kind.KEYED, "POST", "/posts", body=order_body(order), leave_by=order.leave_by, check=check_post
        )
        # After a doubt of this very call the post that is there is the one that this call made.
        return records.receipt(said.data, replayed=said.status == _REPLAY and not said.doubted)

    async def settle(self, order: Order) -> Receipt | Absent:
        """Send the same order again: under the same ``external_id`` it is made at most once (seed 000).

        Only a refusal of the body's shape proves that the first request was refused as well; any other may come from
        what has changed since, and then the list is searched. So it is when the moment that was meant has passed, or
        a file of the order is forgotten: without its link the body would be another one.
        """
        if self._in_time(order) and is_whole(order):
            try:
                return await self.create(order)
            except Failure as error:
                if error.doubt or error.code is ErrorCode.PROVIDER_UNREACHABLE:
                    raise
                if error.code is ErrorCode.INVALID_PAYLOAD:
                    return Absent(certain=True)
        return await self._search(order)

    async def post(self, post_id: str) -> Post:
        """Read GET /posts/{id}."""
        return records.post(await self._looking.record(post_id))

    async def posts(self, query: Query) -> Page:
        """Read GET /posts, newest first."""
        return await pages.page(self._api, query)

    async def update(self, post: Post, change: Change) -> Post:
        """Send PATCH /posts/{id}: only what changes."""
        return await self._changing.update(post, change)

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Send POST /posts/delete: what is out stays."""
        return await self._removing.delete(post)

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...] | Anew:
        """Send POST /posts/retry for the deliveries on these accounts alone."""
        return await self._repeating.retry(post, accounts)

    async def usage(self) -> Usage:
        """Read GET /subscription."""
        return await usage(self._api)

    async def bring(self, asset: Asset, progress: Progress) -> Brought | None:
        """Send POST /files, and the file to the link that it gives."""
        return await files.bring(self._api, asset, progress, self._upload_seconds)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    def _in_time(self, order: Order) -> bool:
        """Tell whether sending an order now would still do what was meant when it was opened."""
        now = self._clock()
        if order.scheduled_at:
            return now < order.scheduled_at - _LEAD
        return order.opened_at is None or now - order.opened_at < MAX_LATENESS

    async def _search(self, order: Order) -> Receipt | Absent:
        earliest = lost.since(order, self._clock(), self._api.service_time())
        query = Query(pages.MAX_PAGE, accounts=frozenset(account.id for account in order.accounts))
        for _ in range(_SEARCHED):
            page = await self.posts(query)
            found = lost.candidates(order, page.posts, earliest)
            if found:
                return lost.found_again(found[0])
            if page.position is None:
                break
            query = replace(query, position=page.position)
        return Absent()


_REPLAY = 200
