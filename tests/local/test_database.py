"""One file, several connections and processes: who sees and keeps what."""

import stat
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from providers.database import Database
from providers.store import Connection

pytestmark = pytest.mark.anyio

TABLES = {"test": ("CREATE TABLE note (word TEXT NOT NULL)",)}

#: Another process that wants to write, at once or not at all: exit code 0 if it may.
INTRUDER = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError:
    sys.exit(1)
"""


@pytest.fixture
async def databases(tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    pair = Database(tmp_path / "home" / "a.db", TABLES), Database(tmp_path / "home" / "a.db", TABLES)
    yield pair
    for database in pair:
        await database.aclose()


def words(connection: Connection) -> list[str]:
    return [row["word"] for row in connection.execute("SELECT word FROM note")]


async def add(database: Database, word: str) -> None:
    await database.write(lambda connection: connection.execute("INSERT INTO note VALUES (?)", (word,)))


async def test_what_one_connection_writes_another_reads(databases: tuple[Database, Database]) -> None:
    await add(databases[0], "here")
    assert await databases[1].read(words) == ["here"]


async def test_what_raises_is_rolled_back(databases: tuple[Database, Database]) -> None:
    def spoil(connection: Connection) -> None:
        connection.execute("INSERT INTO note VALUES ('half')")
        raise ValueError("half way")

    await add(databases[0], "whole")
    with pytest.raises(ValueError, match="half way"):
        await databases[0].write(spoil)
    assert await databases[0].read(words) == ["whole"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter there")
async def test_the_file_and_its_folder_are_the_owners_alone(
    tmp_path: Path, databases: tuple[Database, Database]
) -> None:
    await add(databases[0], "private")
    home = tmp_path / "home"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "a.db").stat().st_mode) == 0o600


async def test_opening_a_second_connection_does_not_let_go_of_the_first_ones_lock(
    tmp_path: Path, databases: tuple[Database, Database]
) -> None:
    first, second = databases
    await add(first, "there is a file")
    holding, done = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        connection.execute("INSERT INTO note VALUES ('held')")
        holding.set()
        done.wait(110)

    async with anyio.create_task_group() as group:
        group.start_soon(first.write, hold)
        await anyio.to_thread.run_sync(holding.wait)
        group.start_soon(second.read, words)
        command = [sys.executable, "-c", INTRUDER, str(tmp_path / "home" / "a.db")]
        intruder = await anyio.run_process(command, check=False)
        done.set()
        assert intruder.returncode == 1
    assert await second.read(words) == ["there is a file", "held"]
