"""Real postwright processes on stdio: started, called, killed, stopped; and what stands in their journal."""

import os
import signal
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from bench.faults import process
from bench.program import MeasurementError, Program
from bench.session import Session
from providers.store import Connection
from schemas.jsonvalue import JsonObject
from server.app import DATABASE

T = TypeVar("T")

#: Seconds within which a process must answer, though it be one of many that start, or was asleep past its lease.
PATIENCE = 150.0


@dataclass(frozen=True, slots=True)
class Yard:
    """What all histories share: turns at starting a process, which takes a core, and threads to wait in."""

    starts: CapacityLimiter
    threads: CapacityLimiter

    async def run(self, work: Callable[[], T]) -> T:
        """Wait for something in a thread."""
        return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self.threads)


class Machine:
    """One agent's server as a real process; its client starts another one when it has died.

    ``tell`` is told what happens; ``kills`` counts the SIGKILLs that were given while it lived.
    """

    def __init__(self, yard: Yard, program: Program, log: Path, tell: Callable[[str], None]) -> None:
        self._yard = yard
        self._program = program
        self._log = log
        self._tell = tell
        self._session: Session | None = None
        self._killed = False
        self.kills = 0

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject | None:
        """Call a tool; ``None`` when the process was killed over it.

        Raises:
            MeasurementError: no answer, and nobody killed it.
        """
        session = await self.living()
        with self._excused():
            return (await self._yard.run(partial(session.call, tool, arguments, PATIENCE))).data
        return None

    async def living(self) -> Session:
        """Start a process if none lives."""
        if self._session and not self._killed:
            return self._session
        async with self._yard.starts:
            await self._let_go()
            session = self._session = Session(self._program, self._log)
            self._tell(f"{self._log.stem} runs as {session.process.pid}")
            with self._excused():
                await self._yard.run(partial(session.shake_hands, PATIENCE))
        return await self.living()

    def kill(self) -> None:
        """Give it SIGKILL, from any thread."""
        if self._session and not self._killed and self._session.process.poll() is None:
            self._killed = True
            self._session.process.kill()
            self.kills += 1

    def stop(self) -> None:
        """Put it to sleep, from any thread."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Wake it."""
        self._signal(signal.SIGCONT)

    async def end(self, *, by_force: bool) -> None:
        """Let it end with its input, or kill it, and wait until it is gone."""
        if self._session and by_force:
            self._session.process.kill()
        await self._let_go()

    @contextmanager
    def _excused(self) -> Generator[None]:
        """Expect no answer of a process that was killed over it."""
        try:
            yield
        except (MeasurementError, OSError):
            if not self._killed:
                raise

    async def _let_go(self) -> None:
        session, self._session, self._killed = self._session, None, False
        if session:
            await to_thread.run_sync(partial(session.__exit__, None, None, None), limiter=self._yard.threads)

    def _signal(self, number: signal.Signals) -> None:
        if self._session and not self._killed and self._session.process.poll() is None:
            os.kill(self._session.process.pid, number)


class JournalFile:
    """The database of a home, read from outside as any process may."""

    def __init__(self, yard: Yard, home: Path) -> None:
        self._yard = yard
        self._home = home

    async def open_cases(self) -> int:
        """Count the posts of which nobody knows what became, and the deliveries that are still to be made."""
        return await self._read(lambda connection: process.open_cases(connection) + _undelivered(connection)) or 0

    async def recorded(self, caption: str) -> list[str]:
        """Tell in which states the records of a caption stand."""
        return await self._read(partial(process.recorded, caption=caption)) or []

    async def _read(self, work: Callable[[Connection], T]) -> T | None:
        return await self._yard.run(partial(read, self._home, work))


def read(home: Path, work: Callable[[Connection], T], seconds: float = 10.0) -> T | None:
    """Read the database of a home; ``None`` while no process has made one, or longer than ``seconds`` nobody may."""
    try:
        with closing(sqlite3.connect(f"{(home / DATABASE).as_uri()}?mode=rw", timeout=seconds, uri=True)) as connection:
            return work(connection)
    except sqlite3.OperationalError:
        return None


def _undelivered(connection: Connection) -> int:
    states = "('scheduled', 'queued', 'leased', 'sending')"
    return connection.execute(f"SELECT count(*) FROM delivery WHERE state IN {states}").fetchone()[0]  # noqa: S608  (a constant)
