"""The processes that are alive: each writes down every few seconds that it is, for all to see who can deliver.

A row says that a process was there a moment ago, no more: what keeps a post from going out twice is the lease and the
fence of its delivery, never this table.
"""

import os
import secrets
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from anyio import CancelScope, move_on_after, sleep

from engine.intent import moment
from providers.store import Connection, Row, Store
from schemas.instant import Clock

log = structlog.get_logger(__name__)

WORKER_MIGRATIONS = (
    """
    CREATE TABLE worker (
        id TEXT PRIMARY KEY,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        kind TEXT NOT NULL,
        version TEXT NOT NULL,
        delivers INTEGER NOT NULL,
        started_at REAL NOT NULL,
        seen_at REAL NOT NULL
    ) STRICT
    """,
)

#: Seconds between two signs of life; without one for the second span a process counts as gone.
BEAT_SECONDS, GONE_SECONDS = 10.0, 30.0
#: How long the row of a process that was killed stays.
FORGOTTEN = timedelta(days=1)
#: Seconds that the last write of a process that ends may take.
_LAST_SECONDS = 2.0


class Kind(StrEnum):
    """What a process is. A session ends with the client that started it, the others stay."""

    SESSION = "stdio"
    HTTP = "http"
    SSE = "sse"
    WORKER = "worker"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Worker:
    """One process. ``delivers``: it carries local posts to their networks, or would if the one that does it ended."""

    id: str
    host: str
    pid: int
    kind: Kind
    version: str
    delivers: bool
    started_at: datetime
    seen_at: datetime

    @property
    def stays(self) -> bool:
        """Whether it delivers, and does not end with a client."""
        return self.delivers and self.kind in (Kind.HTTP, Kind.SSE, Kind.WORKER)


class Workers:
    """The table of the processes of a database, and this one's row in it."""

    def __init__(self, database: Store, clock: Clock, kind: Kind, version: str, *, delivers: bool) -> None:
        self._database = database
        self._clock = clock
        now = clock()
        name = f"wrk_{secrets.token_hex(8)}"
        self._me = Worker(name, socket.gethostname()[:255], os.getpid(), kind, version, delivers, now, now)
        self._running = False
        #: When the last sign of life was written, on no clock that can be set; ``None``: the last could not be.
        self.written: datetime | None = None

    @property
    def me(self) -> Worker:
        """This process."""
        return self._me

    async def run(self, first_after: float = 0.0) -> None:
        """Give signs of life until cancelled, the first after so many seconds; then take the row away."""
        self._running = True
        await sleep(first_after)
        try:
            while True:
                try:
                    await self.beat()
                except (sqlite3.Error, OSError) as error:
                    log.warning("sign_of_life_failed", error=str(error))
                await sleep(BEAT_SECONDS)
        finally:
            self._running = False
            with CancelScope(shield=True), move_on_after(_LAST_SECONDS):
                await self._leave()

    async def beat(self) -> None:
        """Write down that this process is alive.

        Raises:
            sqlite3.Error, OSError: the database cannot be written.
        """
        self.written = None
        now = self._clock()
        self._me = replace(self._me, seen_at=now)
        await self._database.write(_beat(self._me, (now - FORGOTTEN).timestamp()), ())
        self.written = now

    async def alive(self) -> list[Worker]:
        """List the processes that are alive, this one included, by their age.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        rows = await self._database.read(lambda connection: connection.execute(_ALL).fetchall())
        now = self._clock()
        found = [worker for worker in map(_worker, rows) if worker.id != self._me.id and _is_alive(worker, now)]
        return sorted([*found, *([self._me] if self._running else [])], key=lambda worker: worker.started_at)

    async def _leave(self) -> None:
        try:
            await self._database.write(lambda connection: connection.execute(_LEAVE, (self._me.id,)))
        except (sqlite3.Error, OSError) as error:
            log.warning("sign_of_life_failed", error=str(error))


def _beat(me: Worker, before: float) -> Callable[[Connection], None]:
    values = (me.id, me.host, me.pid, me.kind, me.version, int(me.delivers), me.started_at.timestamp())

    def write(connection: Connection) -> None:
        connection.execute(_SEEN, (*values, me.seen_at.timestamp()))
        connection.execute(_FORGET, (before,))

    return write


def _is_alive(worker: Worker, now: datetime) -> bool:
    """Tell whether a process was seen lately; a time from the future is from before the clock was set back."""
    return abs((now - worker.seen_at).total_seconds()) <= GONE_SECONDS


def _worker(row: Row) -> Worker:
    return Worker(
        row["id"],
        row["host"],
        row["pid"],
        Kind(row["kind"]),
        row["version"],
        bool(row["delivers"]),
        moment(row["started_at"]),
        moment(row["seen_at"]),
    )


_ALL = "SELECT * FROM worker"
_SEEN = (
    "INSERT INTO worker (id, host, pid, kind, version, delivers, started_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
)
_FORGET = "DELETE FROM worker WHERE seen_at < ?"
_LEAVE = "DELETE FROM worker WHERE id = ?"
