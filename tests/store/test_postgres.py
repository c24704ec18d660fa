"""What holds for PostgreSQL alone: work given up for another's sake is repeated, and all machines tell one time."""

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import anyio
import pytest

from providers.postgres import Postgres
from providers.store import Connection

pytestmark = pytest.mark.anyio

TABLES = {"test": ("CREATE TABLE note (word TEXT PRIMARY KEY, number INTEGER NOT NULL DEFAULT 0)",)}
COUNT = "UPDATE note SET number = number + 1 WHERE word = ?"


async def test_two_that_wait_for_each_other_both_come_through(postgres_url: str) -> None:
    store = Postgres(postgres_url, TABLES)
    add = "INSERT INTO note (word) VALUES (?)"
    await store.write(lambda connection: connection.executemany(add, [("a",), ("b",)]))
    both = Barrier(2)
    tries: list[str] = []

    def work(connection: Connection, first: str, second: str) -> None:
        tries.append(first)
        connection.execute(COUNT, (first,))
        if len(tries) <= 2:  # else the other is through, and this is its repetition
            both.wait(100)
        connection.execute(COUNT, (second,))

    async with anyio.create_task_group() as group:
        group.start_soon(store.write, partial(work, first="a", second="b"), ())
        group.start_soon(store.write, partial(work, first="b", second="a"), ())
    rows = await store.read(lambda connection: connection.execute("SELECT number FROM note").fetchall())
    assert [row["number"] for row in rows] == [2, 2]
    assert len(tries) == 3
    await store.aclose()


async def test_the_time_is_the_databases_however_wrong_the_machines_is(postgres_url: str) -> None:
    store = Postgres(postgres_url, TABLES)
    clock = store.clock(lambda: datetime(2001, 1, 1, tzinfo=UTC))
    assert clock().year == 2001
    now = await store.read(lambda connection: connection.execute("SELECT clock_timestamp()").fetchone()[0])
    # A slow machine asks and hears late, but not by a quarter of a century.
    assert abs(clock() - now) < timedelta(hours=1)
    await store.aclose()
