"""The embedded engine as seen by the tools: it takes orders into the ledger; the delivery loop carries them out."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from providers.database import Database, Work
from providers.local import ledger
from providers.local.identity import ulid
from providers.local.rules import RULES
from providers.networks.network import Network
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.post import Absent, Order, Page, Post, Query, Receipt, Warn
from schemas.problem import Problem, ProblemCode

T = TypeVar("T")


def _nobody() -> None:
    """Wake nobody: somebody looks every second."""


class Local:
    """Posts in the shared database (component ``local``), delivered to ``networks`` by a courier.

    ``wake`` is called after each new post, so that a courier in the same process looks at once.
    The networks are closed with the provider; the database is not, since others share it.
    """

    name = "local"
    rules = RULES
    exact = True
    poll_seconds = 1.0

    def __init__(
        self, database: Database, clock: Clock, networks: Sequence[Network], *, wake: Callable[[], None] = _nobody
    ) -> None:
        self._database = database
        self._clock = clock
        self._networks = tuple(networks)
        self._wake = wake

    async def accounts(self) -> list[Account]:
        """List the account of every network."""
        return [network.account for network in self._networks]

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say nothing: the rules are all there is."""
        return ()

    async def create(self, order: Order) -> Receipt:
        """Take one order in, durably; the same key again tells the same post.

        Raises:
            Failure: an account is not set up here, or the database cannot be written; nothing was taken in.
        """
        now = self._clock()
        order = replace(order, accounts=tuple(self._own(account) for account in order.accounts))
        entry = ledger.Entry(f"pst_{ulid(now)}", [f"dlv_{ulid(now)}" for _ in order.accounts])
        work = partial(ledger.enter, order=order, entry=entry, now=now)
        post, replayed = await self._stored(self._database.write, work)
        self._wake()
        return _receipt(post, replayed=replayed)

    async def settle(self, order: Order) -> Receipt | Absent:
        """Look an order up by its key: one transaction took it in, or nothing did.

        Raises:
            Failure: the database cannot be read.
        """
        post = await self._stored(self._database.read, partial(ledger.find_by_key, key=order.key))
        return _receipt(post, replayed=True) if post else Absent(certain=True)

    async def post(self, post_id: str) -> Post:
        """Read one post.

        Raises:
            Failure: not there, or the database cannot be read.
        """
        post = await self._stored(self._database.read, partial(ledger.find, post_id=post_id))
        if post is None:
            raise Failure(ErrorCode.NOT_FOUND, f"There is no post {post_id[:100]}.")
        return post

    async def posts(self, query: Query) -> Page:
        """List posts by the time they were created, newest first.

        Raises:
            Failure: the position is not one of ours, or the database cannot be read.
        """
        after = _after(query.position) if query.position else None
        return await self._stored(self._database.read, partial(ledger.page, query=query, after=after))

    async def aclose(self) -> None:
        """Close the networks."""
        for network in self._networks:
            await network.aclose()

    def _own(self, account: Account) -> Account:
        for network in self._networks:
            if network.account.id == account.id:
                return network.account
        raise Failure(ErrorCode.UNKNOWN_ACCOUNTS, f"The account {account.id[:100]} is not set up here.")

    async def _stored(self, run: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        try:
            return await run(work)
        except (sqlite3.Error, OSError) as error:
            raise Failure(ErrorCode.STORAGE_FAILED, f"The database could not be used ({error}).") from error


def _receipt(post: Post, *, replayed: bool) -> Receipt:
    return Receipt(
        id=post.id,
        status=post.status,
        provider_status=post.provider_status,
        scheduled_at=post.scheduled_at,
        replayed=replayed,
        deliveries=post.deliveries,
    )


def _after(position: JsonObject) -> tuple[int, str]:
    created_at, post_id = position.get("created_at"), position.get("id")
    if isinstance(created_at, int) and abs(created_at) < _LARGEST and isinstance(post_id, str):
        return created_at, post_id
    raise Failure(
        ErrorCode.INVALID_QUERY,
        "The cursor is not one of ours.",
        problems=(
            Problem(
                path="/cursor",
                code=ProblemCode.BAD_FORMAT,
                message="not a cursor that list_posts returned",
                fix="Use next_cursor of the last answer, or leave it out.",
            ),
        ),
    )


# SQLite's integers are of 64 bits.
_LARGEST = 2**63
