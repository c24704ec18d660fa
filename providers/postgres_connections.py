"""The connections of one process to PostgreSQL: opened when needed, kept for the next, replaced where lost."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any

import structlog
from psycopg import Connection, Error

from providers.dialect import Row, Translated, rows
from providers.measured import MeasuredClock
from providers.migrations import migrate
from providers.store import Components, StoreError

log = structlog.get_logger(__name__)

_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "postwright",
}
# Whoever waits for a turn, or stands still within one, must not hold others up for ever: a machine may fall asleep.
_SETTINGS = (
    "SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '15s';"
    " SET default_transaction_isolation = 'read committed'; SET synchronous_commit = 'on'"
)
# An unlogged table is emptied when the server recovers from a crash, and on a standby that takes over.
_LIFETIME = "CREATE UNLOGGED TABLE IF NOT EXISTS lifetime (place INTEGER PRIMARY KEY, name TEXT NOT NULL)"
_LIVES = "INSERT INTO lifetime (place, name) VALUES (1, ?) ON CONFLICT (place) DO NOTHING"


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection, the process that opened it, and the life of the server it was opened in (to its next crash)."""

    connection: Connection[Row]
    pid: int
    life: str


class Connections:
    """Connections to the database at ``url``, whose tables are brought up to date before the first is used."""

    def __init__(self, url: str, components: Components, measured: MeasuredClock) -> None:
        self._url = url
        self._components = components
        self._measured = measured
        self._idle: list[Opened] = []
        self._inherited: list[Opened] = []
        self._ready = False

    def take(self) -> tuple[Opened, bool]:
        """Take a connection that nobody uses, or open one; tell whether it is new.

        Raises:
            StoreError: the server cannot be reached, or refuses.
        """
        while self._idle:
            opened = self._idle.pop()
            if opened.pid == os.getpid():
                if self._measured.is_old:
                    self._measure(opened.connection)
                return opened, False
            self._inherited.append(opened)  # over a fork: it is the parent's, and closing it would end it there
        return self._open(), True

    def give_back(self, opened: Opened) -> None:
        """Keep a connection for the next."""
        self._idle.append(opened)

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            opened = self._idle.pop()
            if opened.pid == os.getpid():
                opened.connection.close()
            else:
                self._inherited.append(opened)

    def _open(self) -> Opened:
        try:
            connection = Connection[Row].connect(self._url, autocommit=True, row_factory=rows, **_CONNECT)
        except Error as error:
            # Without its cause: of an address that it cannot read, libpq repeats a part.
            raise StoreError(f"PostgreSQL cannot be reached: {words(error)}") from None
        try:
            connection.execute(_SETTINGS)
            if not self._ready:
                self._migrate(connection)
            life = self._life(connection)
            self._measure(connection)
        except Error as error:
            connection.close()
            raise StoreError(f"PostgreSQL: {words(error)}") from error
        except BaseException:
            connection.close()
            raise
        self._ready = True
        return Opened(connection, os.getpid(), life)

    def _migrate(self, connection: Connection[Row]) -> None:
        connection.execute(begin(None))
        translated = Translated(connection)
        translated.execute(_LIFETIME)
        migrate(translated, self._components, _too_new)
        connection.execute("COMMIT")

    def _life(self, connection: Connection[Row]) -> str:
        translated = Translated(connection)
        while (row := translated.execute("SELECT name FROM lifetime").fetchone()) is None:
            translated.execute(_LIVES, (secrets.token_hex(8),))
        return row["name"]

    def _measure(self, connection: Connection[Row]) -> None:
        try:
            self._measured.measure(partial(_now, connection))
        except Error as error:
            log.info("clock_not_measured", error=words(error))


def _now(connection: Connection[Row]) -> datetime:
    (now,) = connection.execute("SELECT clock_timestamp()").fetchall()
    return now[0]


def begin(turn: Sequence[str] | None) -> bytes:
    """Begin a transaction and take its turn, in one message; ask for its number, by which its outcome can be asked."""
    if turn is None:
        locks = [f"SELECT pg_advisory_xact_lock({_ALL})"]
    else:
        # Everybody takes them in the same order, so that no two wait for each other.
        named = sorted({_number(name) for name in turn})
        locks = [f"SELECT pg_advisory_xact_lock_shared({_ALL})", *map("SELECT pg_advisory_xact_lock({})".format, named)]
    return "; ".join(["BEGIN", *locks, "SELECT CAST(pg_current_xact_id() AS TEXT)"]).encode()


def words(error: Error) -> str:
    """Say what the server said, on one line and without the values of any row."""
    said = error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__
    return "its address cannot be read" if "connection info string" in said or " URI" in said else said


def _number(name: str) -> int:
    """Number a turn: two names with one number only wait for each other without need."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8, person=b"postwright").digest(), "big", signed=True)


_ALL = _number("")


def _too_new() -> Exception:
    return StoreError("The PostgreSQL database was written by a newer postwright: update this one.")
