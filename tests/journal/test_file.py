"""The file of the journal: older ones are taken over, newer ones left alone; closed to others; locked, free again."""

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from engine.intent import State, Wanted
from engine.journal import MIGRATIONS, Journal, Standing
from providers.database import Database
from tests.desk import genviral

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LEASE = timedelta(seconds=90)


def journal(path: Path, migrations: tuple[str, ...] = MIGRATIONS) -> tuple[Database, Journal]:
    database = Database(path, {"journal": migrations})
    return database, Journal(database, lambda: NOW, LEASE)


async def test_a_file_of_the_first_schema_keeps_its_repeats_harmless(tmp_path: Path) -> None:
    old = Database(tmp_path / "journal.db", {"journal": MIGRATIONS[:1]})
    wanted = {state: Wanted("genviral", {"caption": state.value, "accounts": ["genviral:1"]}) for state in State}

    def write(connection: sqlite3.Connection) -> None:
        for state, one in wanted.items():
            at, request = (NOW - timedelta(minutes=5)).timestamp(), json.dumps(one.request)
            row = (f"jrn_{state}", f"key-{state}", one.fingerprint, "genviral", state, request, "{}", "post", at, at)
            connection.execute("INSERT INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    await old.write(write)
    await old.aclose()
    database, new = journal(tmp_path / "journal.db")
    found = {state: (await new.open(one))[0] for state, one in wanted.items()}
    await database.aclose()
    # Whatever was being sent by a process of that age is a case now.
    assert found == {
        State.SENDING: Standing.OPEN,
        State.UNKNOWN: Standing.OPEN,
        State.ACCEPTED: Standing.REPLAY,
        State.REFUSED: Standing.NEW,
    }


async def test_a_file_of_a_newer_postwright_is_left_alone_and_said_so(tmp_path: Path) -> None:
    newer = Database(tmp_path / "postwright.db", {"journal": (*MIGRATIONS, "CREATE TABLE later (id TEXT)")})
    await newer.read(lambda connection: connection.execute("SELECT 1").fetchone())
    await newer.aclose()
    before = (tmp_path / "postwright.db").read_bytes()
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create()
        assert (body["error_code"], body["outcome"]) == ("storage_failed", "nothing_sent")
        assert "newer postwright" in body["message"]
        assert await service.posts() == []
    assert (tmp_path / "postwright.db").read_bytes() == before


async def test_nobody_else_can_read_the_journal(tmp_path: Path) -> None:
    database, written = journal(tmp_path / "home" / "journal.db")
    await written.open(Wanted("genviral", {"caption": "Secret", "accounts": []}))
    await database.aclose()
    files = list((tmp_path / "home").iterdir())
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


async def test_a_journal_that_is_locked_too_long_sends_nothing_and_works_again_afterwards(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await agent.create(caption="Before")
        with closing(sqlite3.connect(tmp_path / "postwright.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            body = await agent.create()
            other.execute("ROLLBACK")
        assert (body["error_code"], body["outcome"], body["retry"]["who"]) == (
            "storage_failed", "nothing_sent", "operator",
        )  # fmt: skip
        assert len(await service.posts()) == 1
        assert (await agent.create())["ok"]


async def test_closed_posts_are_forgotten_after_their_days_and_open_ones_never(tmp_path: Path) -> None:
    shift = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    async with genviral(tmp_path, clock, JOURNAL_DAYS="2", SETTLE_SECONDS="0.1") as (agent, service):
        await agent.create(caption="Closed")
        await service.fault("accept_then_drop", times=9)
        await agent.create(caption="Open")
        await service.fault("drop_before", times=9_000)
        shift = timedelta(days=3)
        with anyio.fail_after(20):
            while (left := captions(tmp_path)) != ["Open"]:  # noqa: ASYNC110  (another process would see it so)
                await anyio.sleep(0.05)
        assert left == ["Open"]


def captions(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "postwright.db")) as connection:
        return [row[0] for row in connection.execute("SELECT json_extract(request, '$.caption') FROM intent")]
