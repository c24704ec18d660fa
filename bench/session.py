"""An MCP client on stdio, as thin as can be: no answer is parsed while the clock runs."""

import json
import select
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from bench.program import MeasurementError, Program

#: Seconds until an answer must be there.
PATIENCE = 30.0
HANDSHAKE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the seconds from the first byte of the request to the last of the answer."""

    seconds: float
    result: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The structured content of a tool's answer."""
        return self.result.get("structuredContent", {})


class Session:
    """One server process and the connection to it; ``log`` takes what it says on stderr."""

    def __init__(self, program: Program, log: Path) -> None:
        self._log = log
        self._unread = b""
        self._number = 0
        self._stderr = log.open("ab")
        self.process = subprocess.Popen(
            program.words,
            env=program.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            bufsize=0,
        )
        self._stdin, self._stdout = _pipe(self.process.stdin), _pipe(self.process.stdout)

    def __enter__(self) -> Self:
        """Begin the session."""
        self.shake_hands()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, by force if it does not end with its input."""
        self._stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()

    def shake_hands(self, patience: float = PATIENCE) -> None:
        """Begin the MCP session; entering the context does so too.

        Raises:
            MeasurementError: the server does not answer.
        """
        self.request("initialize", HANDSHAKE, patience)
        self._write({"method": "notifications/initialized"})

    def call(self, tool: str, arguments: dict[str, Any], patience: float = PATIENCE) -> Reply:
        """Call a tool.

        Raises:
            MeasurementError: no answer, or a protocol error.
        """
        return self.request("tools/call", {"name": tool, "arguments": arguments}, patience)

    def call_together(self, tool: str, many: Sequence[dict[str, Any]], patience: float) -> list[Reply]:
        """Call a tool several times at once; the replies come in the order of their arrival.

        Raises:
            MeasurementError: one did not arrive, or was a protocol error.
        """
        return self._exchange("tools/call", [{"name": tool, "arguments": one} for one in many], patience)

    def request(self, method: str, params: dict[str, Any], patience: float = PATIENCE) -> Reply:
        """Send one request and wait for its answer.

        Raises:
            MeasurementError: no answer within ``patience`` seconds, or a protocol error.
        """
        return self._exchange(method, [params], patience)[0]

    def _exchange(self, method: str, many: Sequence[dict[str, Any]], patience: float) -> list[Reply]:
        numbers = range(self._number + 1, self._number + 1 + len(many))
        self._number = numbers[-1]
        replies: list[Reply] = []
        began = time.perf_counter()
        for number, params in zip(numbers, many, strict=True):
            self._write({"id": number, "method": method, "params": params})
        while len(replies) < len(many):
            text = self._line(began + patience)
            seconds = time.perf_counter() - began
            message: dict[str, Any] = json.loads(text)
            if message.get("id") not in numbers:
                continue
            if "result" not in message:
                raise MeasurementError(f"{method}: {message.get('error')}")
            replies.append(Reply(seconds, message["result"]))
        return replies

    def _write(self, message: dict[str, Any]) -> None:
        self._stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._unread:
            left = deadline - time.perf_counter()
            ready = select.select([self._stdout], [], [], max(left, 0.0))[0]
            chunk = self._stdout.read(_CHUNK) if ready else b""
            if not chunk:
                said = self._log.read_text(encoding="utf-8", errors="replace")[-_TAIL:]
                raise MeasurementError(f"{'the server ended' if ready else 'no answer in time'}; it said:\n{said}")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise MeasurementError("the process has no pipe")
    return stream


_CHUNK = 1 << 16
_TAIL = 2000
