"""The alarm clocks on PostgreSQL against each other: how many alarms they set and ring a second, and how late."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import anyio
import psycopg

from bench.line import Line
from bench.plan import Plan
from bench.program import MeasurementError
from bench.sample import Sample, short
from providers.alarms.alarm import Alarm, install
from providers.alarms.by_pgmq import Pgmq
from providers.alarms.by_procrastinate import Procrastinate
from providers.local.ledger import LEDGER_MIGRATIONS, moment, stamp
from providers.postgres import Postgres
from tests.postgres import Cluster, missing, running_cluster

CLOCKS: dict[str, Callable[[str], Alarm]] = {"pgmq": Pgmq, "procrastinate": Procrastinate}
#: Seconds until the first alarm is due, over which the others are, and after which none is waited for.
AHEAD, SPREAD, PATIENCE = 2.0, 5.0, 60.0


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Set and hear ``plan.alarms``: over some seconds, and all at one moment; ours is pgmq, beside procrastinate."""
    reason = missing()
    if reason:
        return [Line(f"not measured: {reason}", "")]
    with running_cluster(durable=True) as cluster:
        spaced = {name: anyio.run(_ring, cluster, make, plan.alarms, SPREAD) for name, make in CLOCKS.items()}
        burst = {name: anyio.run(_ring, cluster, make, plan.alarms, 0.0) for name, make in CLOCKS.items()}
    number = f"{plan.alarms:,} alarms"
    one, other = (spaced[name] for name in CLOCKS)
    fast, slow = (burst[name] for name in CLOCKS)
    rung = f"{short(fast.rung)}/s", f"{short(slow.rung)}/s"
    return [
        Line(f"{number} over {SPREAD:.0f} s, how late; pgmq, bare: procrastinate", str(one), str(other)),
        Line(f"{number} due at one moment, rung a second", rung[0], rung[1], fast.rung / slow.rung),
        Line("rows written a second, each with its alarm", f"{short(fast.set)}/s", f"{short(slow.set)}/s"),
    ]


class _Heard:
    """What one round told: how late each alarm was (seconds), how many were set and rung a second."""

    def __init__(self, late: list[float], set_seconds: float, rung_seconds: float) -> None:
        self._late = Sample(tuple(late))
        self._worst = sorted(late)[int(len(late) * 0.99)]
        self.set = len(late) / set_seconds
        self.rung = len(late) / rung_seconds

    def __str__(self) -> str:
        return f"p50 {short(self._late.p50 * 1e3)} ms, p99 {short(self._worst * 1e3)} ms"


async def _ring(cluster: Cluster, make: Callable[[str], Alarm], count: int, over: float) -> _Heard:
    url = cluster.database()
    store = Postgres(url, {"local": LEDGER_MIGRATIONS})
    await store.read(lambda connection: connection.execute("SELECT 1"))
    await store.aclose()
    alarm = make(url)
    await anyio.to_thread.run_sync(install, url, alarm)
    heard: dict[str, float] = {}
    due: dict[str, float] = {}
    written = 0.0

    async def ring(account: str) -> None:
        heard.setdefault(account, time.time())

    async with anyio.create_task_group() as group:
        group.start_soon(alarm.run, ring)
        await anyio.sleep(AHEAD / 2)  # until it listens
        due |= {f"a{number}": time.time() + AHEAD + over * number / count for number in range(count)}
        began = time.perf_counter()
        await anyio.to_thread.run_sync(_write, url, due)
        written = time.perf_counter() - began
        with anyio.move_on_after(PATIENCE):
            while len(heard) < count:  # noqa: ASYNC110  (nothing else tells that the last has rung)
                await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    if len(heard) < count:
        raise MeasurementError(f"{type(alarm).__name__}: {len(heard)} of {count} alarms rang")
    late = [heard[account] - at for account, at in due.items()]
    return _Heard(late, written, max(heard.values()) - max(min(due.values()), min(heard.values())))


def _write(url: str, due: dict[str, float]) -> None:
    """Write a post and a delivery for each, as the ledger has them."""
    rows = [(account, stamp(moment(0) + timedelta(seconds=at))) for account, at in due.items()]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(_POST, [(name, name, at) for name, at in rows])
        cursor.executemany(_DELIVERY, [(name, name, name, at, at) for name, at in rows])


_POST = (
    "INSERT INTO post (id, key, status, caption, scheduled_at, created_at) VALUES (%s, %s, 'scheduled', 'Due', %s, 0)"
)
_DELIVERY = (
    "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at)"
    " VALUES (%s, %s, %s, 'nowhere', 'scheduled', %s, %s)"
)
