"""The processes of a torture as their director has them: started, given orders, killed, put to sleep, ended."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from anyio import (
    BrokenResourceError,
    ClosedResourceError,
    EndOfStream,
    Event,
    IncompleteRead,
    fail_after,
    move_on_after,
    open_process,
)
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from bench.program import MeasurementError

#: Seconds within which a process says that it has taken an order, though it may be asleep; and within which it ends.
TAKEN_WITHIN, ENDED_WITHIN = 12.0, 120.0


class Berth:
    """A place for one process: when the one in it was killed, another is started."""

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self._words = words
        self._log = log
        self._process: Process | None = None
        self._ending = False
        self._asked: dict[str, Event] = {}
        self._taken: set[str] = set()
        self.ready = Event()
        self.kills = 0

    @property
    def pid(self) -> int:
        """The process that is in it, or was last."""
        return self._process.pid if self._process else 0

    async def live(self) -> None:
        """Keep a process here until it was ended in good order.

        Raises:
            MeasurementError: one ended by itself.
        """
        try:
            while not self._ending:
                await self._run()
        finally:
            if self._process and self._process.returncode is None:
                self._process.kill()

    async def take(self, key: str, account: str, caption: str) -> bool:
        """Give an order; tell whether the process said that it took it in."""
        await self.ready.wait()
        line = json.dumps({"key": key, "account": account, "caption": caption})
        asked = self._asked.setdefault(key, Event())
        try:
            if self._process and self._process.stdin:
                await self._process.stdin.send(line.encode() + b"\n")
        except (BrokenResourceError, ClosedResourceError):
            return False
        with move_on_after(TAKEN_WITHIN):
            await asked.wait()
        return key in self._taken

    def kill(self) -> None:
        """Give it SIGKILL."""
        self.kills += self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Put it to sleep."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Wake it, if it is still there."""
        self._signal(signal.SIGCONT)

    async def end(self) -> None:
        """Let it end in good order."""
        await self.ready.wait()
        self._ending = True
        if self._process and self._process.stdin:
            await self._process.stdin.aclose()

    def _signal(self, number: signal.Signals) -> bool:
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.send_signal(number)
        return True

    async def _run(self) -> None:
        with self._log.open("ab") as said:
            self._process = await open_process([sys.executable, "-m", *self._words], stderr=said)
        async with self._process as process:
            if process.stdout:
                await self._hear(BufferedByteReceiveStream(process.stdout))
            self.ready = Event()
            for asked in self._asked.values():
                asked.set()
            self._asked.clear()
            with fail_after(ENDED_WITHIN):
                status = await process.wait()
        if status != (0 if self._ending else -signal.SIGKILL):
            raise MeasurementError(f"a process ended with {status}, see {self._log}")

    async def _hear(self, said: BufferedByteReceiveStream) -> None:
        while True:
            try:
                word = (await said.receive_until(b"\n", 65_536)).decode()
            except (EndOfStream, IncompleteRead):
                return
            if word == "ready":
                self.ready.set()
            elif word in self._asked:
                self._taken.add(word)
                self._asked.pop(word).set()
