"""Who uses a home: every process that does holds a lock of its own in it, so that a restore finds nobody there.

A lock of the system ends with its process, however that ends; a row in a table would not.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

log = structlog.get_logger(__name__)

#: Where the locks lie; one of them is the gate that all pass through to come in, and that a restore keeps shut.
FOLDER, GATE = "running", "gate"
#: Seconds that a process waits at the gate: to come in takes milliseconds, a restore longer.
GATE_SECONDS = 5.0


class InUseError(Exception):
    """Raised when a home cannot be had: others are in it, or a restore keeps them out."""


@contextmanager
def using(home: Path) -> Generator[None]:
    """Be in a home; what cannot be written is left to those who need it to say so.

    Raises:
        InUseError: a restore is at work there.
    """
    lock = _enter(home / FOLDER)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def alone(home: Path) -> Generator[None]:
    """Have a home to oneself: nobody is in it, and nobody comes in.

    Raises:
        InUseError: somebody is; the message names the processes.
        OSError: the folder of locks cannot be used.
    """
    folder = home / FOLDER
    _make(folder)
    gate = _gate(folder)
    try:
        others = [path.name.partition("-")[0] for path in _held(folder)]
        if others:
            raise InUseError(f"{len(others)} postwright use {home} (process {', '.join(others)}): stop them first.")
        yield
    finally:
        gate.release()


def _enter(folder: Path) -> FileLock | None:
    try:
        _make(folder)
        gate = _gate(folder)
        try:
            _held(folder)
            lock = FileLock(folder / f"{os.getpid()}-{secrets.token_hex(4)}.lock", thread_local=False)
            lock.acquire(blocking=False)
        finally:
            gate.release()
    except OSError as error:
        log.warning("home_not_locked", error=str(error))
        return None
    return lock


def _make(folder: Path) -> None:
    """Make the folder and the home that it is in, for their owner alone; what the home lies in is not ours."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def _gate(folder: Path) -> FileLock:
    gate = FileLock(folder / GATE, thread_local=False)
    try:
        gate.acquire(timeout=GATE_SECONDS)
    except Timeout:
        message = f"postwright is being restored in {folder.parent}: start again when that is done."
        raise InUseError(message) from None
    return gate


def _held(folder: Path) -> list[Path]:
    """Name the locks that a living process holds, and clear away those that the dead left."""
    held: list[Path] = []
    for path in sorted(folder.glob("*.lock")):
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            held.append(path)
            continue
        except OSError:
            continue
        lock.release()
        with suppress(OSError):
            path.unlink()
    return held
