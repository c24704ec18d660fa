"""postwright's commands as processes of their own, on a home of the test's."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(home: Path, **settings: str) -> dict[str, str]:
    named = {f"POSTWRIGHT_{name}": value for name, value in settings.items()}
    return {"PATH": os.environ["PATH"], "POSTWRIGHT_HOME": str(home), "POSTWRIGHT_PROBE_URLS": "off", **named}


def run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=ROOT,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@contextmanager
def started(
    home: Path, *arguments: str, beside: dict[str, str] | None = None, **settings: str
) -> Generator[subprocess.Popen[str]]:
    """Run a command until the block ends; its log goes to ``log`` beside the home.

    ``beside`` are variables that are no settings of ours.
    """
    given = {**environment(home, **settings), **(beside or {})}
    with launched(home, ("-m", "server", *arguments), given) as process:
        yield process


@contextmanager
def launched(home: Path, words: tuple[str, ...], given: dict[str, str]) -> Generator[subprocess.Popen[str]]:
    """Run Python with these words and variables; else as `started`."""
    with (
        (home.parent / "log").open("a", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=given,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()
            process.wait(timeout=120)


def logged(home: Path) -> str:
    """Read what the processes of a home logged."""
    path = home.parent / "log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def stop(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGTERM) -> int:
    """Ask a process to stop, and wait for it."""
    process.send_signal(how)
    return process.wait(timeout=120)
