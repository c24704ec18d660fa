"""A person at a terminal: the commands of postwright run on a pty."""

import os
import pty
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

#: Seconds until a command must have said something.
PATIENCE = 240.0


@dataclass
class Terminal:
    """One command on a terminal of its own: words of postwright's, or of another ``program``, in a ``folder``."""

    environment: dict[str, str]
    words: tuple[str, ...]
    program: tuple[str, ...] = (sys.executable, "-m", "server")
    folder: Path | None = None

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*self.program, *self.words],
            env=self.environment,
            cwd=self.folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def until(self, words: str) -> str:
        """Read until the terminal shows ``words``."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.shown:
            assert self._read(deadline), f"{words!r} is not in:\n{self.shown}"
        return self.shown

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def agree(self) -> int:
        """Read to the end, saying yes to what is asked on the way, and tell the exit code."""
        deadline, answered = time.monotonic() + PATIENCE, 0
        while self._read(deadline):
            asked = self.shown.count("[y/N]")
            for _ in range(asked - answered):
                self.type("y")
            answered = asked
        return self.process.wait(PATIENCE)

    def end(self) -> int:
        """Read to the end, and tell the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, deadline: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            chunk = os.read(self._ours, 65_536)
        except OSError:
            return False  # the last process at the other end is gone
        self.shown += chunk.decode().replace("\r\n", "\n")
        return bool(chunk)


def environment(home: Path, settings: dict[str, str]) -> dict[str, str]:
    given = {f"POSTWRIGHT_{name}": value for name, value in settings.items()}
    return {"PATH": os.environ["PATH"], "TERM": "dumb", "POSTWRIGHT_HOME": str(home), **given}


async def answered(settings: dict[str, str], home: Path, answer: str, *words: str) -> tuple[int, str]:
    """Run a command that asks once, and answer it; tell its exit code and all that it showed."""

    def run() -> tuple[int, str]:
        with Terminal(environment(home, settings), words) as terminal:
            terminal.until("[y/N]")
            terminal.type(answer)
            return terminal.end(), terminal.shown

    return await anyio.to_thread.run_sync(run)


async def shown(settings: dict[str, str], home: Path, *words: str) -> tuple[int, str]:
    """Run a command that asks nothing; tell its exit code and all that it showed."""

    def run() -> tuple[int, str]:
        with Terminal(environment(home, settings), words) as terminal:
            return terminal.end(), terminal.shown

    return await anyio.to_thread.run_sync(run)
