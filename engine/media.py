"""Files in our keeping: each once, under a handle that is the same for the same content and alternative text.

They lie in a folder of the home that only its owner may read; rows in the shared database say what they are, until when
they are kept, and what a provider calls them that has them too. Several processes are the normal case.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from providers.store import Connection, Row, Store
from schemas.asset import Asset, Brought, Measures
from schemas.instant import Clock

MEDIA_MIGRATIONS = (
    """
    CREATE TABLE media (
        handle TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        name TEXT NOT NULL,
        alt_text TEXT,
        media_type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        width INTEGER,
        height INTEGER,
        duration REAL,
        frame_rate REAL,
        keep_until REAL NOT NULL
    ) STRICT;
    CREATE INDEX media_by_content ON media (content);
    CREATE INDEX media_by_age ON media (keep_until);
    CREATE TABLE media_at (
        handle TEXT NOT NULL REFERENCES media (handle) ON DELETE CASCADE,
        provider TEXT NOT NULL,
        tenant TEXT NOT NULL,
        reference TEXT NOT NULL,
        expires_at REAL,
        PRIMARY KEY (handle, provider, tenant)
    ) STRICT
    """,
)
PREFIX = "media:"
#: A file that is being taken in has such a name. What is older than a day and in no row, a process that died left.
INCOMING, LEFT = ".incoming-", timedelta(days=1)
#: What a provider has under a name that ends sooner than this is brought anew (reference genviral 12: ten minutes).
_SOON = timedelta(minutes=5)


class Full(Exception):  # noqa: N818  (it is a state, told to whoever brings a file)
    """Raised for a file with which more than ``most`` bytes would be kept."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class MediaStore:
    """The files in ``folder``, each kept for ``keep`` after its last use, in all at most ``most_bytes``."""

    def __init__(self, database: Store, folder: Path, clock: Clock, keep: timedelta, most_bytes: int) -> None:
        self._database = database
        self.folder = folder
        self._clock = clock
        self._keep = keep
        self.most_bytes = most_bytes

    async def add(self, path: Path, digest: str, asset: Asset) -> Asset:
        """Keep a file that was written into ``folder`` under a name of its own; ``digest`` is of its content.

        Raises:
            Full: there is no room for it.
            sqlite3.Error, OSError: it is not kept.
        """
        kept = replace(asset, path=str(self.folder / digest), handle=handle_of(digest, asset.alt_text))
        until = self._clock() + self._keep
        add = partial(_add, path=path, digest=digest, asset=kept, until=until, most_bytes=self.most_bytes)
        try:
            await self._write(add)
        except (sqlite3.Error, OSError):
            with suppress(sqlite3.Error, OSError):
                await self._database.write(partial(_drop, path=Path(kept.path)))
            raise
        return kept

    async def find(self, handles: Iterable[str], provider: str, tenant: str) -> dict[str, Asset]:
        """Find assets by handle, each with what a provider calls it; not those whose file somebody removed.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        wanted, soon = list(handles), (self._clock() + _SOON).timestamp()

        def read(connection: Connection) -> list[Asset]:
            rows = (row for name in wanted for row in connection.execute(_FIND, (provider, tenant, soon, name)))
            return [asset for asset in map(self._asset, rows) if asset.remote or Path(asset.path).exists()]

        return {asset.handle: asset for asset in await self._database.read(read)}

    async def measured(self, digest: str) -> Measures | None:
        """Tell what was measured on a file of this content, if one is kept.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        row = await self._database.read(lambda connection: connection.execute(_MEASURED, (digest,)).fetchone())
        return _measures(row) if row else None

    async def note_brought(self, asset: Asset, provider: str, tenant: str, brought: Brought) -> Asset:
        """Remember what a provider calls a file that it has now.

        Raises:
            sqlite3.Error, OSError: it cannot be remembered, and will be brought again.
        """
        expires = brought.expires_at.timestamp() if brought.expires_at else None
        values = (asset.handle, provider, tenant, brought.reference, expires)
        await self._database.write(lambda connection: connection.execute(_BROUGHT, values))
        return replace(asset, remote=brought.reference)

    async def note_gone(self, handles: Iterable[str], provider: str, tenant: str) -> None:
        """Forget what a provider called files, which it may not have any more: they will be brought anew.

        Raises:
            sqlite3.Error, OSError: it is still known.
        """
        rows = [(name, provider, tenant) for name in handles]
        await self._database.write(lambda connection: connection.executemany(_GONE, rows))

    async def keep(self, handles: Iterable[str], after: datetime | None) -> None:
        """Keep files that a post uses for a while after it goes out.

        Raises:
            sqlite3.Error, OSError: they are kept no longer than before.
        """
        if not (named := list(handles)):
            return
        until = (max(after or self._clock(), self._clock()) + self._keep).timestamp()
        rows = [(until, name) for name in named]
        await self._database.write(lambda connection: connection.executemany(_KEEP, rows))

    async def forget(self) -> int:
        """Remove what is kept no longer, and what processes that died left; tell how many rows went.

        Raises:
            sqlite3.Error, OSError: not all of it could be removed.
        """
        now = self._clock().timestamp()
        gone = await self._database.write(partial(_forget, folder=self.folder, now=now))
        await self._database.write(partial(_sweep, folder=self.folder, before=now - LEFT.total_seconds()))
        return gone

    async def _write(self, add: Callable[[Connection], None]) -> None:
        try:
            await self._database.write(add)
        except Full:
            await self._database.write(partial(_forget, folder=self.folder, now=self._clock().timestamp()))
            await self._database.write(add)

    def _asset(self, row: Row) -> Asset:
        path = str(self.folder / row["content"])
        return Asset(row["handle"], path, row["name"], _measures(row), row["alt_text"], row["reference"])


