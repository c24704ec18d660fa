"""Open a file that a call names, only if it lies inside a folder that was opened to calls.

The descriptor is judged, not the name: between looking at a name and opening it, what it leads to may be changed
(reference engine 3.1, row 4).
"""

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

#: A link to a local file begins so.
FILE_LINK = "file:"
#: The largest file that is taken in (bytes): no platform takes a larger one by API but YouTube (platform_rules).
MOST_BYTES = 4_000_000_000


class Barred(Exception):  # noqa: N818  (it is a refusal, told to whoever named the file)
    """Raised for a file that may not be read, or is none; the text says why."""


def open_inside(named: str, roots: Sequence[Path]) -> BinaryIO:
    """Open a file for reading, and hand it over once it is certain that it lies in one of ``roots``.

    Raises:
        Barred: it does not, or is no regular file with one name, or is empty or too large.
    """
    folders = [root.resolve() for root in roots]
    path = _path(named)
    if not path.is_absolute():
        path = next((folder / path for folder in folders if (folder / path).exists()), path)
    # Nothing outside is even opened: to open a device can do something.
    if not _inside(Path(os.path.realpath(path)), folders):
        raise Barred("it lies outside the folders that are open to calls")
    try:
        descriptor = os.open(path, os.O_RDONLY | _NEVER_WAIT)
    except (OSError, ValueError) as error:
        raise Barred(f"it cannot be opened ({_why(error)})") from error
    file = os.fdopen(descriptor, "rb")
    try:
        _judge(descriptor, path, folders)
    except BaseException:
        file.close()
        raise
    return file


def _path(named: str) -> Path:
    """Read a path as a person writes it, or a link to a file of this machine."""
    try:
        if named.lower().startswith(FILE_LINK):
            link = urlsplit(named)
            if link.netloc not in ("", "localhost"):
                raise Barred("it is on another machine")
            named = unquote(link.path)
        return Path(named).expanduser()
    except (RuntimeError, ValueError) as error:
        raise Barred("it is no path") from error


def _judge(descriptor: int, path: Path, folders: Sequence[Path]) -> None:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise Barred("it is no regular file")
    if not _inside(_real(descriptor, path, found), folders):
        raise Barred("it lies outside the folders that are open to calls")
    if found.st_nlink != 1:
        raise Barred("it has further names elsewhere (hard links)")
    if not 0 < found.st_size <= MOST_BYTES:
        raise Barred("it is empty" if not found.st_size else f"it is larger than {MOST_BYTES:,} bytes")


def _real(descriptor: int, path: Path, found: os.stat_result) -> Path:
    """Tell where an open file really lies."""
    if sys.platform == "linux":
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415  (not on Windows)

        told = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
        return Path(os.fsdecode(told.rstrip(b"\x00")))
    real = Path(os.path.realpath(path))
    if not os.path.samestat(real.stat(), found):
        raise Barred("it was exchanged while it was opened")
    return real


def _inside(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _why(error: Exception) -> str:
    return error.strerror or "failed" if isinstance(error, OSError) else "no path"


# A named pipe would let whoever opens it wait for a writer. Not every system knows each of these.
_FLAGS = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_NEVER_WAIT = sum({getattr(os, name, 0) for name in _FLAGS})
