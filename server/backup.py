"""``postwright backup``: one file with the database, as it is at one moment, and the media of its posts.

It is a zip of ``manifest.json``, ``postwright.db`` and ``media/...``. Whoever uses the home goes on doing so meanwhile.
Logins of accounts, the outbox and the audit trail are not in it.
"""

import hashlib
import json
import os
import secrets
import sqlite3
import time
import zipfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anyio import to_thread

from engine.restoring import name
from providers.database import Database
from schemas.instant import wire
from schemas.jsonvalue import JsonObject
from server.app import COMPONENTS, DATABASE
from server.version import own_version

FORMAT, VERSION = "postwright-backup", 1
MANIFEST, MEDIA = "manifest.json", "media"
#: Seconds that a backup waits for a moment at which it may read.
PATIENCE = 60.0


class BackupError(Exception):
    """Raised when a backup cannot be made or used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: how large, of how many posts and files; ``missing`` were not there any more."""

    bytes: int
    posts: int
    files: int
    missing: int


async def back_up(home: Path, target: Path, now: datetime, *, replace: bool = False) -> Made:
    """Write a backup of a home, whole or not at all, that only its owner may read.

    Raises:
        BackupError: there is nothing to back up, ``target`` is there already, or the copy is not sound.
        sqlite3.Error, OSError: the database cannot be read, or the backup not written.
    """
    _refuse(home, target, replace=replace)
    database = Database(home / DATABASE, COMPONENTS)
    try:
        await database.write(lambda connection: name(connection, now))
    finally:
        await database.aclose()
    return await to_thread.run_sync(_written, home, target, now)


def _refuse(home: Path, target: Path, *, replace: bool) -> None:
    if not (home / DATABASE).exists():
        raise BackupError(f"there is no {DATABASE} in {home}: nothing was ever posted from there.")
    if target.exists() and not replace:
        raise BackupError(f"{target} is there already: name another file, or give --replace.")
    if not target.parent.is_dir():
        raise BackupError(f"there is no folder {target.parent}: make it first.")


def _written(home: Path, target: Path, now: datetime) -> Made:
    with _scratch(target) as (whole, copy):
        _snapshot(home / DATABASE, copy)
        with closing(sqlite3.connect(copy)) as connection:
            _prove(connection)
            (posts,) = connection.execute("SELECT count(*) FROM post").fetchone()
            files = [row[0] for row in connection.execute("SELECT DISTINCT content FROM media ORDER BY content")]
            components = dict(connection.execute("SELECT name, version FROM component").fetchall())
        told = {"format": FORMAT, "version": VERSION, "postwright": own_version(), "made_at": wire(now)}
        database = {"sha256": digest(copy), "bytes": copy.stat().st_size, "components": components}
        missing = _pack(whole, copy, home / MEDIA, files, {**told, "database": database, "posts": posts})
        size = whole.stat().st_size
        whole.replace(target)
        settle(target.parent)
    return Made(size, posts, len(files) - missing, missing)


@contextmanager
def _scratch(target: Path) -> Generator[tuple[Path, Path]]:
    """Give two new files beside the target that only their owner may read, and take away what is left of them."""
    token = secrets.token_hex(4)
    paths = [target.with_name(f".{target.name}.{token}.{part}") for part in ("zip", "db")]
    try:
        for path in paths:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield paths[0], paths[1]
    finally:
        for path in (*paths, Path(f"{paths[1]}-journal")):
            path.unlink(missing_ok=True)


def _snapshot(source: Path, copy: Path) -> None:
    """Copy the database through SQLite, in one step, so that a writer elsewhere never makes it begin anew."""
    until = time.monotonic() + PATIENCE

    def wait(status: int, remaining: int, total: int) -> None:
        if time.monotonic() > until:
            raise BackupError(f"{source} was locked for {PATIENCE:.0f} s: who holds it? Try again.")

    uri = f"{source.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as reader, closing(sqlite3.connect(copy)) as writer:
        reader.backup(writer, pages=-1, progress=wait, sleep=0.05)
        # The copy of a write-ahead log's database says that it has one.
        writer.execute("PRAGMA journal_mode=DELETE")


def _prove(connection: sqlite3.Connection) -> None:
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise BackupError(f"the database is damaged ({said}): restore an earlier backup.")


def _pack(whole: Path, copy: Path, media: Path, files: list[str], manifest: JsonObject) -> int:
    """Write the archive, the manifest last; tell how many files were not there."""
    packed: list[str] = []
    with whole.open("r+b") as opened:
        with zipfile.ZipFile(opened, "w", strict_timestamps=False) as archive:
            archive.write(copy, DATABASE, zipfile.ZIP_DEFLATED, compresslevel=1)
            for content in files:
                try:
                    archive.write(media / content, f"{MEDIA}/{content}", zipfile.ZIP_STORED)
                except FileNotFoundError:
                    continue
                packed.append(content)
            archive.writestr(MANIFEST, json.dumps({**manifest, "media": packed}, indent=1), zipfile.ZIP_DEFLATED)
        opened.flush()
        os.fsync(opened.fileno())
    return len(files) - len(packed)


def digest(path: Path) -> str:
    """Digest a file (SHA-256)."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def settle(folder: Path) -> None:
    """Bring a folder's names safely to the disk."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
