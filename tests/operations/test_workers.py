"""Which processes count as alive."""

from pathlib import Path

import pytest

from engine.workers import WORKER_MIGRATIONS, Kind, Workers
from providers.database import Database
from tests.local.embedded import Watch

pytestmark = pytest.mark.anyio


async def kinds(workers: Workers) -> list[str]:
    return [worker.kind.value for worker in await workers.alive()]


async def test_a_process_without_a_sign_of_life_for_half_a_minute_counts_as_gone(tmp_path: Path) -> None:
    watch, database = Watch(), Database(tmp_path / "postwright.db", {"workers": WORKER_MIGRATIONS})
    worker, asking = (Workers(database, watch, kind, "1", delivers=True) for kind in (Kind.WORKER, Kind.COMMAND))
    await worker.beat()
    watch.advance(seconds=29)
    assert await kinds(asking) == ["worker"]
    watch.advance(seconds=2)
    assert await kinds(asking) == []
    await worker.beat()
    assert await kinds(asking) == ["worker"]
    await database.aclose()


async def test_a_sign_of_life_from_the_future_is_from_before_the_clock_was_set_back(tmp_path: Path) -> None:
    watch, database = Watch(), Database(tmp_path / "postwright.db", {"workers": WORKER_MIGRATIONS})
    worker, asking = (Workers(database, watch, kind, "1", delivers=True) for kind in (Kind.WORKER, Kind.COMMAND))
    await worker.beat()
    watch.advance(hours=-2)
    assert await kinds(asking) == []
    await database.aclose()


async def test_rows_of_processes_that_were_killed_do_not_stay(tmp_path: Path) -> None:
    watch, database = Watch(), Database(tmp_path / "postwright.db", {"workers": WORKER_MIGRATIONS})
    for _ in range(3):
        await Workers(database, watch, Kind.SESSION, "1", delivers=True).beat()
        watch.advance(days=2)
    await Workers(database, watch, Kind.SESSION, "1", delivers=True).beat()
    rows = await database.read(lambda connection: connection.execute("SELECT count(*) FROM worker").fetchone()[0])
    assert rows == 1
    await database.aclose()
