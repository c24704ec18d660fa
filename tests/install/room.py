"""A machine as a new user has it: an empty home, a folder to work in, and nothing else in the environment."""

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.clients.table import CLIENTS, Client, Language, Scope

ROOT = Path(__file__).parents[2]
JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Room:
    """An empty home, and the folder that commands run in."""

    home: Path
    folder: Path
    more: dict[str, str] = field(default_factory=dict[str, str])

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", **self.more, **more}

    def setup(self, *arguments: str | Path, limit: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run ``postwright setup`` as a process of its own; ``limit`` bounds the bytes of a file that it writes."""
        bound = ("prlimit", f"--fsize={limit}", "env", "PYTHONDONTWRITEBYTECODE=1") if limit else ()
        return subprocess.run(
            [*bound, sys.executable, "-m", "server", "setup", *map(str, arguments)],
            env=self.environment(**more),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def done(self, *arguments: str | Path, **more: str) -> str:
        """Run it, without being asked; it must succeed."""
        ended = self.setup(*arguments, "--yes", **more)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def file(self, client: str, scope: str | None = None) -> Path:
        """Find where a client's file belongs in this home, by a reading of the table of our own."""
        row = CLIENTS[client]
        *_, last = row.files[Scope(scope) if scope else next(iter(row.files))]
        template = last.replace("{config}", str(self.home / ".config")).replace("~", str(self.home))
        return self.folder / template

    def servers(self, client: str, scope: str | None = None) -> JsonObject:
        return servers(CLIENTS[client], self.file(client, scope))


def servers(client: Client, file: Path) -> JsonObject:
    """Read the servers out of a client's file with the standard library alone."""
    text = file.read_text(encoding="utf-8")
    value: Any = tomllib.loads(text) if client.language is Language.TOML else json.loads(text)
    for step in client.key:
        value = value[step]
    return value
