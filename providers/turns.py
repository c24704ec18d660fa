"""Turns: so many requests to one service at one time, over all processes of a home.

A client starts a server per session, and a service counts them together. A turn is a lock of the operating system on
one of a few files: a process that dies, however it dies, lets go of it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import structlog
from anyio import Semaphore, fail_after, sleep
from filelock import lock_descriptor, unlock_descriptor

from providers.jitter import full_jitter

log = structlog.get_logger(__name__)

#: How long to wait before looking again for a free file, at least and at most (seconds).
_SOON, _LATER = 0.01, 0.05


class Turns:
    """At most ``most`` at one time: in this process, and with ``folder`` in all that use the same ``name`` there."""

    def __init__(self, most: int, folder: Path | None = None, name: str = "") -> None:
        self._free = Semaphore(most)
        self._paths = [folder / f"{name}-{number}.lock" for number in range(most)] if folder else []
        self._alone = False

    async def take(self, seconds: float) -> Callable[[], None]:
        """Wait for a turn and tell how to give it back.

        Raises:
            TimeoutError: none was free within ``seconds``.
        """
        with fail_after(seconds):
            await self._free.acquire()
            try:
                file = await self._file()
            except BaseException:
                self._free.release()
                raise

        def give_back() -> None:
            if file is not None:
                _let_go(file)
            self._free.release()

        return give_back

    async def _file(self) -> int | None:
        """Wait for a file; ``None`` without files, and where they cannot be used: then this process counts alone."""
        try:
            while self._paths:
                for path in self._paths:
                    file = _locked(path)
                    if file is not None:
                        return file
                await sleep(_SOON + full_jitter(_LATER - _SOON))
        except OSError as error:
            if not self._alone:
                log.warning("turns_not_shared", folder=str(self._paths[0].parent), error=str(error))
            self._alone = True
        return None


def _locked(path: Path) -> int | None:
    """Try to lock a file, opened anew each time: a lock belongs to what was opened, even within one process."""
    file = _open(path)
    locked = False
    try:
        locked = lock_descriptor(file, blocking=False)
    finally:
        if not locked:
            os.close(file)
    return file if locked else None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _let_go(file: int) -> None:
    """Unlock before closing: a process that was forked meanwhile has what was opened, too."""
    try:
        unlock_descriptor(file)
    finally:
        os.close(file)
