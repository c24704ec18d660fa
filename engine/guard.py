"""Open a file that a call names, only if it lies inside a folder that was opened to calls.

Where a name leads is found out first, and then gone to step by step, following no link: so nothing outside is even
opened, whoever exchanges files meanwhile. The open file is judged once more (reference engine 3.1, row 4).
"""

import errno
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
_MOVE = "Move it into an open folder, or let the user name its folder in POSTWRIGHT_MEDIA_ROOTS."
_CHECK = "Check the name."


class Barred(Exception):  # noqa: N818  (it is a refusal, told to whoever named the file)
    """Raised for a file that may not be read, or is none: why, and the fix."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


def open_inside(named: str, roots: Sequence[Path]) -> BinaryIO:
    """Open a file for reading, and hand it over once it is certain that it lies in one of ``roots``.

    Raises:
        Barred: it does not, or is not there, or is no regular file with one name, or is empty or too large.
    """
    try:
        folders = [root.resolve() for root in roots]
        real = _real(_path(named), folders)
        root = next((folder for folder in folders if real.is_relative_to(folder)), None)
        if root is None:
            open_ones = ", ".join(str(folder) for folder in folders) or "none"
            raise Barred("it lies outside the folders that are open to calls", f"{_MOVE} Open: {open_ones}.")
        return _opened(root, real, folders)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unopened(error) from error


def local_path(link: str) -> Path:
    """Read a link to a file of this machine.

    Raises:
        Barred: it leads to another one.
    """
    parts = urlsplit(link)
    if parts.netloc not in ("", "localhost"):
        raise Barred("it is on another machine", "Give the path of a file of this machine.")
    path = unquote(parts.path)
    # On Windows a link says /C:/folder.
    return Path(path[1:] if os.name == "nt" and path[2:3] == ":" else path)


def _path(named: str) -> Path:
    """Read a path as a person writes it, or a link to a file of this machine."""
    return local_path(named) if named.lower().startswith(FILE_LINK) else Path(named).expanduser()


def _real(path: Path, folders: Sequence[Path]) -> Path:
    """Tell where a path leads; one that is not absolute, from the first folder in which it is there."""
    places = [Path(os.path.realpath(folder / path)) for folder in (folders or [Path.cwd()])]
    return next((place for place in places if os.path.lexists(place)), places[0])


def _opened(root: Path, real: Path, folders: Sequence[Path]) -> BinaryIO:
    """Open what lies at ``real``, and judge it."""
    descriptor = _walk(root, real.relative_to(root).parts) if _STEPS else os.open(real, os.O_RDONLY | _NEVER_WAIT)
    file = os.fdopen(descriptor, "rb")
    try:
        _judge(descriptor, real, folders)
    except BaseException:
        file.close()
        raise
    return file


def _walk(root: Path, parts: Sequence[str]) -> int:
    """Go down from a folder, following no link, and open the last part."""
    folder = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)
    here = os.open(root, folder)
    try:
        for part in parts[:-1]:
            below = os.open(part, folder | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        last = parts[-1] if parts else "."
        # To open a pipe or a device can do something.
        _hold_to_regular(os.stat(last, dir_fd=here, follow_symlinks=False))
        return os.open(last, os.O_RDONLY | os.O_NOFOLLOW | _NEVER_WAIT, dir_fd=here)
    finally:
        os.close(here)


def _judge(descriptor: int, path: Path, folders: Sequence[Path]) -> None:
    found = os.fstat(descriptor)
    _hold_to_regular(found)
    where = _place(descriptor, path, found)
    if not any(where.is_relative_to(folder) for folder in folders):
        raise Barred("it was exchanged while it was opened", _CHECK)
    if found.st_nlink != 1:
        raise Barred("it has further names elsewhere (hard links)", "Give a copy of it.")
    if not found.st_size:
        raise Barred("it is empty", "Give another file.")
    if found.st_size > MOST_BYTES:
        raise Barred(f"it is larger than {MOST_BYTES:,} bytes", "Give a smaller file.")


def _hold_to_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Barred("it is a folder" if stat.S_ISDIR(found.st_mode) else "it is no regular file", "Name one file.")


def _place(descriptor: int, path: Path, found: os.stat_result) -> Path:
    """Tell where an open file really lies."""
    if sys.platform == "linux":
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415  (not on Windows)

        told = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
        return Path(os.fsdecode(told.rstrip(b"\x00")))
    real = Path(os.path.realpath(path))
    if not os.path.samestat(real.stat(), found):
        raise Barred("it was exchanged while it was opened", _CHECK)
    return real


def _unopened(error: Exception) -> Barred:
    """Tell why a file could not be opened; it would have lain inside, or its name makes no sense."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Barred("there is no such file", _CHECK)
    if isinstance(error, OSError) and error.errno in _EXCHANGED:
        return Barred("it was exchanged while it was opened", _CHECK)
    why = f"it cannot be opened ({error.strerror or 'failed'})" if isinstance(error, OSError) else "it is no path"
    return Barred(why, _CHECK)


# What the system says of a link where none was.
_EXCHANGED = (errno.ELOOP, errno.EMLINK)
# Windows cannot open a file from the folder that it lies in.
_STEPS = os.open in os.supports_dir_fd
# A named pipe would let whoever opens it wait for a writer. Not every system knows each of these.
_FLAGS = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_NEVER_WAIT = sum({getattr(os, name, 0) for name in _FLAGS})
