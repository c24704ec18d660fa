"""The delivery engine with few and with very many posts scheduled: a tick, how late posts go out, memory."""

import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import anyio

from bench.delivering import LATE, LEASE
from bench.line import Budget, Line
from bench.loopback import PATIENCE
from bench.nowhere import Nowhere, accounts
from bench.plan import Plan
from bench.program import MeasurementError
from bench.rows.create_post import MEMORY
from bench.sample import Sample, short
from bench.told import Told
from bench.waiting import due, fill, published, spread
from engine.clock import utc_now
from engine.courier import Courier
from providers.database import Database
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.local.provider import Local
from providers.local.roster import Roster
from schemas.post import Order
from schemas.status import Status

#: "The same" leaves room for a B-tree that is two levels deeper, and for noise.
BUDGET = Budget(1.5, "x")
FEW = 1_000
ACCOUNTS = accounts("nowhere", 20)
#: Seconds until the first post of a round is due, in which the process looks around.
_BEFORE = 1.5
#: What a scheduled post takes on the disk, and some.
_EACH_BYTES = 2_000


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
        order = Order(caption="Due", accounts=(ACCOUNTS[0],), key=secrets.token_hex(8))
        post_id = (await self.local.create(order)).id
        seconds = await self.idle()
        if (await self.local.post(post_id)).status is not Status.PUBLISHED:
            raise MeasurementError("a tick did not deliver what was due")
        return seconds


#: One kind of tick.
Tick = Callable[[_Ledger], Awaitable[float]]


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Compare a large and a small ledger, in turn: ticks in this process, lateness and memory in one of their own.

    Both are on a RAM disk, if that is large enough: what a disk takes has nothing to do with how many posts wait.
    """
    with ExitStack() as stack:
        folder = scratch
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _EACH_BYTES * plan.scheduled:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postwright-bench-", dir=MEMORY)))
        many, few = folder / "many.db", folder / "few.db"
        return [*anyio.run(_ticks, plan, many, few), *_lateness(plan, many, few)]


async def _ticks(plan: Plan, many: Path, few: Path) -> list[Line]:
    async with AsyncExitStack() as stack:
        large = await stack.enter_async_context(_ledger(many, plan.scheduled))
        small = await stack.enter_async_context(_ledger(few, FEW))
        return [
            await _compare("tick, nothing due", _Ledger.idle, large, small, plan),
            await _compare("tick that delivers one", _Ledger.deliver, large, small, plan),
        ]


async def _compare(what: str, tick: Tick, large: _Ledger, small: _Ledger, plan: Plan) -> Line:
    pairs = [(await tick(large), await tick(small)) for _ in range(plan.ticks)]
    many, few = (Sample(values) for values in zip(*pairs, strict=True))
    told = many.told("ms", 1e3), few.told("ms", 1e3)
    return Line(_against(what, plan), *told, many.ratio(few), BUDGET)


@asynccontextmanager
async def _ledger(path: Path, scheduled: int) -> AsyncGenerator[_Ledger]:
    database = Database(path, {"local": LEDGER_MIGRATIONS})
    roster = Roster([Nowhere(account) for account in ACCOUNTS])
    courier = Courier(database, utc_now, roster, path.with_suffix(".lock"), max_lateness=LATE, lease=LEASE)
    ledger = _Ledger(Local(database, utc_now, roster), courier)
    try:
        await ledger.idle()
        fill(path, scheduled, ACCOUNTS)
        yield ledger
    finally:
        await database.aclose()


def _lateness(plan: Plan, many: Path, few: Path) -> list[Line]:
    """Let posts come due, at moments drawn by chance, while the others wait."""
    pairs = [(_round(plan, many), _round(plan, few)) for _ in range(plan.due_rounds)]
    large, small = (_Rounds([pair[side] for pair in pairs]) for side in (0, 1))
    posts = plan.due_posts * plan.due_rounds
    what = f"seconds late, {posts:,} posts due at random moments, {plan.due_posts / plan.due_seconds:.0f}/s, p99"
    ratio = large.p99 / small.p99
    return [
        Line(_against(what, plan), str(large), str(small), ratio, BUDGET),
        Line(
            _against("RSS of the process that delivers them", plan),
            large.resident.told("MB", 1e-6),
            small.resident.told("MB", 1e-6),
            large.resident.ratio(small.resident),
            BUDGET,
        ),
    ]


class _Rounds:
    """What several rounds on one ledger told."""

    def __init__(self, rounds: list[tuple[list[float], float]]) -> None:
        self._late = sorted(seconds for late, _ in rounds for seconds in late)
        self.resident = Sample(tuple(resident for _, resident in rounds))

    @property
    def p99(self) -> float:
        return quantiles(self._late, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        middle, most = self._late[len(self._late) // 2], self._late[-1]
        return f"{short(self.p99 * 1e3)} ms; p50 {short(middle * 1e3)}, max {short(most * 1e3)}"


def _round(plan: Plan, path: Path) -> tuple[list[float], float]:
    with ExitStack() as stack:
        process = Told(stack, [sys.executable, "-m", "bench.delivering", str(path), str(len(ACCOUNTS))])
        process.read()
        goal = published(path) + plan.due_posts
        due(path, spread(plan.due_posts, plan.due_seconds, _BEFORE), ACCOUNTS)
        process.go()
        deadline = time.monotonic() + plan.due_seconds + PATIENCE
        while published(path) < goal and time.monotonic() < deadline:
            time.sleep(_BEFORE)
        process.go()
        said = json.loads(process.read())
    if len(said["late"]) != plan.due_posts or min(said["late"]) < 0:
        raise MeasurementError(
            f"{len(said['late'])} of {plan.due_posts} went out, the first {min(said['late'])} s late"
        )
    return said["late"], said["resident"]


def _against(what: str, plan: Plan) -> str:
    return f"{what}: {plan.scheduled:,} scheduled posts against {FEW:,}"
