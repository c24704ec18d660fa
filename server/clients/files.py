"""Read a client's file, and put another text in its place: whole or not at all, with a copy of what was there."""

import os
import stat
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from server.clients.jsontext import UnreadableError


class ChangedError(Exception):
    """Raised when a file is no longer what it was when the change was worked out."""


def read(file: Path) -> str | None:
    """Return the text of a file; ``None`` when there is none.

    Raises:
        UnreadableError: it is no file of text.
        OSError: it may not be read.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UnreadableError("it is not a file")
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise UnreadableError("it is not text in UTF-8") from None


def write(file: Path, before: str | None, after: str, now: datetime, *, private: bool) -> Path | None:
    """Put ``after`` in the place of ``before``; return where the copy of that lies.

    A link is followed. The file keeps its mode and its owner; a new one that is ``private`` is its owner's alone.

    Raises:
        ChangedError: the file does not hold ``before``.
        OSError: it cannot be written.
    """
    real = Path(os.path.realpath(file))
    if read(real) != before:
        raise ChangedError(f"{file} was changed meanwhile: nothing was written. Run the command again.")
    real.parent.mkdir(parents=True, exist_ok=True)
    if before is None:
        new = _written(real, after, None, f".{real.name}-", ".new")
        if not private:
            new.chmod(0o666 & ~_mask())
        new.replace(real)
        return None
    was = real.stat()
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "it may not be written to", str(file))
    copy = _written(real, before, was, f"{real.name}.{now:%Y%m%dT%H%M%SZ}-", ".bak")
    _written(real, after, was, f".{real.name}-", ".new").replace(real)
    return copy


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _written(real: Path, text: str, like: os.stat_result | None, prefix: str, suffix: str) -> Path:
    """Write a text to a new file beside one, readable to its owner alone unless it is to be like another."""
    descriptor, name = tempfile.mkstemp(suffix, prefix, real.parent)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            path.chmod(stat.S_IMODE(like.st_mode))
            with suppress(PermissionError, AttributeError):
                os.chown(path, like.st_uid, like.st_gid)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return path
