"""``postwright doctor``: look at everything that posting needs, and say how to mend what is wrong."""

import os
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.desk import Desk
from engine.modes import ServerMode
from engine.workers import Kind
from providers.database import SAFE_WAL
from providers.protocol import Failure
from schemas.errors import ENTRIES
from server.app import build, database_of
from server.log import redact
from server.settings import PREFIX, Settings, SettingsError, load, unset
from server.version import own_version


class Mark(StrEnum):
    """How a finding stands."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``fix`` says what to do about a bad one."""

    mark: Mark
    what: str
    fix: str = ""


async def examine(show: Callable[[Finding], None]) -> bool:
    """Show every finding as it is made; tell whether all is well."""
    well = True
    async for finding in _findings():
        show(finding)
        well = well and finding.mark is not Mark.BAD
    return well


async def _findings() -> AsyncGenerator[Finding]:
    yield Finding(Mark.GOOD, f"postwright {own_version()}")
    for line in unset():
        yield Finding(Mark.NOTE, line, f"Correct or remove it; {PREFIX}* settings are listed in docs/settings.md.")
    try:
        settings = load()
    except SettingsError as error:
        yield Finding(
            Mark.BAD, str(error), "Correct the setting named; the value is not shown, since it may be a secret."
        )
        return
    yield _home(settings.home)
    kept = await _store(settings)
    yield kept
    if kept.mark is Mark.BAD:
        return
    async for finding in _parts(settings):
        yield finding
    if settings.http_token is None:
        yield Finding(Mark.NOTE, f"no {PREFIX}HTTP_TOKEN: `postwright serve` listens on this machine only.")


async def _parts(settings: Settings) -> AsyncGenerator[Finding]:
    async with build(settings, kind=Kind.COMMAND) as app:
        async for finding in _providers(app.desk):
            yield Finding(finding.mark, redact(finding.what, settings.hidden), finding.fix)
        if "local" in app.desk.providers:
            for finding in await _accounts(settings):
                yield finding
        async for finding in _modes(app.desk):
            yield finding
        if settings.genviral_rules == "v1" and "genviral" in app.desk.providers:
            async for finding in _generation(app.desk):
                yield finding


def _home(home: Path) -> Finding:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"x")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return Finding(
            Mark.BAD, f"{home} cannot be written ({error.strerror}).", f"Set {PREFIX}HOME to a folder of yours."
        )
    return Finding(Mark.GOOD, f"state lives in {home}")


def _journal_mode() -> str:
    if sqlite3.sqlite_version_info >= SAFE_WAL:
        return f"SQLite {sqlite3.sqlite_version}: write-ahead log"
    wanted = ".".join(map(str, SAFE_WAL))
    return f"SQLite {sqlite3.sqlite_version}: rollback journal (the faster write-ahead log is safe from {wanted} on)"


async def _store(settings: Settings) -> Finding:
    """Tell how SQLite writes, or write to PostgreSQL as everything will, its tables brought up to date."""
    if settings.database_url is None:
        return Finding(Mark.GOOD, _journal_mode())
    try:
        store = database_of(settings)
        try:
            version = await store.write(lambda connection: connection.execute("SHOW server_version").fetchone()[0])
        finally:
            await store.aclose()
    except SettingsError as error:
        return Finding(Mark.BAD, str(error), "Install the extra, or unset it to use SQLite.")
    except OSError as error:
        return Finding(Mark.BAD, redact(str(error), settings.hidden), f"Start it, or correct {PREFIX}DATABASE_URL.")
    return Finding(Mark.GOOD, f"PostgreSQL {version}, which all machines with this address share")


async def _providers(desk: Desk) -> AsyncGenerator[Finding]:
    for name in desk.providers:
        try:
            accounts = await desk.directory.accounts(name, refresh=True)
        except Failure as failure:
            yield Finding(Mark.BAD, f"{name}: {failure.message}", failure.advice or ENTRIES[failure.code].advice)
            continue
        active = [account.label for account in accounts if account.status == "active"]
        if not active:
            yield Finding(Mark.BAD, f"{name}: no active account.", "Connect one in the service's dashboard.")
            continue
        shown = ", ".join(active[:_SHOWN]) + (f" and {len(active) - _SHOWN} more" if len(active) > _SHOWN else "")
        yield Finding(Mark.GOOD, f"{name}: can be posted to: {shown}")


async def _accounts(settings: Settings) -> list[Finding]:
    """Ask the networks of the accounts that were added whether their logins work."""
    from server.accounts import added, try_all  # noqa: PLC0415  (all networks, which only ``local`` needs)

    found: list[Finding] = []

    def say(good: bool, words: str) -> None:
        found.append(Finding(Mark.GOOD if good else Mark.BAD, words))

    try:
        ids = await added(settings)
        if ids:
            await try_all(settings, ids, say)
    except (sqlite3.Error, OSError) as error:
        found.append(Finding(Mark.BAD, f"the accounts cannot be read ({error})."))
    return found


async def _modes(desk: Desk) -> AsyncGenerator[Finding]:
    """Tell how far the tools may go, and which tighter mode is of no account: it would hold nothing back."""
    yield Finding(Mark.GOOD, f"mode {desk.modes.server}: {_REACH[desk.modes.server]}")
    for name, mode in desk.modes.accounts.items():
        provider = name.partition(":")[0]
        if provider not in desk.providers:
            yield Finding(Mark.NOTE, f"{name}={mode}: {provider} is not on.")
            continue
        with suppress(Failure):
            known = {account.id for account in await desk.directory.accounts(provider)}
            if name not in known:
                fix = f"Correct {PREFIX}ACCOUNT_MODES: ids as list_accounts has them."
                yield Finding(Mark.BAD, f"{name}={mode}: there is no such account.", fix)


_REACH = {
    ServerMode.READ: "nothing is sent",
    ServerMode.DRAFT: "only drafts are kept",
    ServerMode.APPROVE: "a person approves what is to go out (`postwright pending`)",
    ServerMode.PUBLISH: "the tools may publish",
}


async def _generation(desk: Desk) -> AsyncGenerator[Finding]:
    """Recommend the newer rules where the service shows by its accounts that it speaks them (reference genviral 4)."""
    with suppress(Failure):
        accounts = await desk.directory.accounts("genviral")
        if any(account.capabilities for account in accounts):
            fix = f"Set {PREFIX}GENVIRAL_RULES=v2: longer captions, text alone, settings for more platforms."
            yield Finding(Mark.NOTE, "genviral: the service speaks the newer generation of its API.", fix)


_SHOWN = 8