def _measures(row: Row) -> Measures:
    return Measures(**{name: row[name] for name in _MEASURES})


def handle_of(digest: str, alt_text: str | None) -> str:
    """Name a file by its content and its alternative text, which is part of what is shown."""
    named = digest if not alt_text else hashlib.sha256(f"{digest}\n{alt_text}".encode()).hexdigest()
    return f"{PREFIX}{named[:32]}"


def _add(connection: Connection, *, path: Path, digest: str, asset: Asset, until: datetime, most_bytes: int) -> None:
    # Within the transaction, so that nobody forgets the file between the two, or fills the room for it.
    others = connection.execute(_USED_BY_OTHERS, (digest,)).fetchone()[0]
    if others + asset.measures.bytes > most_bytes:
        raise Full(most_bytes)
    measured = tuple(getattr(asset.measures, name) for name in _MEASURES)
    connection.execute(_ADD, (asset.handle, digest, asset.name, asset.alt_text, *measured, until.timestamp()))
    path.replace(asset.path)
    if os.name != "nt":
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring a folder's names safely to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(connection: Connection, *, path: Path) -> None:
    """Remove a file that no row speaks of."""
    if not connection.execute("SELECT 1 FROM media WHERE content = ?", (path.name,)).fetchone():
        path.unlink(missing_ok=True)


def _forget(connection: Connection, *, folder: Path, now: float) -> int:
    rows = connection.execute("DELETE FROM media WHERE keep_until < ? RETURNING content", (now,)).fetchall()
    for content in {row["content"] for row in rows}:
        _drop(connection, path=folder / content)
    return len(rows)


def _sweep(connection: Connection, *, folder: Path, before: float) -> None:
    """Remove old files that no row speaks of."""
    kept = {row["content"] for row in connection.execute("SELECT DISTINCT content FROM media")}
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in kept and path.stat().st_mtime < before:
                path.unlink()


_MEASURES = ("media_type", "bytes", "width", "height", "duration", "frame_rate")
_ADD = (
    "INSERT INTO media (handle, content, name, alt_text, media_type, bytes, width, height, duration, frame_rate,"
    " keep_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (handle) DO UPDATE SET name = excluded.name,"
    " keep_until = CASE WHEN excluded.keep_until > media.keep_until THEN excluded.keep_until ELSE media.keep_until END"
)
_FIND = (
    "SELECT media.*, reference FROM media LEFT JOIN media_at ON media_at.handle = media.handle"
    " AND provider = ? AND tenant = ? AND (expires_at IS NULL OR expires_at > ?) WHERE media.handle = ?"
)
_MEASURED = "SELECT * FROM media WHERE content = ? LIMIT 1"
_BROUGHT = (
    "INSERT INTO media_at (handle, provider, tenant, reference, expires_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (handle, provider, tenant) DO UPDATE SET reference = excluded.reference,"
    " expires_at = excluded.expires_at"
)
_GONE = "DELETE FROM media_at WHERE handle = ? AND provider = ? AND tenant = ?"
_KEEP = "UPDATE media SET keep_until = ?1 WHERE handle = ?2 AND keep_until < ?1"
_USED_BY_OTHERS = (
    "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT)"
    " FROM (SELECT DISTINCT content, bytes FROM media WHERE content != ?) AS others"
)
