"""Where peers lie, and how they are brought there: ``.peers/`` at the top of the checkout, one folder for each."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.clients import node

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / ".peers"
#: Systems draw the ports of clients from above these: a server that starts must not find its own taken by one.
_PORTS = range(20_000, 30_000)


def from_npm(name: str) -> None:
    """Install the pinned packages of ``node/NAME`` from npm, without running their install scripts.

    Raises:
        FileNotFoundError: There is no node.
        subprocess.CalledProcessError: npm failed.
    """
    folder = PLACE / name
    shutil.copytree(HERE / "node" / name, folder, dirs_exist_ok=True)
    program = node.binary()
    npm = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [program, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]
    subprocess.run(command, check=True, env=environment)


def from_pypi(name: str) -> None:
    """Install the pinned packages of ``python/NAME.txt`` into a virtual environment of their own.

    Raises:
        subprocess.CalledProcessError: uv failed.
    """
    uv, folder = _uv(), PLACE / name
    subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
    packages = HERE / "python" / f"{name}.txt"
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python(name), "-r", packages], check=True)


def node_on_loopback() -> list[str | Path]:
    """Name the Node whose servers listen on loopback only."""
    return [node.binary(), "--import", (HERE / "node/loopback.mjs").as_uri()]


def python(name: str) -> Path:
    """Name the Python of a peer from PyPI."""
    return PLACE / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def missing(name: str, mark: Path) -> str | None:
    """Say what keeps a peer from running here; ``None`` when nothing does. ``mark`` lies there once it is installed."""
    return None if mark.exists() else f"no {name}: it is not installed (uv run python -m tests.peers {name})"


def free_ports(count: int) -> list[int]:
    """Find so many ports of loopback that nobody listens on now, nor another test process as long as this one lives."""
    found: list[int] = []
    while len(found) < count:
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        if _reserve(port):
            found.append(port)
    return found


def _reserve(port: int) -> bool:
    """Keep a port for this process, also while its server is down: by the one of UDP with its number."""
    with socket.socket(type=socket.SOCK_DGRAM) as mark, socket.socket() as server:
        try:
            mark.bind(("127.0.0.1", port))
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
        mark.detach()  # it stays bound until the process ends
    return True


def _uv() -> list[str | Path]:
    """Name uv: the program, or the module of this Python."""
    return [found] if (found := shutil.which("uv")) else [sys.executable, "-m", "uv"]
