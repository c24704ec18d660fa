"""Which files are opened below a folder, as the system itself tells."""

import ctypes
import os
import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_OPENED, _NEVER_WAIT = 0x20, os.O_NONBLOCK
_HEAD = struct.Struct("iIII")


@dataclass
class Watch:
    """What was opened; ``opened()`` tells the names, in turn."""

    descriptor: int

    def opened(self) -> list[str]:
        try:
            told = os.read(self.descriptor, 1 << 20)
        except BlockingIOError:
            return []
        names: list[str] = []
        while told:
            length = _HEAD.unpack_from(told)[3]
            names.append(told[_HEAD.size : _HEAD.size + length].rstrip(b"\x00").decode() or ".")
            told = told[_HEAD.size + length :]
        return names


@contextmanager
def watching(*folders: Path) -> Generator[Watch]:
    """Watch what is opened in folders, by whichever process, until the block ends (Linux alone)."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor: int = libc.inotify_init1(_NEVER_WAIT)
    try:
        for folder in folders:
            assert libc.inotify_add_watch(descriptor, os.fsencode(folder), _OPENED) >= 0
        yield Watch(descriptor)
    finally:
        os.close(descriptor)
