"""One machine: its disk, on which writes fail or stall, and processes that die in the middle of something."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from anyio import sleep

from providers.database import Database, Work
from server.app import COMPONENTS

T = TypeVar("T")


class ProcessDied(BaseException):
    """SIGKILL: the process is gone, and whatever it was about to do, it does not do any more. Nothing may catch it."""


@dataclass(slots=True)
class Trouble:
    """What is to happen to one process, by the number of the step at which it happens; a step is one thing it does.

    A step is ``write`` or ``wrote`` (before and after a transaction) or ``send`` or ``sent`` (before and after a
    request); ``die_at``, ``stall_at`` count the steps of one kind from 0.
    """

    die_at: tuple[str, int] | None = None
    stall_at: tuple[str, int] | None = None
    stall_seconds: float = 0.0
    refuse_writes: range = range(0)
    refusal: str = "database or disk is full"
    dead: bool = False
    counts: dict[str, int] = field(default_factory=dict[str, int])

    async def step(self, kind: str) -> int:
        """Take one step, or die, or stand still for a while first; tell its number."""
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        if self.dead or self.die_at == (kind, number):
            self.dead = True
            raise ProcessDied
        if self.stall_at == (kind, number):
            await sleep(self.stall_seconds)
        return number


class Disk(Database):
    """The real database without its thread, so that a history is the same every time; and with trouble."""

    def __init__(self, path: Path, trouble: Trouble) -> None:
        super().__init__(path, COMPONENTS)
        self._trouble = trouble

    async def write(self, work: Work[T], turn: Sequence[str] | None = None) -> T:
        """Write as the real one does, unless the disk refuses."""
        if await self._trouble.step("write") in self._trouble.refuse_writes:
            raise sqlite3.OperationalError(self._trouble.refusal)
        answer = self._transact("IMMEDIATE", work)
        await self._trouble.step("wrote")
        return answer

    async def read(self, work: Work[T]) -> T:
        """Read as the real one does."""
        if self._trouble.dead:
            raise ProcessDied
        return self._transact("DEFERRED", work)

    async def aclose(self) -> None:
        """Close the file: a process that died has let go of it as well."""
        self._close()


#: Makes the disk of one process.
MakeDisk = Callable[[Trouble], Database]
