"""The embedded engine as seen by the tools: it takes orders into the ledger; the delivery loop carries them out."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from providers.local import editing, ledger, taking_back
from providers.local.abilities import ABILITIES
from providers.local.identity import ulid
from providers.local.roster import Roster
from providers.local.rules import RULES
from providers.networks.network import Network
from providers.protocol import Failure
from providers.store import OutcomeUnknownError, Store, Work
from providers.tracing import here
from schemas.ability import Ability, Act
from schemas.account import Account
from schemas.asset import Asset, Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.post import (
    Absent,
    Change,
    Delivery,
    Limit,
    Order,
    Page,
    Post,
    Query,
    Receipt,
    Removal,
    Usage,
    Warn,
)
from schemas.problem import Problem, ProblemCode

T = TypeVar("T")


def _nobody() -> None:
    """Wake nobody: somebody looks every second."""


class Local:
    """Posts in the shared database (component ``local``), delivered to the networks of ``roster`` by a courier.

    ``wake`` is called after each new post, so that a courier in the same process looks at once.
    The roster is closed with the provider; the database is not, since others share it.
    """

    name = "local"
    rules = RULES
    exact = True
    poll_seconds = 1.0
    abilities: Mapping[Act, Ability] = ABILITIES

    def __init__(self, database: Store, clock: Clock, roster: Roster, *, wake: Callable[[], None] = _nobody) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._wake = wake

    async def accounts(self) -> list[Account]:
        """List all accounts as they stand.

        Raises:
            Failure: the accounts cannot be read.
        """
        return list((await self._known()).values())

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say what is to be known of the accounts; the rules are all else there is, but for where files can go.

        Raises:
            Failure: an account is sent links alone.
        """
        return _elsewhere(await self._own(order.accounts, order.assets))

    async def create(self, order: Order) -> Receipt:
        """Take one order in, durably; the same key again tells the same post.

        Raises:
            Failure: an account is not set up here, or the database cannot be written; nothing was taken in.
        """
        now = self._clock()
        order = replace(order, accounts=await self._own(order.accounts, order.assets))
        entry = ledger.Entry(f"pst_{ulid(now)}", [f"dlv_{ulid(now)}" for _ in order.accounts], here())
        work = partial(ledger.enter, order=order, entry=entry, now=now)
        alone = partial(self._database.write, turn=(f"ledger {order.key}",))
        post, replayed = await self._stored(alone, work)
        self._wake()
        return replace(_receipt(post, replayed=replayed), warnings=_elsewhere(order.accounts))

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

    async def update(self, post: Post, change: Change) -> Post:
        """Change a post that waits, in one transaction.

        Raises:
            Failure: a delivery is under way or done (``state_conflict``), an account is not set up here, or the
                database cannot be written; nothing was changed.
        """
        now = self._clock()
        if change.accounts is not None:
            change = replace(change, accounts=await self._own(change.accounts, change.assets))
        elif change.assets:
            await self._own([Account(sent.account, "", sent.account) for sent in post.deliveries], change.assets)
        ids = [f"dlv_{ulid(now)}" for _ in change.accounts or ()]
        work = partial(editing.update, post_id=post.id, change=change, delivery_ids=ids, now=now)
        changed = await self._stored(self._database.write, work)
        self._wake()
        return changed

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Cancel what has not gone out, and take back what has, where its network can; the post stays, as cancelled.

        Raises:
            Failure: a delivery is being sent (``state_conflict``), or the database cannot be written.
        """
        removals = await self._stored(self._database.write, partial(editing.delete, post_id=post.id))
        there = await self._stored(self._database.read, partial(taking_back.out, post_id=post.id))
        networks = {one.account: await self._network(one.account) for one in there}
        came = await taking_back.take_back(networks, there)
        taken = [one for one in there if isinstance(came.get(one.account), str)]
        if taken:
            await self._stored(self._database.write, partial(taking_back.gone, post_id=post.id, taken=taken))
        return tuple(taking_back.told(one, came) if one.account in came else one for one in removals)

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...]:
        """Queue failed and missed deliveries on these accounts again, where a repeat may help.

        Raises:
            Failure: the database cannot be written.
        """
        work = partial(editing.retry, post_id=post.id, accounts=accounts, now=self._clock())
        stand = await self._stored(self._database.write, work)
        self._wake()
        return stand

    async def usage(self) -> Usage:
        """Count what waits; there is no plan, and nothing is limited.

        Raises:
            Failure: the database cannot be read.
        """
        counts = await self._stored(self._database.read, editing.waiting)
        limits = tuple(Limit(metric=f"{status} posts", used=count) for status, count in counts.items())
        return Usage(limits=limits, notes=("Posts through this server itself are not limited.",))

    async def bring(self, asset: Asset, progress: Progress) -> None:
        """Bring nothing: files are copied when a post is delivered."""

    async def aclose(self) -> None:
        """Close the roster."""
        await self._roster.aclose()

    async def _known(self) -> dict[str, Account]:
        try:
            return {account.id: account for account in await self._roster.accounts()}
        except (sqlite3.Error, OSError) as error:
            raise Failure(ErrorCode.STORAGE_FAILED, f"The database could not be used ({error}).") from error

    async def _network(self, account: str) -> Network | None:
        try:
            return await self._roster.network(account)
        except (sqlite3.Error, OSError) as error:
            raise Failure(ErrorCode.STORAGE_FAILED, f"The database could not be used ({error}).") from error

    async def _own(self, accounts: Sequence[Account], assets: Mapping[str, Asset]) -> tuple[Account, ...]:
        """Find accounts among those that are set up; files go only where a network takes them."""
        known = await self._known()
        for index, account in enumerate(accounts):
            if account.id not in known:
                raise Failure(ErrorCode.UNKNOWN_ACCOUNTS, f"The account {account.id[:100]} is not set up here.")
            network = await self._network(account.id) if assets else None
            if network is not None and not network.takes_files:
                raise _links_only(index, network.account)
        return tuple(known[account.id] for account in accounts)

    async def _stored(self, run: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        try:
            return await run(work)
        except OutcomeUnknownError as error:
            raise Failure(ErrorCode.OUTCOME_UNKNOWN, f"{error} It may be written.", doubt=True) from error
        except (sqlite3.Error, OSError) as error:
            raise Failure(ErrorCode.STORAGE_FAILED, f"The database could not be used ({error}).") from error


def _links_only(index: int, account: Account) -> Failure:
    """Refuse to carry a file to an account that is sent links."""
    message = f"{account.name} is sent links, not files"
    problem = Problem(
        path=f"/accounts/{index}",
        code=ProblemCode.NOT_ALLOWED,
        message=message,
        fix="Give public https links as media, or leave this account out.",
        accounts=[account.id],
    )
    return Failure(ErrorCode.VALIDATION_FAILED, f"{message}. Nothing was sent.", problems=(problem,))


def _elsewhere(accounts: Sequence[Account]) -> tuple[Warn, ...]:
    """Warn of accounts that this machine cannot deliver to by itself."""
    return tuple(
        Warn("LOGIN_NOT_HERE", f"{account.label}: {account.note}", "accounts") for account in accounts if account.note
    )


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
