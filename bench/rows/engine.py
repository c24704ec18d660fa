"""One tick of the delivery loop, with few and with very many posts scheduled."""

import secrets
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import anyio

from bench.line import Budget, Line
from bench.plan import Plan
from bench.program import MeasurementError
from bench.sample import Sample
from engine.clock import utc_now
from engine.courier import Courier
from providers.database import Database
from providers.local.ledger import LEDGER_MIGRATIONS, stamp
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.networks.network import Parcel, Published, Step, Window
from schemas.account import Account
from schemas.post import Order
from schemas.status import Status

#: "The same" leaves room for a B-tree that is two levels deeper, and for noise.
BUDGET = Budget(1.5, "x")
FEW = 1_000


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """A network that takes every parcel at once."""

    account = Account(id="local:nowhere", platform="nowhere", name="Nowhere")
    exact = True
    takes_files = True
    tells = False
    takes_back = False

    async def prepare(self, parcel: Parcel) -> Step:
        return self._take

    async def _take(self, window: Window) -> Published:
        return Published()

    async def find(self, parcel: Parcel) -> None:
        """Find nothing."""

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back."""

    async def greet(self) -> str:
        return self.account.name

    async def aclose(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True)
class _Ledger:
    """A ledger with posts in it, and the two that work on it."""

    local: Local
    courier: Courier

    async def idle(self) -> float:
        """Tick with nothing due; tell the seconds."""
        began = time.perf_counter()
        await self.courier.step()
        return time.perf_counter() - began

    async def deliver(self) -> float:
        """Tick with one delivery due; tell the seconds.

        Raises:
            MeasurementError: it was not delivered.
        """
        order = Order(caption="Due", accounts=(_Nowhere.account,), key=secrets.token_hex(8))
        post_id = (await self.local.create(order)).id
        seconds = await self.idle()
        if (await self.local.post(post_id)).status is not Status.PUBLISHED:
            raise MeasurementError("a tick did not deliver what was due")
        return seconds


#: One kind of tick.
Tick = Callable[[_Ledger], Awaitable[float]]


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Time ticks over a large and a small ledger in turn: with nothing due, and with one delivery due."""
    return anyio.run(_measure, plan, scratch)


async def _measure(plan: Plan, scratch: Path) -> list[Line]:
    async with AsyncExitStack() as stack:
        large = await stack.enter_async_context(_ledger(scratch / "many.db", plan.scheduled))
        small = await stack.enter_async_context(_ledger(scratch / "few.db", FEW))
        return [
            await _compare("tick, nothing due", _Ledger.idle, large, small, plan),
            await _compare("tick that delivers one", _Ledger.deliver, large, small, plan),
        ]


async def _compare(what: str, tick: Tick, large: _Ledger, small: _Ledger, plan: Plan) -> Line:
    pairs = [(await tick(large), await tick(small)) for _ in range(plan.ticks)]
    many, few = (Sample(values) for values in zip(*pairs, strict=True))
    return Line(
        f"{what}: {plan.scheduled:,} scheduled posts against {FEW:,}",
        many.told("ms", 1e3),
        few.told("ms", 1e3),
        many.ratio(few),
        BUDGET,
    )


@asynccontextmanager
async def _ledger(path: Path, scheduled: int) -> AsyncGenerator[_Ledger]:
    database = Database(path, {"local": LEDGER_MIGRATIONS})
    roster = Roster([_Nowhere()])
    ledger = _Ledger(Local(database, utc_now, roster), Courier(database, utc_now, roster, path.with_suffix(".lock")))
    try:
        await ledger.idle()
        _load(path, scheduled)
        yield ledger
    finally:
        await database.aclose()


def _load(path: Path, number: int) -> None:
    """Write so many posts, each with one delivery, spread over the year that begins tomorrow."""
    first = stamp(utc_now() + timedelta(days=1))
    step = timedelta(days=365) // timedelta(microseconds=1) // number
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_POSTS, {"number": number, "first": first, "step": step})
        connection.execute(_DELIVERIES, {"account": _Nowhere.account.id, "platform": _Nowhere.account.platform})


_POSTS = """
    WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :number)
    INSERT INTO post (id, key, status, caption, scheduled_at, created_at)
    SELECT printf('pst_%026d', n), printf('key-%d', n), 'scheduled', printf('Post %d', n), :first + n * :step, :first
    FROM counted
"""
_DELIVERIES = """
    INSERT INTO delivery (id, post_id, account, platform, state, wake_at)
    SELECT replace(id, 'pst_', 'dlv_'), id, :account, :platform, 'scheduled', scheduled_at FROM post
"""
