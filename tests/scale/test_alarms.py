"""The alarm clocks on PostgreSQL: what the rows arm, what the sweep arms, and what was lost and is armed again."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import anyio
import anyio.lowlevel
import psycopg
import pytest

from providers.alarms import alarm
from providers.alarms.alarm import HORIZON, Alarm, install
from providers.alarms.by_pgmq import QUEUE, Pgmq
from providers.alarms.by_procrastinate import Procrastinate
from providers.local.ledger import LEDGER_MIGRATIONS, span
from providers.postgres import Postgres

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

#: Longer than a slow machine takes over a test.
LOST = timedelta(minutes=10)
CLOCKS = {
    "procrastinate": (Procrastinate, "SELECT args ->> 'account' FROM procrastinate_jobs ORDER BY 1"),
    "pgmq": (Pgmq, f"SELECT message ->> 'account' FROM pgmq.q_{QUEUE} ORDER BY 1"),
}


class Clock:
    """One alarm clock, installed in a database of its own."""

    def __init__(self, url: str, make: Callable[[str], Alarm], armed: str) -> None:
        self.url = url
        self.alarm = make(url)
        self._armed = armed

    def armed(self) -> list[str]:
        """Name the accounts that alarms are set for."""
        with psycopg.connect(self.url) as connection:
            return [row[0] for row in connection.execute(self._armed.encode()).fetchall()]

    def enter(self, account: str, ahead: timedelta, *, keep: bool = True) -> None:
        """Write a post with one delivery, due so far ahead; ``keep``: or take it back."""
        at = span(timedelta(seconds=time.time()) + ahead)
        with psycopg.connect(self.url) as connection:
            connection.execute(_POST, (account, account))
            connection.execute(_DELIVERY, (account, account, account, at, at))
            if not keep:
                connection.rollback()

    def sweep(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT postwright_sweep()").fetchone()
        assert row is not None
        return row[0]

    def ignore_rows(self) -> None:
        """Let rows arm nothing, as when they were written before there was an alarm clock."""
        with psycopg.connect(self.url) as connection:
            connection.execute("ALTER TABLE delivery DISABLE TRIGGER postwright_arm")


@pytest.fixture(params=CLOCKS)
async def clock(request: pytest.FixtureRequest, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(alarm, "LOST", LOST)
    store = Postgres(postgres_url, {"local": LEDGER_MIGRATIONS})
    await store.read(lambda connection: connection.execute("SELECT 1").fetchone())
    await store.aclose()
    made = Clock(postgres_url, *CLOCKS[request.param])
    for _ in range(2):  # every process does so
        await anyio.to_thread.run_sync(install, made.url, made.alarm)
    return made


async def test_a_row_arms_in_its_own_transaction_what_is_due_soon(clock: Clock) -> None:
    clock.enter("soon", 2 * HORIZON - timedelta(minutes=1))
    clock.enter("later", 2 * HORIZON + timedelta(minutes=1))
    clock.enter("never", timedelta(), keep=False)
    assert clock.armed() == ["soon"]


async def test_the_sweep_arms_what_has_come_near_and_nothing_twice(clock: Clock) -> None:
    clock.ignore_rows()
    clock.enter("near", HORIZON - timedelta(minutes=1))
    clock.enter("far", HORIZON + timedelta(minutes=1))
    assert (clock.sweep(), clock.armed()) == (1, ["near"])
    assert (clock.sweep(), clock.armed()) == (0, ["near"])


async def test_what_is_due_and_has_waited_for_long_is_armed_again(clock: Clock) -> None:
    clock.sweep()
    clock.ignore_rows()
    clock.enter("lost", -LOST - timedelta(seconds=1))
    clock.enter("just due", -LOST / 2)
    clock.sweep()
    assert clock.armed() == ["lost"]


async def test_an_alarm_rings_with_its_account_when_it_is_time(clock: Clock) -> None:
    heard: dict[str, float] = {}
    rung = anyio.Event()
    began = time.time()

    async def ring(account: str) -> None:
        heard.setdefault(account, time.time())
        if len(heard) == 2:
            rung.set()

    async with anyio.create_task_group() as group:
        group.start_soon(clock.alarm.run, ring)
        clock.enter("now", timedelta())
        clock.enter("soon", timedelta(seconds=2))
        with anyio.fail_after(100):
            await rung.wait()
        group.cancel_scope.cancel()
    assert heard.keys() == {"now", "soon"}
    assert heard["soon"] >= began + 2


_POST = "INSERT INTO post (id, key, status, caption, created_at) VALUES (%s, %s, 'scheduled', 'Hello', 0)"
_DELIVERY = (
    "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at)"
    " VALUES (%s, %s, %s, 'webhook', 'scheduled', %s, %s)"
)


async def test_whoever_is_told_to_stop_while_it_connects_leaves_nothing_behind(clock: Clock) -> None:
    async def ring(account: str) -> None:
        raise AssertionError(account)

    before = asyncio.all_tasks()
    for steps in range(2, 40):
        async with anyio.create_task_group() as group:
            group.start_soon(clock.alarm.run, ring)
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    await anyio.lowlevel.checkpoint()
    assert asyncio.all_tasks() - before == set()
