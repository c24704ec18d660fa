"""``postwright restore``: put a backup in the place of a home's database, so that nothing goes out a second time."""

import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from engine import restoring
from providers.database import Database
from providers.fetch import Fetcher
from providers.local import restoring as ledger
from providers.local.restoring import Doubts
from schemas.instant import Clock, parse
from schemas.jsonvalue import JsonObject, items, members, text
from server.app import COMPONENTS, DATABASE
from server.backup import FORMAT, MANIFEST, MEDIA, VERSION, BackupError, digest, settle
from server.embedded import roster_of
from server.home import alone
from server.parts import Parts
from server.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``aside`` is where the database lies that was there before.

    ``taken_over`` posts of that, if it could be read, had gone out; ``left_out`` others are not in the backup.
    ``doubts`` counts what is doubted, unless it was what came of the backed-up one, and so knew everything.
    """

    made_at: datetime
    posts: int
    files: int
    aside: Path | None
    taken_over: int
    left_out: int
    doubts: Mapping[str, int] = field(default_factory=dict[str, int])


async def restore(settings: Settings, source: Path, clock: Clock, *, keep_schedule: bool = False) -> Restored:
    """Restore a home from a backup, whole or not at all.

    Raises:
        BackupError: it is no sound backup, or of a newer postwright.
        InUseError: somebody uses the home.
        sqlite3.Error, OSError: it cannot be read, or the home not written.
    """
    home = settings.home
    with alone(home), _opened(source) as archive, tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as scratch:
        manifest = _manifest(archive)
        made_at = parse(text(manifest.get("made_at")) or "") or clock()
        copy = Path(scratch) / DATABASE
        _unpack_database(archive, manifest, copy)
        await _migrate(copy)
        before = home / DATABASE if await _is_readable(home / DATABASE) else None
        terms = await _terms(settings, clock, copy, made_at, keep_schedule=keep_schedule)
        known = _known(copy, before, terms)
        files = _unpack_media(archive, manifest, home / MEDIA)
        posts = _finish(copy, home / MEDIA)
        aside = _put(copy, home / DATABASE, clock())
        return Restored(made_at, posts, files, aside, known.taken_over, known.left_out, known.doubts)


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile:
        raise BackupError(f"{source} is no backup of postwright, or it broke off: take another one.") from None


def _manifest(archive: zipfile.ZipFile) -> JsonObject:
    try:
        manifest = members(json.loads(archive.read(MANIFEST)))
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise BackupError("it holds no manifest of a backup: take another file.") from None
    if manifest.get("format") != FORMAT:
        raise BackupError("it is no backup of postwright.")
    newer = [name for name, done in _components(manifest).items() if done > len(COMPONENTS.get(name, ()))]
    if manifest.get("version") != VERSION or newer:
        raise BackupError(f"it was made by a newer postwright ({manifest.get('postwright')}): update this one first.")
    return manifest


def _components(manifest: JsonObject) -> dict[str, int]:
    found = members(members(manifest.get("database")).get("components"))
    return {name: done for name, done in found.items() if isinstance(done, int)}


def _unpack_database(archive: zipfile.ZipFile, manifest: JsonObject, copy: Path) -> None:
    _unpack(archive, DATABASE, copy)
    if digest(copy) != members(manifest.get("database")).get("sha256"):
        raise BackupError("its database is not the one that was packed: take another backup.")
    with closing(sqlite3.connect(copy)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise BackupError(f"its database is damaged ({said}): take another backup.")


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Write one member out, and its bytes safely to the disk; the archive checks them by its sums."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with archive.open(name) as packed, os.fdopen(descriptor, "wb") as opened:
            shutil.copyfileobj(packed, opened, 1024 * 1024)
            opened.flush()
            os.fsync(opened.fileno())
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise BackupError(f"its {name} cannot be read ({error}): take another backup.") from error


async def _migrate(path: Path) -> None:
    """Bring a database to the tables of this version."""
    database = Database(path, COMPONENTS)
    await database.read(lambda connection: connection.execute("SELECT 1").fetchone())
    await database.aclose()


async def _is_readable(path: Path) -> bool:
    """Tell whether a sound database of ours is there."""
    if not _is_there(path):
        return False
    try:
        await _migrate(path)
        with closing(sqlite3.connect(path)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except (sqlite3.Error, OSError) as error:
        log.warning("former_database_unreadable", error=str(error))
        return False
    return said == "ok"


def _is_there(path: Path) -> bool:
    return path.exists()


async def _terms(settings: Settings, clock: Clock, copy: Path, made_at: datetime, *, keep_schedule: bool) -> Doubts:
    """Ask the networks of the restored accounts what a repeat would do, and whether they can be looked at."""
    database = Database(copy, COMPONENTS)
    roster = roster_of(Parts(settings, clock, database, Fetcher))
    try:
        networks = await roster.networks()
    finally:
        await roster.aclose()
        await database.aclose()
    exact = frozenset(name for name, network in networks.items() if network.exact)
    telling = frozenset(name for name, network in networks.items() if network.tells)
    return Doubts(exact, telling, timedelta(seconds=settings.max_lateness), made_at, clock(), keep_schedule)


def _connect(copy: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the time since the backup."""

    taken_over: int = 0
    left_out: int = 0
    doubts: Mapping[str, int] = field(default_factory=dict[str, int])


def _known(copy: Path, before: Path | None, terms: Doubts) -> _Known:
    """Take over what the database knows that is there, and doubt the rest unless it is what came of this one."""
    with closing(_connect(copy)) as connection:
        if before is not None:
            connection.execute("ATTACH DATABASE ? AS before", (str(before),))
        connection.execute("BEGIN IMMEDIATE")
        named = restoring.lineage(connection)
        succeeds = before is not None and named is not None and restoring.lineage(connection, before=True) == named
        posts, left_out, doubts = frozenset[str](), 0, dict[str, int]()
        if before is not None:
            posts, left_out = ledger.take_over(connection), ledger.left_out(connection)
            restoring.take_over(connection)
        if not succeeds:
            doubts = {**ledger.doubt(connection, terms, posts), **restoring.doubt(connection, terms.now)}
        connection.execute("COMMIT")
        return _Known(len(posts), left_out, doubts)


def _unpack_media(archive: zipfile.ZipFile, manifest: JsonObject, folder: Path) -> int:
    """Write out the files that are not there; they are named after their content."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [name for name in items(manifest.get("media")) if isinstance(name, str) and _CONTENT.fullmatch(name)]
    for name in names:
        target = folder / name
        if target.exists():
            continue
        arriving = folder / f".incoming-restore-{name}"
        arriving.unlink(missing_ok=True)
        _unpack(archive, f"{MEDIA}/{name}", arriving)
        arriving.replace(target)
    settle(folder)
    return len(names)


def _finish(copy: Path, media: Path) -> int:
    with closing(_connect(copy)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        ledger.rehouse(connection, media)
        connection.execute("COMMIT")
        (posts,) = connection.execute("SELECT count(*) FROM post").fetchone()
        connection.execute("PRAGMA journal_mode=DELETE")
    return posts


def _put(copy: Path, place: Path, now: datetime) -> Path | None:
    """Put the restored database in its place in one step; what was there stays beside it under another name."""
    aside = None
    if place.exists():
        aside = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
        # What belongs to a damaged one goes along: to the new one it would be another's journal.
        for ending in ("-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{place}{ending}").replace(f"{aside}{ending}")
        os.link(place, aside)
    copy.replace(place)
    settle(place.parent)
    return aside


_CONTENT = re.compile(r"[0-9a-f]{32,128}")
