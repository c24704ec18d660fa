"""SocialAPI as a provider: all verbs, over its REST API."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import anyio

from providers.protocol import Failure
from providers.socialapi import again, bringing, changing, records, removing, usage
from providers.socialapi.abilities import ABILITIES
from providers.socialapi.api import MAX_PAGE, VALIDATE, Api, post_path
from providers.socialapi.handover import SECONDS, Handover
from providers.socialapi.paging import page
from providers.socialapi.rules import RULES
from providers.wire import Wire
from schemas.account import Account
from schemas.asset import Asset, Brought, Progress
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Absent, Change, Delivery, Order, Page, Post, Query, Receipt, Removal, Usage, Warn

_FILES_NOT_THERE = Warn(
    "NOT_CHECKED_BY_SERVICE", "SocialAPI did not check this post: its files are brought there when it is made.", "media"
)
#: How long the platforms' constraints may take, in seconds: accounts can do without.
CONSTRAINTS_SECONDS = 4.0


class SocialAPI:
    """Speaks to SocialAPI through one ``Wire``.

    ``poll_seconds`` lies in the range that reference 5 advises; ``create_seconds`` bounds the handing over of one post,
    which takes up to three requests.
    """

    name = records.NAME
    rules = RULES
    exact = False
    abilities = ABILITIES

    def __init__(self, http: Wire, clock: Clock, *, poll_seconds: float = 5.0, create_seconds: float = SECONDS) -> None:
        self.poll_seconds = poll_seconds
        self._api = Api(http, clock)
        self._handover = Handover(self._api, clock, create_seconds)
        self._constraints: JsonObject = {}

    async def accounts(self) -> list[Account]:
        """Read GET /accounts, and once what each platform takes."""
        found = await self._api.accounts()
        if not self._constraints:
            self._constraints = await self._read_constraints()
        known = [
            records.account(record, members(self._constraints.get(text(record.get("platform")) or "")))
            for record in found
        ]
        return [account for account in known if account.native_id]

    async def create(self, order: Order) -> Receipt:
        """Make a draft and publish it; or make a draft or a scheduled post in one request."""
        return await self._handover.create(order)

    async def settle(self, order: Order) -> Receipt | Absent:
        """Look for the order's post, and publish its draft if that was still to be done."""
        return await self._handover.settle(order)

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Let POST /posts/validate check an order, unless it has files that are still here; nothing is made or counted.

        Raises:
            Failure: ``validation_failed`` with the service's problems; or it could not be asked.
        """
        if any(asset.remote is None for asset in order.assets.values()):
            return (_FILES_NOT_THERE,)
        return await self._handover.rehearse(order)

    async def post(self, post_id: str) -> Post:
        """Read GET /posts/{id}."""
        return records.post(await self._api.post("GET", post_path(post_id)))

    async def posts(self, query: Query) -> Page:
        """Read GET /posts, newest first; the service filters by status and account, the time is filtered here."""
        word = records.FILTERS.get(query.status) if query.status else None
        if (query.status and word is None) or query.accounts == frozenset():
            return Page(())
        before = query.position or {}
        asked: dict[str, Any] = {
            "status": word,
            "account_ids": ",".join(sorted(name.partition(":")[2] for name in query.accounts or ())),
            "limit": min(MAX_PAGE, query.limit + len(items(before.get("seen")))),
            "cursor": text(before.get("cursor")),
        }
        found, cursor = await self._api.page(asked)
        return page([records.post(record) for record in found], query, cursor)

    async def update(self, post: Post, change: Change) -> Post:
        """Send PATCH /posts/{id} with what changes, and POST /posts/{id}/publish where it is to go out now."""
        return await changing.update(self._api, post, change)

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Send DELETE /posts/{id}: also takes down what is live, where its platform allows that."""
        return await removing.delete(self._api, post)

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...]:
        """Send POST /posts/{id}/retry; it takes all failed deliveries, and one post of the plan."""
        return await again.retry(self._api, post, accounts)

    async def usage(self) -> Usage:
        """Read GET /usage, the storage and the plan."""
        return await usage.usage(self._api)

    async def bring(self, asset: Asset, progress: Progress) -> Brought:
        """Send POST /media/upload, or for a large file GET /media/upload-url, the file, POST /media/{id}/verify."""
        return await bringing.bring(self._api, asset, progress)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def _read_constraints(self) -> JsonObject:
        """Read GET /posts/validate; without it our own rows must do."""
        with anyio.move_on_after(CONSTRAINTS_SECONDS), suppress(Failure):
            return members((await self._api.call("GET", VALIDATE)).get("data"))
        return {}
