"""A process that keeps files: ``python -m tests.media.keeper HOME WHAT SEED [BYTES]``.

``add`` keeps twenty files in an order of its own, ``briefly`` the same, for no time at all; ``forever`` goes on with
new ones, ``forget`` forgets all the time until SIGTERM, ``half`` stops in the middle of a copy. Each tells on stdout
what it did, a line a time.
"""

import hashlib
import os
import random
import signal
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import anyio

from engine.clock import utc_now
from engine.media import INCOMING, MEDIA_MIGRATIONS, Full, MediaStore
from engine.taking import Takings
from providers.database import Database
from providers.fetch import Fetcher
from schemas.asset import Asset, Measures
from schemas.instant import Clock

FILES = 20


def content(number: int) -> bytes:
    return str(number).encode() * 5_000


def store(home: Path, clock: Clock = utc_now, most: int = 10**9, days: float = 7) -> MediaStore:
    database = Database(home / "postwright.db", {"media": MEDIA_MIGRATIONS})
    return MediaStore(database, home / "media", clock, timedelta(days=days), most)


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def add(kept: MediaStore, number: int) -> str:
    """Keep a file as Takings does, but for the measuring."""
    written = content(number)
    path = kept.folder / f"{INCOMING}{os.getpid()}-{number}"
    path.write_bytes(written)
    try:
        digest = hashlib.sha256(written).hexdigest()
        asset = await kept.add(path, digest, Asset("", "", "a.png", Measures("image/png", len(written)), "alt"))
    finally:
        path.unlink(missing_ok=True)
    return asset.handle


async def keep(kept: MediaStore, numbers: Iterator[int]) -> None:
    for number in numbers:
        try:
            say(await add(kept, number))
        except Full:
            say("full")


async def forget(home: Path) -> None:
    kept, told_to_end = store(home), anyio.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: told_to_end.set())
    while not told_to_end.is_set():
        say(await kept.forget())


async def half(home: Path, path: Path) -> None:
    async def stop(done: float, total: float, doing: str) -> None:
        say(done)
        await anyio.sleep_forever()

    await Takings(store(home), Fetcher(utc_now)).path(str(path), [path.parent], None, stop)


async def work(home: Path, what: str, given: str, most: int) -> None:
    (home / "media").mkdir(parents=True, exist_ok=True)
    if what == "forget":
        await forget(home)
    elif what == "half":
        await half(home, Path(given))
    elif what == "forever":
        await keep(store(home), count(int(given)))
    else:
        numbers = list(range(FILES))
        random.Random(given).shuffle(numbers)
        await keep(store(home, most=most, days=0 if what == "briefly" else 7), iter(numbers))


def consistent(home: Path) -> int:
    """Hold rows against files: each row has its file with its content, each file a row; tell how many there are."""
    with sqlite3.connect(home / "postwright.db", timeout=60) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        rows = {row[0] for row in connection.execute("SELECT content FROM media")}
    connection.close()
    files = {path.name: path for path in (home / "media").iterdir()}
    assert rows == files.keys()
    for digest, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    return len(rows)


if __name__ == "__main__":
    anyio.run(work, Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]) if sys.argv[4:] else 10**9)
