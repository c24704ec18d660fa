"""Take media files in: from the disk, from a link, from the call itself; measured before they are kept."""

import base64
import binascii
import hashlib
import os
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

import structlog
from anyio import to_thread

from engine.guard import Barred, open_inside
from engine.media import INCOMING, Full, MediaStore
from providers.fetch import Fetcher, shown
from providers.measuring import Unmeasured, measure
from providers.platform_media import MOST_PIXELS
from providers.protocol import Failure
from schemas.asset import Asset, Measures, Progress
from schemas.errors import ErrorCode
from schemas.untrusted import clean

log = structlog.get_logger(__name__)

#: The most that a call may carry itself, decoded (bytes): more of it would not fit through every client.
MOST_DATA = 8_000_000
#: Media types that say nothing.
_OPAQUE = ("", "application/octet-stream", "binary/octet-stream")
_PIECE = 1024 * 1024
_KINDS = "Give a JPEG, PNG, GIF, WebP, HEIC, AVIF, MP4, MOV, WebM, MKV or AVI file."


class Unusable(Exception):  # noqa: N818  (it is a refusal, told to whoever named the file)
    """Raised for a file that is not taken in: why, and the fix."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


class Takings:
    """Brings files into a store; links are loaded by ``fetcher``, which keeps out of private networks."""

    def __init__(self, store: MediaStore, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher

    async def path(self, named: str, roots: Sequence[Path], alt_text: str | None, progress: Progress) -> Asset:
        """Take in a file of this machine that lies in one of ``roots``.

        Raises:
            Unusable: it may not be read, or is nothing that platforms take.
            Failure: it cannot be kept.
        """
        try:
            file = await to_thread.run_sync(open_inside, named, roots)
        except Barred as barred:
            raise Unusable(f"{_short(named)} cannot be used: {barred.why}", barred.fix) from barred
        with file:
            size = os.fstat(file.fileno()).st_size
            async with self._incoming() as target:
                if await _copied(file, target, size, progress) != size:
                    raise Unusable(f"{_short(named)} changed while it was read", "Give it when it is complete.")
                return await self._keep(target, named, _base(named), alt_text)

    async def link(self, link: str, alt_text: str | None, progress: Progress) -> Asset:
        """Take in what a link leads to.

        Raises:
            Unusable: it is nothing that platforms take.
            Failure: it does not load, or cannot be kept.
        """
        async with self._incoming() as target:
            await self._fetcher.download(link, target, progress)
            return await self._keep(target, shown(link), _base(link.partition("?")[0]), alt_text)

    async def look(self, link: str) -> Measures:
        """Look at the head of what a link leads to, without keeping it; ``bytes`` is 0 where the server does not tell.

        Where the head does not tell what it is, only the kind is told, by the server's word.

        Raises:
            Failure: it does not open.
        """
        async with self._incoming() as target:
            seen = await self._fetcher.sample(link, target)
            with suppress(Unmeasured):
                return await measure(target, seen.bytes, whole=False)
        kind = "" if seen.media_type in _OPAQUE else seen.media_type.partition("/")[0]
        return Measures(f"{kind}/", seen.bytes)

    async def data(self, encoded: str, filename: str, alt_text: str | None) -> Asset:
        """Take in a file that the call carries itself, in base64.

        Raises:
            Unusable: it is no base64, too much, or nothing that platforms take.
            Failure: it cannot be kept.
        """
        encoded = "".join(_bare(encoded).split())
        if len(encoded) > MOST_DATA * 4 // 3 + 4:
            fix = "Save it to a file and give its path, or put it on the web and give its url."
            raise Unusable(f"data holds more than {MOST_DATA:,} bytes", fix)
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise Unusable("data is no base64", "Encode the file's bytes in base64.") from None
        async with self._incoming() as target:
            await to_thread.run_sync(target.write_bytes, content)
            return await self._keep(target, filename, _base(filename), alt_text)

    async def _keep(self, target: Path, named: str, name: str, alt_text: str | None) -> Asset:
        size, digest = await to_thread.run_sync(_digest, target)
        try:
            measures = await self._store.measured(digest) or await measure(target, size)
        except Unmeasured as error:
            raise Unusable(f"{_short(named)} cannot be used: {error}", _KINDS) from error
        _hold_against_bombs(measures, named)
        asset = Asset("", "", clean(name, 120) or "file", measures, alt_text)
        return await self._store.add(target, digest, asset)

    @asynccontextmanager
    async def _incoming(self) -> AsyncGenerator[Path]:
        """Give a file to write to, of which nothing is left unless it was kept."""
        target = self._store.folder / f"{INCOMING}{token_hex(8)}"
        try:
            await to_thread.run_sync(_make, target)
            yield target
        except Full as full:
            fix = "Use links, wait until older files are forgotten, or let the user raise POSTWRIGHT_MEDIA_BYTES."
            raise Unusable(f"with it, more than {full.most:,} bytes of files would be kept", fix) from full
        except (sqlite3.Error, OSError) as error:
            log.exception("media_not_kept")
            message = f"The file could not be kept ({error}). Nothing was sent."
            advice = "Tell the user to free disk space where postwright keeps its files (POSTWRIGHT_HOME)."
            raise Failure(ErrorCode.STORAGE_FAILED, message, advice=advice) from error
        finally:
            with suppress(OSError):
                target.unlink(missing_ok=True)


async def _copied(file: BinaryIO, target: Path, size: int, progress: Progress) -> int:
    """Copy a file, and tell how much there was of it; of one that grows meanwhile, not without end."""
    done = 0
    with target.open("wb") as copy:
        while done <= size and (piece := await to_thread.run_sync(file.read, _PIECE)):
            await to_thread.run_sync(copy.write, piece)
            done += len(piece)
            await progress(min(done, size), size, "Reading the file.")
    return done


def _hold_against_bombs(measures: Measures, named: str) -> None:
    if (measures.width or 0) * (measures.height or 0) > MOST_PIXELS:
        why = f"{_short(named)} has {measures.width} x {measures.height} pixels; at most {MOST_PIXELS:,} are taken"
        raise Unusable(why, "Give a smaller picture.")


def _digest(path: Path) -> tuple[int, str]:
    """Bring a file safely to the disk, and tell its size and digest."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb+") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _make(target: Path) -> None:
    """Make an empty file, and the folder for it, for its owner alone."""
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600, exist_ok=False)


def _bare(encoded: str) -> str:
    """Take a data link's head off."""
    return encoded.partition(",")[2] if encoded.startswith("data:") else encoded


def _base(named: str) -> str:
    return named.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _short(named: str) -> str:
    return clean(named, 120)
