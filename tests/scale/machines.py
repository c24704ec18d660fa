"""Machines that share one database: each a process with a home of its own."""

import re
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.local.embedded import until
from tests.operations.commands import logged, started

#: A lease that a test can wait for.
LEASE_SECONDS = 5


class Fleet:
    """Workers and servers on one database; any may be killed, and another started in its place."""

    def __init__(self, folder: Path, url: str, stack: ExitStack, **settings: str) -> None:
        self._folder = folder
        self._stack = stack
        self._settings = {"DATABASE_URL": url, "LOG": "json", "LEASE_SECONDS": str(LEASE_SECONDS), **settings}
        self._count = 0

    def start(self, *command: str) -> tuple[subprocess.Popen[str], Path]:
        """Start a process on a machine of its own; tell it and its home."""
        self._count += 1
        home = self._folder / f"machine-{self._count}" / "home"
        home.parent.mkdir()
        return self._stack.enter_context(started(home, *command, beside=None, **self._settings)), home

    async def worker(self) -> subprocess.Popen[str]:
        """Start a worker, and wait until it works."""
        process, home = self.start("worker")
        await until(_says(home, "worker_started"))
        return process

    async def server(self) -> tuple[subprocess.Popen[str], str]:
        """Start an HTTP server, and tell where it listens."""
        process, home = self.start("serve", "--port", "0")
        await until(_says(home, "listening"))
        [url] = re.findall(r'"url": ?"(http://[^/]+)/', logged(home))
        return process, url


def _says(home: Path, words: str) -> Any:
    async def says() -> bool:
        return any(words in line and line.endswith("\n") for line in logged(home).splitlines(keepends=True))

    return says


@contextmanager
def fleet(folder: Path, url: str, **settings: str) -> Generator[Fleet]:
    """Machines until the block ends; then all are killed."""
    with ExitStack() as stack:
        yield Fleet(folder, url, stack, **settings)


@asynccontextmanager
async def agent(url: str) -> AsyncGenerator[Client]:
    """An agent at one of the servers."""
    async with Client(streamable_http_client(f"{url}/mcp")) as client:
        yield client


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """Call a tool, and read what it told."""
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None
    return result.structured_content
