"""The embedded engine put together as a server would, on a folder of the test's own and a watch it can set."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio

from engine.courier import Courier
from providers.database import Database
from providers.dialling import Resolver, ask_system
from providers.fetch import Fetcher
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.networks.network import Network
from providers.networks.outbox import Outbox
from providers.public import is_public
from schemas.account import Account
from schemas.instant import Clock
from schemas.post import Order

OUTBOX = Account(id="local:outbox", platform="outbox", name="Outbox folder")
WEBHOOK = Account(id="local:webhook", platform="webhook", name="Webhook 127.0.0.1")


class Watch:
    """A clock that moves only by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def loopback(address: str) -> bool:
    """Permit the one address that stands for the public internet here."""
    return address == "127.0.0.1" or is_public(address)


class Embedded:
    """Database, networks, provider and courier over one folder; close it as an async context."""

    def __init__(
        self,
        home: Path,
        clock: Clock,
        *networks: Network,
        resolve: Resolver = ask_system,
        spread: float = 0.0,
        **courier: Any,
    ) -> None:
        self.home = home
        self.folder = home / "outbox"
        self.database = Database(home / "postwright.db", {"local": LEDGER_MIGRATIONS})
        fetcher = Fetcher(clock, resolve=resolve, permitted=loopback)
        self.roster = Roster([Outbox(self.folder, fetcher, clock), *networks])
        lock = home / "courier.lock"
        # What is decided is sent, though a slow machine stands still in between.
        patient = {"lease": timedelta(seconds=60), "send_within": 40.0}
        terms: dict[str, Any] = {"max_lateness": timedelta(hours=1), **patient, **courier}
        self.courier = Courier(self.database, clock, self.roster, lock, spread=lambda most: spread * most, **terms)
        self.local = Local(self.database, clock, self.roster, wake=self.courier.wake)

    @property
    def files(self) -> list[str]:
        """All that lies in the outbox, hidden or not, by name."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    async def landed(self, count: int) -> bool:
        """Tell whether so many posts lie in the outbox."""
        return sum(name.endswith(".md") for name in self.files) == count

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self._stack.push_async_callback(self.database.aclose)
        self._stack.push_async_callback(self.local.aclose)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to become true, a hundred seconds at most: only what hangs takes so long."""
    with anyio.fail_after(100):
        while not await condition():  # noqa: ASYNC110  (files and other processes set no event)
            await anyio.sleep(0.02)


def order(caption: str = "Hello", *accounts: Account, key: str | None = None, **more: Any) -> Order:
    """An order on the outbox, unless other accounts are named; every caption is its own key."""
    return Order(caption=caption, accounts=accounts or (OUTBOX,), key=key or f"key-{caption}", **more)
