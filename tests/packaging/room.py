"""A machine with nothing on it but the programs, and how what is handed out is tried there."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.clients import node
from tests.clients.node import Finished

ROOT = Path(__file__).parents[2]

#: No client calls home, asks, or looks for updates.
QUIET = {
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "dummy",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
}


#: How this machine reaches the package index: where uv keeps what it fetched is among them.
NETWORK = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("UV_", "SSL_CERT_")) or name.lower().endswith("_proxy")
}


@dataclass(frozen=True, slots=True)
class Room:
    """An empty home, a folder to work in, and where uv keeps what it has fetched."""

    home: Path
    folder: Path
    cache: str

    def environment(self, **more: str) -> dict[str, str]:
        """All the environment that a program gets."""
        return {
            **NETWORK,
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "UV_CACHE_DIR": self.cache,
            **more,
        }

    def client(self, program: str, *arguments: str | Path, **more: str) -> Finished:
        """Run a program from npm here."""
        environment = self.environment(**QUIET | more)
        return node.run(program, *map(str, arguments), environment=environment, folder=self.folder)

    def python(self, *arguments: str | Path) -> None:
        """Run a module of the checkout, as its pages say to."""
        subprocess.run([sys.executable, *map(str, arguments)], cwd=ROOT, check=True)

    @asynccontextmanager
    async def server(self, command: str, arguments: list[str], variables: Mapping[str, str]) -> AsyncGenerator[Client]:
        """Start a server by its command line, as a client would, and speak with it on stdio."""
        started = StdioServerParameters(
            command=command, args=arguments, env=self.environment(**variables), cwd=self.folder
        )
        async with Client(stdio_client(started)) as client:
            yield client

    def installed(self, checkout: Path) -> None:
        """Have uv install what the checkout needs, as the first start of its server does."""
        command = ["uv", "run", "--quiet", "--project", checkout, "--locked", "--no-dev", "postwright", "--version"]
        subprocess.run(command, cwd=self.folder, env=self.environment(), check=True)

    def checkout(self) -> Path:
        """Make what a client clones that installs the plugin, but for tests, bench and docs."""
        folder = self.folder / "checkout"
        self.python("-m", "release.desktop", folder)
        for name in (".claude-plugin", "skills"):
            shutil.copytree(ROOT / name, folder / name)
        return folder
