"""The file of the journal: older ones are taken over, newer ones left alone; closed to others; locked, free again."""

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from engine.intent import MIGRATIONS, State, Wanted
from engine.journal import Journal, Standing
from providers.database import Database
from providers.store import Connection
from tests.desk import INSTAGRAM, SLIDES, Body, genviral
from tests.wire.desk import moving

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LEASE = timedelta(seconds=90)


def journal(path: Path, migrations: tuple[str, ...] = MIGRATIONS) -> tuple[Database, Journal]:
    database = Database(path, {"journal": migrations})
    return database, Journal(database, lambda: NOW, LEASE)


async def test_a_file_of_the_first_schema_keeps_its_repeats_harmless(tmp_path: Path) -> None:
    wanted = {state: Wanted("genviral", {"caption": state.value, "accounts": ["genviral:1"]}) for state in State}
    await write_first_schema(tmp_path / "journal.db", wanted, NOW - timedelta(minutes=5))
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


async def test_keys_and_cases_of_the_first_schema_belong_to_whoever_posts_through_the_provider(tmp_path: Path) -> None:
    post = {"accounts": [INSTAGRAM], "media": SLIDES}
    wanted = {state: Wanted("genviral", {**post, "caption": state.value}) for state in State}
    await write_first_schema(tmp_path / "postwright.db", wanted, datetime.now(UTC) - timedelta(hours=1))
    # The background looks every 10 s then, and closes nothing before its second look: later than these calls.
    async with genviral(tmp_path, SETTLE_SECONDS="3600", SETTLE_READS="1") as (agent, service):
        said = {state: await agent.create(caption=state.value, idempotency_key=f"key-{state}") for state in State}
        assert said[State.ACCEPTED]["data"]["id"] == "genviral:post"
        other = await agent.create(caption="Other", idempotency_key="key-accepted")
        assert other["error_code"] == "idempotency_conflict"
        for state in (State.SENDING, State.UNKNOWN):
            settled = await agent.call("check_status", post_id=f"jrn_{state}", wait_seconds=50)
            assert (settled["error_code"], settled["outcome"]) == ("rejected", "rejected")
        assert [sent["external_id"] for sent in await service.posts()] == ["key-refused"]


async def write_first_schema(path: Path, wanted: dict[State, Wanted], opened: datetime) -> None:
    """Make the file that the first postwright would have left, with one intent in each state."""
    old = Database(path, {"journal": MIGRATIONS[:1]})
    told: Body = {"id": "genviral:post", "status": "published", "deliveries": [], "warnings": []}

    def write(connection: Connection) -> None:
        for state, one in wanted.items():
            answer = json.dumps(told) if state is State.ACCEPTED else None
            row = (f"jrn_{state}", f"key-{state}", one.fingerprint, "genviral", state, json.dumps(one.request), answer)
            rest = ("post" if answer else None, opened.timestamp(), opened.timestamp())
            connection.execute("INSERT INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *rest))

    await old.write(write)
    await old.aclose()


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
    clock, move = moving()
    async with genviral(tmp_path, clock, BREAKER_FAILURES="5") as (agent, service):
        await agent.create(caption="Before")
        move(400)  # so that the accounts are asked for again, which the breaker's row allows or not
        with closing(sqlite3.connect(tmp_path / "postwright.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with anyio.fail_after(50):
                body = await agent.create()
            looked = await agent.call("check_status", post_id="jrn_1")
            other.execute("ROLLBACK")
        assert (body["error_code"], body["outcome"], body["retry"]["who"]) == (
            "storage_failed", "nothing_sent", "operator",
        )  # fmt: skip
        assert looked["error_code"] == "storage_failed"
        assert len(await service.posts()) == 1
        assert (await agent.create())["ok"]


async def test_closed_posts_are_forgotten_after_their_days_and_open_ones_never(tmp_path: Path) -> None:
    shift = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    async with genviral(tmp_path, clock, JOURNAL_DAYS="2", SETTLE_SECONDS="0.1") as (agent, service):
        await agent.create(caption="Closed")
        await service.fault("accept_then_drop", times=9_000)
        await agent.create(caption="Open")
        shift = timedelta(days=3)
        with anyio.fail_after(100):
            while (left := captions(tmp_path)) != ["Open"]:  # noqa: ASYNC110  (another process would see it so)
                await anyio.sleep(0.05)
        assert left == ["Open"]


def captions(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "postwright.db")) as connection:
        return [row[0] for row in connection.execute("SELECT json_extract(request, '$.caption') FROM intent")]
