"""A process that writes intents as fast as it can: ``python -m bench.intents FILE SECONDS HOW``.

HOW is ``open`` (our journal, each intent opened), ``close`` (each also closed as accepted, a second durable write),
``all`` (each also repeated and read before, as an impatient agent does) or ``bare``: a look-up and a row of that size
in the same journal mode, by the standard library alone.
It says ``ready`` once the file is open, begins when it is sent a line, and ends by telling in JSON how long each
intent took and which errors it met.
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio

from engine.clock import utc_now
from engine.intent import MIGRATIONS, State, Wanted
from engine.journal import Journal, Standing
from providers.database import Database

#: Writes one intent for a post of that name.
Write = Callable[[str], Awaitable[None]]


async def write(path: Path, seconds: float, how: str) -> None:
    """Write intents, each for a different post, until the time is over."""
    database = Database(path, {"intents": (_BARE,) if how == "bare" else MIGRATIONS})
    await database.read(lambda connection: connection.execute("SELECT count(*) FROM intent").fetchone())
    journal = Journal(database, utc_now, timedelta(seconds=90))
    one = _bare(path) if how == "bare" else partial(_ours, journal, how=how)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(await _repeat(one, seconds)), flush=True)
    await database.aclose()


async def _repeat(one: Write, seconds: float) -> dict[str, list[object]]:
    took: list[object] = []
    errors: list[object] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        try:
            await one(f"{os.getpid()} {len(took)} {len(errors)}")
        except (sqlite3.Error, OSError, AssertionError) as error:
            errors.append(repr(error))
        else:
            took.append(time.perf_counter() - began)
    return {"took": took, "errors": errors}


async def _ours(journal: Journal, name: str, *, how: str) -> None:
    wanted = Wanted("genviral", {"caption": name, "accounts": ["genviral:1"]})
    standing, intent = await journal.open(wanted)
    assert standing is Standing.NEW, standing
    if how == "all":
        again = await journal.open(wanted)
        assert again[0] is Standing.BUSY, again
        assert await journal.find(intent.id) == again[1]
    if how != "open":
        assert await journal.close(intent, State.ACCEPTED, {"id": intent.id}, intent.id)


def _bare(path: Path) -> Write:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")

    async def insert(name: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT * FROM intent WHERE fingerprint = ?", (name,)).fetchone()
        connection.execute("INSERT INTO intent VALUES (?, ?, ?, ?)", (name, name, name, name * 10))
        connection.execute("COMMIT")

    return insert


_BARE = """
    CREATE TABLE intent (id TEXT PRIMARY KEY, key TEXT UNIQUE, fingerprint TEXT, request TEXT) WITHOUT ROWID;
    CREATE INDEX intent_by_fingerprint ON intent (fingerprint)
"""

if __name__ == "__main__":
    file, duration, manner = sys.argv[1:]
    anyio.run(write, Path(file), float(duration), manner)
