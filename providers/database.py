"""One SQLite file that several server processes share (design section 6; reference engine 1.8).

Every write is in a short ``BEGIN IMMEDIATE`` transaction with ``synchronous=FULL``; the database, not a lock in memory,
settles races. Work runs on a thread, so the event loop never waits for a disk; what waits for it meanwhile is done in
one transaction, each piece within a savepoint of its own (``providers/grouping.py``).
"""

import copy
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from anyio import to_thread

from providers.grouping import Line, Piece
from providers.migrations import migrate
from providers.store import Components, Store, Work
from schemas.instant import Clock

T = TypeVar("T")

__all__ = ["SAFE_WAL", "Database", "Work"]

#: WAL before this version can corrupt a file that several processes write (fixed in SQLite 3.51.3).
SAFE_WAL = (3, 51, 3)
#: How long a piece of work waits for other processes; and after one that waited in vain, until one comes through.
BUSY_SECONDS, LOCKED_SECONDS = 10.0, 1.0


class Database(Store):
    """A lazily opened connection; each component brings its own tables as ordered migration scripts."""

    def __init__(self, path: Path, components: Components) -> None:
        self._path = path
        self._components = components
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._pid = 0
        self._patience = BUSY_SECONDS
        self._line = Line(self._together)
        self._one_at_a_time, self._lock_pid = Lock(), os.getpid()

    async def write(self, work: Work[T], turn: Sequence[str] | None = None) -> T:
        """Run ``work`` in a durable transaction; an exception undoes it. ``turn`` means nothing here: it is alone.

        Raises:
            sqlite3.Error: the file cannot be written (disk full, locked beyond the time-out, not a database).
            OSError: the folder cannot be made.
        """
        return await self._line.do("IMMEDIATE", work)

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which only reads; all that it reads is of one moment.

        Raises:
            sqlite3.Error, OSError: the file cannot be read.
        """
        return await self._line.do("DEFERRED", work)

    def clock(self, local: Clock) -> Clock:
        """Tell the clock of this machine: all who share the file are on it."""
        return local

    async def aclose(self) -> None:
        """Close the connection, if one was opened by this process."""
        await to_thread.run_sync(self._close)

    def _transact(self, kind: str, work: Work[T]) -> T:
        """Run one piece of work, on this thread."""
        piece = Piece(kind, work)
        self._together(kind, [piece])
        return piece.told()

    def _together(self, kind: str, pieces: Sequence[Piece[Any]]) -> None:
        """Run pieces in one transaction; where that fails, all have failed."""
        with self._lock():
            try:
                self._patiently(kind, pieces)
            except BaseException as error:  # noqa: BLE001  (it is raised in whoever waits for a piece)
                for piece in pieces:
                    # Each caller is raised one of its own: an exception carries the traces of all that raised it.
                    piece.error = copy.copy(error).with_traceback(error.__traceback__)
            for piece in pieces:
                piece.done = True

    def _patiently(self, kind: str, pieces: Sequence[Piece[Any]]) -> None:
        """Run pieces; calls make several, and must answer in time although the file stays locked."""
        try:
            self._attempt(kind, pieces)
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                self._wait_for(LOCKED_SECONDS)
            raise
        self._wait_for(LOCKED_SECONDS if any(_is_busy(piece.error) for piece in pieces) else BUSY_SECONDS)

    def _attempt(self, kind: str, pieces: Sequence[Piece[Any]]) -> None:
        connection = self._open()
        connection.execute(f"BEGIN {kind}")
        try:
            # Wait for the file once, not in every piece; from here on all that is read is of one moment.
            connection.execute("PRAGMA schema_version").fetchone()
            for piece in pieces:
                _run(connection, piece)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

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
        migrate(connection, self._components, self._too_new)
        connection.execute("COMMIT")

    def _too_new(self) -> Exception:
        return sqlite3.DatabaseError(f"{self._path} was written by a newer postwright: update this one")

    def _close(self) -> None:
        with self._lock():
            self._forsake()
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _forsake(self) -> None:
        """Set a connection inherited over a fork aside, unclosed: closing it here may lose the parent's commits."""
        if self._connection is not None and self._pid != os.getpid():
            self._inherited.append(self._connection)
            self._connection = None

    def _lock(self) -> Lock:
        """The lock of this process: the thread that held it at a fork is not in the child."""
        if self._lock_pid != os.getpid():
            self._one_at_a_time, self._lock_pid = Lock(), os.getpid()
        return self._one_at_a_time


def _run(connection: sqlite3.Connection, piece: Piece[Any]) -> None:
    """Run one piece so that it undoes itself alone; but if SQLite gave the whole transaction up, that is raised."""
    connection.execute("SAVEPOINT piece")
    try:
        piece.answer = piece.work(connection)
    except BaseException as error:
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO piece")
        piece.error = error
    connection.execute("RELEASE piece")


def _is_busy(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) if isinstance(error, sqlite3.OperationalError) else 0
    return code & _PRIMARY == sqlite3.SQLITE_BUSY


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
