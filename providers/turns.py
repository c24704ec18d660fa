"""Turns: so many requests to one service at one time, over all processes of a home.

A client starts a server per session, and a service counts them together. A turn is a lock of the operating system on
one of a few files: a process that dies, however it dies, lets go of it.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from anyio import Semaphore, fail_after, sleep
from filelock import FileLock, Timeout

from providers.jitter import full_jitter

log = structlog.get_logger(__name__)

#: How long to wait before looking again for a free file, at least and at most (seconds).
_SOON, _LATER = 0.01, 0.05


class Turns:
    """At most ``most`` at one time: in this process, and with ``folder`` in all that use the same ``name`` there."""

    def __init__(self, most: int, folder: Path | None = None, name: str = "") -> None:
        self._free = Semaphore(most)
        self._folder = folder
        paths = [folder / f"{name}-{number}.lock" for number in range(most)] if folder else []
        self._locks = [FileLock(path, thread_local=False) for path in paths]
        self._unusable = False

    async def take(self, seconds: float) -> Callable[[], None]:
        """Wait for a turn and tell how to give it back.

        Raises:
            TimeoutError: none was free within ``seconds``.
        """
        with fail_after(seconds):
            await self._free.acquire()
            try:
                lock = await self._file()
            except BaseException:
                self._free.release()
                raise

        def give_back() -> None:
            if lock:
                with suppress(OSError, RuntimeError):
                    lock.release()
            self._free.release()

        return give_back

    async def _file(self) -> FileLock | None:
        """Wait for a file; ``None`` without files, and where they cannot be used: then this process counts alone."""
        if not self._folder:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                found = next((lock for lock in self._locks if _locked(lock)), None)
                if found:
                    return found
                await sleep(_SOON + full_jitter(_LATER - _SOON))
        except (OSError, RuntimeError) as error:  # RuntimeError: inherited over a fork, or no locks on this system
            self._note(error)
            return None

    def _note(self, error: Exception) -> None:
        """Say once that this process counts alone, and look again with the next request."""
        if not self._unusable:
            log.warning("turns_not_shared", folder=str(self._folder), error=str(error))
        self._unusable = True


def _locked(lock: FileLock) -> bool:
    """Try to get a file; one that this process has already would be given to it twice."""
    if lock.is_locked:
        return False
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
