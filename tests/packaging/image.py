"""The Dockerfile, followed line by line without an engine, as far as that goes.

The root of the file system is a folder, in which all stages work; so only the paths that the file names lie in it. The
base image is a virtual environment of this Python, its network the machine's, and its port a free one on loopback.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dockerfile_parse import DockerfileParser
from filelock import FileLock

from tests.packaging.room import NETWORK, ROOT

#: The port in the file, and what the server listens on there.
PORT, EVERYWHERE = "8765", "0.0.0.0"

#: The tops of all paths that the file may name.
_PATHS = re.compile(r"(?<![\w./-])/(?=(?:build|opt|data|media)\b)")


def lines() -> list[tuple[str, str]]:
    """Every instruction and what stands after it, continued lines joined."""
    parsed = DockerfileParser(path=str(ROOT))
    return [(line["instruction"], line["value"]) for line in parsed.structure if line["instruction"] != "COMMENT"]


@dataclass
class Image:
    """What has been built in ``root`` so far."""

    root: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    folder: str = "/"
    told: dict[str, str] = field(default_factory=dict[str, str])
    """The last of each instruction that says how the image is run."""

    def build(self) -> None:
        """Follow the file from its first line to its last; where another process has, only read how it is run."""
        with FileLock(f"{self.root}.lock"):
            built = self.root.exists()
            if not built:
                subprocess.run(["uv", "venv", "--quiet", "--seed", "--python", sys.executable, self._base], check=True)
            for instruction, value in lines():
                step = getattr(self, f"_{instruction.lower()}", None)
                if step is None:
                    self.told[instruction] = value
                elif not (built and instruction in ("COPY", "RUN")):
                    step(value)

    def command(self, *instructions: str, port: int, host: str = "127.0.0.1") -> list[str]:
        """Read instructions in the exec form, with the port and the address of this machine."""
        words = [word for name in instructions for word in json.loads(self.told[name].rpartition("CMD ")[2])]
        return [word.replace(PORT, str(port)).replace(EVERYWHERE, host) for word in words]

    def start(self, command: Sequence[str], log: IO[bytes] | None = None, **more: str) -> "subprocess.Popen[bytes]":
        """Start a process as the image would; what it says goes into ``log``."""
        found = shutil.which(command[0], path=self._environment["PATH"])
        assert found, f"{command[0]} is not on the image's path"
        return subprocess.Popen(
            [found, *command[1:]],
            env={**self._environment, **more},
            cwd=self.at(self.folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def at(self, path: str) -> Path:
        """Find a path of the image."""
        return self.root / path.lstrip("/")

    @property
    def _base(self) -> Path:
        return self.root / "base"

    @property
    def _environment(self) -> dict[str, str]:
        path = f"{self._base / 'bin'}{os.pathsep}{os.environ['PATH']}"
        found = {"PATH": path, "HOME": str(self.home)}
        for name, value in self.environment.items():
            found[name] = self._here(value).replace("$PATH", path)
        return found

    def _here(self, text: str) -> str:
        return _PATHS.sub(f"{self.root}/", text)

    def _from(self, value: str) -> None:
        self.environment, self.folder = {}, "/"

    def _workdir(self, value: str) -> None:
        self.folder = value
        self.at(value).mkdir(parents=True, exist_ok=True)

    def _env(self, value: str) -> None:
        self.environment |= dict(word.split("=", 1) for word in shlex.split(value))

    def _copy(self, value: str) -> None:
        flags = [word for word in value.split() if word.startswith("--")]
        *sources, target = (word for word in value.split() if not word.startswith("--"))
        if any(flag.startswith("--from=") for flag in flags):
            assert sources == [target], "all stages work in one folder"
            assert self.at(target).is_dir()
            return
        for source in sources:
            _put(ROOT / source, self.at(self.folder) / target / ("" if target == source else source))

    def _run(self, value: str) -> None:
        network = NETWORK | {name: told for name, told in os.environ.items() if name.startswith("PIP_")}
        environment = {**network, "UV_CACHE_DIR": _cache(), **self._environment}
        subprocess.run(["sh", "-ec", self._here(value)], env=environment, cwd=self.at(self.folder), check=True)


def _put(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _cache() -> str:
    return subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
