"""Real sockets without the waiting: a loop that leaps to its next timer once nothing has come for a moment.

Both ends of every connection are on this loop, so what does not come at once does not come before the next timer. Work
on threads would be leapt over: `Disk` has the real database without its thread.
"""

import asyncio
import selectors
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from providers.database import Database, Work
from server.app import COMPONENTS

T = TypeVar("T")

#: For how long nothing must come (seconds).
MOMENT = 0.002


class _Leaping(selectors.DefaultSelector):
    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(MOMENT)
        if not ready:
            self._leap(timeout)
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """Its time passes where there is nothing to wait for, and else stands still, however slow the machine may be."""

    #: Whether its time passes as everybody's does too.
    runs = False

    def __init__(self) -> None:
        self._now = self._seen = super().time()
        super().__init__(_Leaping(self._leap))

    def time(self) -> float:
        seen = super().time()
        if LeapingLoop.runs:
            self._now += seen - self._seen
        self._seen = seen
        return self._now

    def _leap(self, seconds: float) -> None:
        self._now += seconds


@contextmanager
def running_clock() -> Generator[None]:
    """Let time pass while something comes, too."""
    LeapingLoop.runs = True
    try:
        yield
    finally:
        LeapingLoop.runs = False


class Disk(Database):
    """The real database, without its thread and without waiting for the disk: no power fails here."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, COMPONENTS)

    async def write(self, work: Work[T], turn: Sequence[str] | None = None) -> T:
        return self._transact("IMMEDIATE", work)

    async def read(self, work: Work[T]) -> T:
        return self._transact("DEFERRED", work)

    def _open(self) -> sqlite3.Connection:
        connection = super()._open()
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    async def aclose(self) -> None:
        self._close()
