"""Files in our keeping: each once, under a handle that is the same for the same content and alternative text.

They lie in a folder of the home that only its owner may read; rows in the shared database say what they are, until when
they are kept, and what a provider calls them that has them too. Several processes are the normal case.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from providers.database import Database
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
#: A file that is being taken in has such a name; one that is older than a day was left by a process that died.
INCOMING, LEFT = ".incoming-", timedelta(days=1)
#: What a provider has under a name that ends sooner than this is brought anew (reference genviral 12: ten minutes).
_SOON = timedelta(minutes=5)


class MediaStore:
    """The files in ``folder``, each kept for ``keep`` after its last use, in all at most ``most_bytes``."""

    def __init__(self, database: Database, folder: Path, clock: Clock, keep: timedelta, most_bytes: int) -> None:
        self._database = database
        self.folder = folder
        self._clock = clock
        self._keep = keep
        self.most_bytes = most_bytes

    async def add(self, path: Path, digest: str, asset: Asset) -> Asset:
        """Keep a file that was written into ``folder`` under a name of its own; ``digest`` is of its content.

        Raises:
            sqlite3.Error, OSError: it is not kept.
        """
        kept = replace(asset, path=str(self.folder / digest), handle=handle_of(digest, asset.alt_text))
        until = self._clock() + self._keep
        await self._database.write(partial(_add, path=path, digest=digest, asset=kept, until=until))
        return kept

    async def find(self, handles: Iterable[str], provider: str, tenant: str) -> dict[str, Asset]:
        """Find assets by handle, those that are there, each with what a provider calls it.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        wanted, soon = list(handles), (self._clock() + _SOON).timestamp()
        rows = await self._database.read(
            lambda connection: [
                row for name in wanted for row in connection.execute(_FIND, (provider, tenant, soon, name))
            ]
        )
        return {row["handle"]: self._asset(row) for row in rows}

    async def note_brought(self, asset: Asset, provider: str, tenant: str, brought: Brought) -> Asset:
        """Remember what a provider calls a file that it has now.

        Raises:
            sqlite3.Error, OSError: it cannot be remembered, and will be brought again.
        """
        expires = brought.expires_at.timestamp() if brought.expires_at else None
        values = (asset.handle, provider, tenant, brought.reference, expires)
        await self._database.write(lambda connection: connection.execute(_BROUGHT, values))
        return replace(asset, remote=brought.reference)

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

    async def used(self) -> int:
        """Tell how much is kept, in bytes.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        return await self._database.read(lambda connection: connection.execute(_USED).fetchone()[0])

    async def forget(self) -> int:
        """Remove what is kept no longer; tell how many rows went.

        Raises:
            sqlite3.Error, OSError: not all of it could be removed.
        """
        now = self._clock()
        gone = await self._database.write(partial(_forget, folder=self.folder, now=now.timestamp()))
        for path in self.folder.glob(f"{INCOMING}*"):
            if now.timestamp() - path.stat().st_mtime > LEFT.total_seconds():
                path.unlink(missing_ok=True)
        return gone

    def _asset(self, row: sqlite3.Row) -> Asset:
        measures = Measures(**{name: row[name] for name in _MEASURES})
        path = str(self.folder / row["content"])
        return Asset(row["handle"], path, row["name"], measures, row["alt_text"], row["reference"])


def handle_of(digest: str, alt_text: str | None) -> str:
    """Name a file by its content and its alternative text, which is part of what is shown."""
    named = digest if not alt_text else hashlib.sha256(f"{digest}\n{alt_text}".encode()).hexdigest()
    return f"{PREFIX}{named[:32]}"


def _add(connection: sqlite3.Connection, *, path: Path, digest: str, asset: Asset, until: datetime) -> None:
    # Within the transaction, so that nobody forgets the file between the two.
    path.replace(asset.path)
    measured = tuple(getattr(asset.measures, name) for name in _MEASURES)
    connection.execute(_ADD, (asset.handle, digest, asset.name, asset.alt_text, *measured, until.timestamp()))


def _forget(connection: sqlite3.Connection, *, folder: Path, now: float) -> int:
    rows = connection.execute("DELETE FROM media WHERE keep_until < ? RETURNING content", (now,)).fetchall()
    for content in {row["content"] for row in rows}:
        if not connection.execute("SELECT 1 FROM media WHERE content = ?", (content,)).fetchone():
            (folder / content).unlink(missing_ok=True)
    return len(rows)


_MEASURES = ("media_type", "bytes", "width", "height", "duration", "frame_rate")
_ADD = (
    "INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET name = excluded.name, keep_until = max(keep_until, excluded.keep_until)"
)
_FIND = (
    "SELECT media.*, reference FROM media LEFT JOIN media_at ON media_at.handle = media.handle"
    " AND provider = ? AND tenant = ? AND (expires_at IS NULL OR expires_at > ?) WHERE media.handle = ?"
)
_BROUGHT = "REPLACE INTO media_at VALUES (?, ?, ?, ?, ?)"
_KEEP = "UPDATE media SET keep_until = max(keep_until, ?) WHERE handle = ?"
_USED = "SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT content, bytes FROM media)"
