"""The server under test as its users start it: a real process, reached over each transport."""

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from tests.peers.place import free_ports

Transport = Literal["stdio", "http", "sse"]

#: What starts the server; without arguments it speaks MCP on stdio. The variable names another build of it,
#: an installed wheel for example.
COMMAND = shlex.split(os.environ.get("POSTWRIGHT_TEST_COMMAND", "")) or [sys.executable, "-m", "server"]

#: Where each transport answers.
ENDPOINTS = {"http": "/mcp", "sse": "/sse"}

#: Seconds until a started process must answer, and until it must have ended.
PATIENCE = 120
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Target:
    """One way to reach the server. ``url`` is empty on stdio, where each client starts its own process."""

    transport: Transport
    environment: Mapping[str, str]
    url: str = ""

    def entry(self) -> dict[str, Any]:
        """Write the server's entry for the ``mcpServers`` object that all clients read."""
        if self.url:
            return {"type": self.transport, "url": self.url}
        command, *arguments = COMMAND
        return {"type": "stdio", "command": command, "args": arguments, "env": dict(self.environment)}


@contextmanager
def reach(transport: Transport, environment: Mapping[str, str]) -> Generator[Target]:
    """Make the server reachable over a transport: on stdio nothing to do, else it is started and ended."""
    if transport == "stdio":
        yield Target(transport, environment)
        return
    with running(["serve", "--transport", transport, "--host", "127.0.0.1"], environment) as base:
        yield Target(transport, environment, base + ENDPOINTS[transport])


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[str]:
    """Start a serving command on a free port, wait until it accepts connections, end it afterwards.

    What it prints goes where the test's own output goes, and is shown when the test fails.

    Raises:
        ChildProcessError: It ended before it answered, or did not answer in time.
        subprocess.TimeoutExpired: It did not end when told to; it was killed.
    """
    port = free_port()
    command = [*COMMAND, *arguments, "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            if not answers(process, port):
                raise ChildProcessError(f"{shlex.join(command)} does not answer")
            yield f"http://127.0.0.1:{port}"
        finally:
            end(process)


def free_port() -> int:
    """Find a loopback port that nothing listens on, nor is soon given one by chance."""
    (port,) = free_ports(1)
    return port


def answers(process: subprocess.Popen[bytes], port: int, patience: float = PATIENCE) -> bool:
    """Wait until a process accepts connections; tell whether it came to that."""
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process politely, and with force if it does not listen."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
