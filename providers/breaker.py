"""A circuit breaker per service: one that keeps failing is left alone for a while (reference engine 2.5).

Its state is a row that all processes of one home share: with a server per session, none alone sees enough failures.
An open breaker lets exactly one request through when its time is over; what comes of that decides for all.
"""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from anyio import CancelScope

from providers.protocol import Failure
from providers.store import Connection, Row, Store
from schemas.errors import ErrorCode
from schemas.instant import Clock

log = structlog.get_logger(__name__)

BREAKER_MIGRATIONS = (
    """
    CREATE TABLE breaker (
        name TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        open_until REAL NOT NULL,
        changed_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
#: How long a service is left alone at first; the pause doubles with every request that is let through and fails.
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 300.0


@dataclass(slots=True)
class Watch:
    """One request. ``answered`` is what it told of the service: it works, it is down, or (``None``) nothing.

    ``failures`` had come one after the other before it; ``probe`` says until when it alone is let through.
    """

    failures: int = 0
    probe: float | None = None
    answered: bool | None = None


class Breaker:
    """Opens after ``most`` failures in a row. ``probe_seconds`` is how long the request may take that tries again."""

    def __init__(self, database: Store, clock: Clock, name: str, *, most: int, probe_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._turn = (f"breaker {name}",)
        self._most = most
        self._probe_seconds = probe_seconds

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[Watch]:
        """Watch one request, which has to say what it learned.

        Raises:
            Failure: ``provider_paused``, it must not be sent.
        """
        watch = await self._admit()
        try:
            yield watch
        finally:
            if _matters(watch):
                with CancelScope(shield=True):
                    await self._learn(watch)

    async def _admit(self) -> Watch:
        try:
            row = await self._database.read(lambda connection: _row(connection, self._name))
            if row is None:
                return Watch()
            now = self._clock().timestamp()
            # A row from the future was written before the clock was set back: it must not last until then.
            if row["failures"] < self._most or row["changed_at"] > now:
                return Watch(row["failures"])
            if row["open_until"] > now:
                raise _paused(row["failures"], row["open_until"] - now)
            return await self._claim(row, now)
        except (sqlite3.Error, OSError) as error:
            log.warning("breaker_unusable", breaker=self._name, error=str(error))
            return Watch()

    async def _claim(self, row: Row, now: float) -> Watch:
        """Take the one place that is free now, unless another process was faster."""
        until = now + self._probe_seconds
        values = (until, now, self._name, row["open_until"])
        if await self._database.write(lambda connection: connection.execute(_CLAIM, values).rowcount, self._turn):
            return Watch(row["failures"], until)
        raise _paused(row["failures"], self._probe_seconds)

    async def _learn(self, watch: Watch) -> None:
        now = self._clock().timestamp()
        try:
            if watch.answered is None:
                values = (now, now, self._name, watch.probe)
                await self._database.write(lambda connection: connection.execute(_CLAIM, values), self._turn)
            elif watch.answered:
                await self._database.write(lambda connection: connection.execute(_CLOSE, (self._name,)), self._turn)
            else:
                await self._database.write(lambda connection: self._count(connection, watch, now), self._turn)
        except (sqlite3.Error, OSError) as error:
            log.warning("breaker_unusable", breaker=self._name, error=str(error))

    def _count(self, connection: Connection, watch: Watch, now: float) -> None:
        row = _row(connection, self._name)
        known = row["failures"] if row and row["changed_at"] <= now else 0
        if known >= self._most and watch.probe is None:
            return  # it was under way before the breaker opened, and says nothing new
        failures = known + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - self._most, _ENOUGH))
        opens = failures >= self._most
        connection.execute(_FAIL, (self._name, failures, now + pause if opens else now, now))
        if opens:
            log.warning("provider_paused", breaker=self._name, failures=failures, seconds=pause)


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A service that is left alone, after so many failures in a row, until a time."""

    name: str
    failures: int
    until: datetime


def open_breakers(connection: Connection, now: datetime) -> list[OpenBreaker]:
    """List the services that are left alone now; a row from the future was written before the clock was set back."""
    rows = connection.execute(_OPEN, (now.timestamp(), now.timestamp())).fetchall()
    return [OpenBreaker(row["name"], row["failures"], datetime.fromtimestamp(row["open_until"], UTC)) for row in rows]


def _matters(watch: Watch) -> bool:
    """Tell whether something must be written: not after a success as usual, nor after what told nothing."""
    if watch.answered is None:
        return watch.probe is not None
    return not watch.answered or watch.failures > 0


def _row(connection: Connection, name: str) -> Row | None:
    return connection.execute("SELECT * FROM breaker WHERE name = ?", (name,)).fetchone()


def _paused(failures: int, rest: float) -> Failure:
    rest = max(1.0, round(rest, 1))
    message = f"The service failed {failures} times in a row, so it is left alone for {rest:g} s. Nothing was sent."
    return Failure(ErrorCode.PROVIDER_PAUSED, message, after_seconds=rest)


_OPEN = "SELECT name, failures, open_until FROM breaker WHERE open_until > ? AND changed_at <= ? ORDER BY name"
_CLAIM = "UPDATE breaker SET open_until = ?, changed_at = ? WHERE name = ? AND open_until = ?"
_CLOSE = "DELETE FROM breaker WHERE name = ?"
_FAIL = (
    "INSERT INTO breaker (name, failures, open_until, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET failures = excluded.failures, open_until = excluded.open_until, changed_at = excluded.changed_at"
)
# Doubled this often the pause is past its cap; a larger exponent would only overflow.
_ENOUGH = 10
