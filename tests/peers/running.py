"""Start a peer's process, wait until it answers, and end it."""

import os
import signal
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

#: Tries that a peer gets to come up, and seconds for each: about 1 % of the starts of a PDS hang (reference peers 2).
TRIES, PATIENCE = 2, 45.0
#: Seconds that a peer gets to end by itself, and between two looks whether it answers.
_GRACE, _REST = 10.0, 0.05


@contextmanager
def running(
    command: Sequence[str | Path],
    folder: Path,
    *,
    url: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    patience: float = PATIENCE,
) -> Generator[subprocess.Popen[bytes]]:
    """Run a peer for as long as the block lasts; ``folder`` takes its log, and it answers on ``url`` once it is there.

    It runs in ``directory``, by default the same folder. The number of the try stands in its variable ``PEER_TRY``; the
    last gets at least ``PATIENCE``.

    Raises:
        RuntimeError: it did not come up, twice; with the end of its log.
    """
    process = None
    for number in range(1, TRIES + 1):
        process = _start(command, folder, directory or folder, {**(environment or {}), "PEER_TRY": str(number)})
        if number == TRIES:
            patience = max(patience, PATIENCE)
        if _came_up(process, url, time.monotonic() + patience):
            break
        end(process)
    else:
        log = (folder / "peer.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{command[0]} did not come up within {patience:.0f} s. Its log ends:\n{log[-4000:]}")
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and what it started."""
    _tell(process, signal.SIGTERM)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _tell(process, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()


def answers(url: str) -> bool:
    """Tell whether somebody answers with success there."""
    try:
        return httpx2.get(url, timeout=20, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def _start(
    command: Sequence[str | Path], folder: Path, directory: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "peer.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _came_up(process: subprocess.Popen[bytes], url: str, deadline: float) -> bool:
    while process.poll() is None and time.monotonic() < deadline:
        if answers(url):
            return True
        time.sleep(_REST)
    return False


def _tell(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    """Signal the group of a process: it leads one of its own, as long as anybody in it lives."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, what)
