"""One SQLite file that several server processes share (design section 6; reference engine 1.8).

Every write is one short ``BEGIN IMMEDIATE`` transaction with ``synchronous=FULL``; the database, not a
lock in memory, settles races. Work runs on a thread, one piece at a time, so the event loop never waits for a disk.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

#: WAL before this version can corrupt a file that several processes write (fixed in SQLite 3.51.3).
SAFE_WAL = (3, 51, 3)
#: How long a piece of work waits for other processes; and after one that waited in vain, until one comes through.
BUSY_SECONDS, LOCKED_SECONDS = 10.0, 1.0


class Database:
    """A lazily opened connection; each component brings its own tables as ordered migration scripts."""

    def __init__(self, path: Path, components: Mapping[str, Sequence[str]]) -> None:
        self._path = path
        self._components = components
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._pid = 0
        self._patience = BUSY_SECONDS
        self._turn: CapacityLimiter = CapacityLimiter(1)

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in one durable transaction; an exception rolls it back.

        Raises:
            sqlite3.Error: the file cannot be written (disk full, locked beyond the time-out, not a database).
            OSError: the folder cannot be made.
        """
        return await to_thread.run_sync(partial(self._transact, "IMMEDIATE", work), limiter=self._turn)

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which only reads; all that it reads is of one moment.

        Raises:
            sqlite3.Error, OSError: the file cannot be read.
        """
        return await to_thread.run_sync(partial(self._transact, "DEFERRED", work), limiter=self._turn)

    async def aclose(self) -> None:
        """Close the connection, if one was opened by this process."""
        await to_thread.run_sync(self._close, limiter=self._turn)

    def _transact(self, kind: str, work: Work[T]) -> T:
        """Run one piece; calls make several, and must answer in time although the file stays locked."""
        try:
            answer = self._attempt(kind, work)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY:
                self._wait_for(LOCKED_SECONDS)
            raise
        self._wait_for(BUSY_SECONDS)
        return answer

    def _attempt(self, kind: str, work: Work[T]) -> T:
        connection = self._open()
        connection.execute(f"BEGIN {kind}")
        try:
            answer = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return answer

    def _wait_for(self, seconds: float) -> None:
        if seconds != self._patience and self._connection is not None:
            self._connection.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")
        self._patience = seconds

    def _open(self) -> sqlite3.Connection:
        self._forsake()
        if self._connection is not None:
            return self._connection
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only ever a new file: closing any descriptor of an old one would drop the locks this process has on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        try:
            _set_journal_mode(connection, self._patience)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS component (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        for name, scripts in self._components.items():
            row = connection.execute("SELECT version FROM component WHERE name = ?", (name,)).fetchone()
            done = row["version"] if row else 0
            if done > len(scripts):
                raise sqlite3.DatabaseError(f"{self._path} was written by a newer postwright: update this one")
            for statement in (part for script in scripts[done:] for part in script.split(";") if part.strip()):
                connection.execute(statement)
            if len(scripts) > done:
                connection.execute("REPLACE INTO component VALUES (?, ?)", (name, len(scripts)))
        connection.execute("COMMIT")

    def _close(self) -> None:
        self._forsake()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _forsake(self) -> None:
        """Set a connection inherited over a fork aside, unclosed: closing it here may lose the parent's commits."""
        if self._connection is not None and self._pid != os.getpid():
            self._inherited.append(self._connection)
            self._connection = None


#: The bits of an SQLite error that say what it is; the others say where it came up.
_PRIMARY = 0xFF


def _set_journal_mode(connection: sqlite3.Connection, patience: float) -> None:
    """Choose WAL where it is safe; several processes opening a new file at once may have to take turns."""
    # TRUNCATE is DELETE with a commit that is synced: after an unlink, power loss can bring the old journal back.
    mode = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={mode}")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
