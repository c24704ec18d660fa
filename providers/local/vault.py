"""Where the secrets of accounts lie: in the keyring of the system, or in a file that only its owner can read.

Nothing secret is in the database: its copies travel. One account's secrets are one entry, written whole or not at all.
Writers take turns by a lock on a file, over processes; a keyring has no transactions of its own.
"""

import json
import os
import stat
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Protocol, cast

from filelock import FileLock, Timeout

from schemas.instant import parse
from schemas.jsonvalue import members

#: The file in a home, and the lock beside it.
FILE, LOCK = "secrets.json", "secrets.lock"
LOCK_SECONDS = 10.0
#: Shorter ones are found in anything.
SHORTEST_SECRET = 8


class Place(StrEnum):
    """Where secrets are kept. ``auto``: in the keyring where there is a usable one, else in the file."""

    AUTO = "auto"
    KEYRING = "keyring"
    FILE = "file"


class VaultError(Exception):
    """Raised when secrets cannot be read or kept; the message says why and what to do, and holds none of them."""


class Keyring(Protocol):
    """What we use of the keyring of a system."""

    def get_password(self, service: str, username: str) -> str | None:
        """Read an entry."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove an entry."""
        ...


class Vault:
    """The secrets of the accounts of one home; all of its methods wait for the disk, or for the keyring.

    ``hide`` is told the secrets of an account whenever they are read or written: from then on they may show nowhere.
    """

    def __init__(self, home: Path, place: Place, hide: Callable[[str, tuple[str, ...]], None]) -> None:
        self._path = home / FILE
        self._lock = home / LOCK
        self._place = place
        self._hide = hide
        self._service = f"postwright {home}"
        self._seen: tuple[tuple[int, ...], dict[str, dict[str, str]]] | None = None

    def read(self, account: str) -> Mapping[str, str] | None:
        """Read the secrets of an account; ``None``: this machine has none.

        Raises:
            VaultError: they cannot be read.
        """
        ring = self._ring()
        found = self._from_ring(ring, account) if ring else None
        if found is None and self._place is not Place.KEYRING:
            found = self._file().get(account)
        if found is not None:
            self._hide(account, hidden(found))
        return found

    def keep(self, account: str, secrets: Mapping[str, str]) -> str:
        """Keep the secrets of an account in place of what was kept of them; tell where they are, in words.

        Raises:
            VaultError: they cannot be kept; what was kept before is still there.
        """
        self._hide(account, hidden(secrets))
        with self._turn():
            if self._into_ring(account, secrets):
                self._change(lambda file: file.pop(account, None))
                return "the keyring of this system"
            self._change(lambda file: file.update({account: dict(secrets)}))
            return f"{self._path}, which only you can read"

    def forget(self, account: str) -> None:
        """Remove the secrets of an account, wherever they are.

        Raises:
            VaultError: they cannot be removed.
        """
        with self._turn():
            ring = self._ring()
            if ring and self._from_ring(ring, account) is not None:
                _ask(lambda: ring.delete_password(self._service, account))
            self._change(lambda file: file.pop(account, None))

    def _ring(self) -> Keyring | None:
        """Find the keyring, where it is to be used.

        Raises:
            VaultError: it must be used, and there is none.
        """
        if self._place is Place.FILE:
            return None
        try:
            import keyring  # noqa: PLC0415  (an extra; it looks for what the system has, 50 ms)
        except ImportError:
            ring = None
        else:
            ring = keyring.get_keyring()
        # Those below are for want of a better one: they keep nothing, or in plain text (keyring, "recommended").
        usable = ring is not None and (ring.priority >= 1 if self._place is Place.AUTO else ring.priority > 0)
        if not usable and self._place is Place.KEYRING:
            raise VaultError(_NO_KEYRING)
        return cast("Keyring", ring) if usable else None

    def _from_ring(self, ring: Keyring, account: str) -> dict[str, str] | None:
        told = _ask(lambda: ring.get_password(self._service, account))
        return _read(told) if told else None

    def _into_ring(self, account: str, secrets: Mapping[str, str]) -> bool:
        """Write an entry; false: the file has to take it, since there is no keyring, or not one for so much."""
        ring = self._ring()
        if ring is None:
            return False
        try:
            _ask(lambda: ring.set_password(self._service, account, json.dumps(dict(secrets))))
        except VaultError:
            if self._place is Place.KEYRING:
                raise
            # An older entry would be found before the file.
            with suppress(VaultError):
                ring.delete_password(self._service, account)
            return False
        return True

    @contextmanager
    def _turn(self) -> Generator[None]:
        try:
            self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self._lock, LOCK_SECONDS, mode=0o600, thread_local=False)
            lock.acquire()
        except (OSError, Timeout) as error:
            raise VaultError(f"{self._path.parent} cannot be written ({error}).") from error
        try:
            yield
        finally:
            lock.release()

    def _file(self) -> dict[str, dict[str, str]]:
        """Read the file.

        Raises:
            VaultError: others can read it too, or it cannot be read.
        """
        try:
            opened = os.open(self._path, os.O_RDONLY | _NO_LINK)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise VaultError(f"{self._path} cannot be read ({error.strerror}).") from error
        with os.fdopen(opened, encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            mode = stat.S_IMODE(found.st_mode)
            if os.name != "nt" and mode & 0o077:
                raise VaultError(f"{self._path} may be read by others (mode {mode:04o}): chmod 600 '{self._path}'")
            state = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._seen is None or self._seen[0] != state:
                try:
                    told = members(json.load(file))
                except (ValueError, OSError) as error:
                    message = f"{self._path} is damaged: move it away, and add its accounts again."
                    raise VaultError(message) from error
                self._seen = state, {account: _texts(told[account]) for account in told}
            return dict(self._seen[1])

    def _change(self, change: Callable[[dict[str, dict[str, str]]], object]) -> None:
        """Write the file anew, if a change changes it: whole, on the disk, and never readable by others."""
        before = self._file()
        after = dict(before)
        change(after)
        if after == before:
            return
        try:
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE}-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(after, file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise VaultError(f"{self._path} cannot be written ({error.strerror}).") from error


def hidden(secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Choose what of an account's secrets may show nowhere: not the times and numbers that are kept with them."""
    return tuple(value for value in secrets.values() if len(value) >= SHORTEST_SECRET and not _is_plain(value))


def _is_plain(value: str) -> bool:
    return value.lstrip("-").isdecimal() or parse(value) is not None


def _texts(told: object) -> dict[str, str]:
    return {name: value for name, value in members(told).items() if isinstance(value, str)}


def _read(told: str) -> dict[str, str]:
    try:
        return _texts(json.loads(told))
    except ValueError:
        return {}


def _ask(call: Callable[[], object]) -> str | None:
    """Ask a keyring; whatever a backend raises means that it cannot be used now."""
    try:
        answer = call()
    except Exception as error:
        raise VaultError(f"The keyring of this system cannot be used ({type(error).__name__}). {_OTHERWISE}") from error
    return answer if isinstance(answer, str) else None


_OTHERWISE = "Unlock it, or set POSTWRIGHT_SECRETS=file."
_NO_KEYRING = (
    "POSTWRIGHT_SECRETS=keyring, but there is no keyring to use: install postwright[keyring] on a system that has one,"
    " or set POSTWRIGHT_SECRETS=file."
)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
