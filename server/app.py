"""The composition root: the only place that knows every part."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
from anyio import create_task_group
from mcp.server import Server

from engine.approvals import Approvals
from engine.cases import Cases, Pauses
from engine.clock import utc_now
from engine.desk import Desk
from engine.directory import Directory
from engine.held import APPROVAL_MIGRATIONS
from engine.intent import MIGRATIONS
from engine.journal import Journal
from engine.limits import LIMITS_MIGRATIONS, Limits
from engine.media import MEDIA_MIGRATIONS, MediaStore
from engine.modes import ServerMode
from engine.overview import Lookout
from engine.restoring import LINEAGE_MIGRATIONS
from engine.settler import Settler
from engine.taking import Takings
from engine.workers import WORKER_MIGRATIONS, Kind, Workers
from providers.breaker import BREAKER_MIGRATIONS
from providers.database import Database
from providers.fetch import Fetcher
from providers.jitter import Spread, full_jitter
from providers.local.accounts import ACCOUNT_MIGRATIONS
from providers.local.exchange import EXCHANGE_MIGRATIONS
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.meter import Meter, Unmetered
from providers.protocol import Provider
from providers.store import Store
from schemas.instant import Clock
from server import hosted
from server.audit import Audit
from server.dispatch import Dispatch
from server.home import using
from server.log import redact
from server.parts import Beside, Parts
from server.roots import Roots
from server.settings import Settings, SettingsError
from server.version import own_version

#: The one file that all processes of a home share, and whose tables are in it.
DATABASE = "postwright.db"
COMPONENTS = {
    "journal": MIGRATIONS,
    "approvals": APPROVAL_MIGRATIONS,
    "local": LEDGER_MIGRATIONS,
    "wire": BREAKER_MIGRATIONS,
    "media": MEDIA_MIGRATIONS,
    "limits": LIMITS_MIGRATIONS,
    "workers": WORKER_MIGRATIONS,
    "accounts": ACCOUNT_MIGRATIONS,
    "lineage": LINEAGE_MIGRATIONS,
    "exchange": EXCHANGE_MIGRATIONS,
}


@dataclass(frozen=True, slots=True)
class App:
    """A running postwright: the MCP server for any transport, and the desk behind it."""

    server: Server[Any]
    desk: Desk
    opened: "Opened"


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything under the tools, and what is to run beside them: settling open cases, delivering local posts."""

    desk: Desk
    settle: Beside
    deliver: tuple[Beside, ...]
    workers: Workers
    lookout: Lookout

    @property
    def beside(self) -> tuple[Beside, ...]:
        """What this process runs: a server that only reads sends nothing, what was authorised before it included."""
        works = (self.settle, *self.deliver) if self.desk.modes.server is not ServerMode.READ else ()
        # A session's first sign of life comes after its start: a client waits for that.
        first_after = 1.0 if self.workers.me.kind is Kind.SESSION else 0.0
        return (partial(self.workers.run, first_after), *works)


@asynccontextmanager
async def build(
    settings: Settings,
    clock: Clock = utc_now,
    *,
    kind: Kind = Kind.SESSION,
    fetching: Callable[[Clock], Fetcher] = Fetcher,
    meter: Meter | None = None,
) -> AsyncGenerator[App]:
    """Put the parts together, run what runs beside the server, and let go of everything at the end.

    ``kind`` is what this process is: the client of a session has the files of this machine. ``fetching`` makes what
    loads links; ``meter`` counts.

    Raises:
        InUseError: a restore is at work on the home.
    """
    roots = Roots(settings.media_roots, same_machine=kind is Kind.SESSION)
    async with (
        open_desk(settings, clock, kind=kind, fetching=fetching, meter=meter) as opened,
        create_task_group() as group,
    ):
        for run in opened.beside:
            group.start_soon(run)
        audit = Audit(settings.home, clock, settings.hidden)
        dispatch = Dispatch(
            opened.desk, settings.hidden, roots, ask_seconds=settings.ask_seconds, audit=audit, meter=meter
        )
        yield App(dispatch.server(own_version()), opened.desk, opened)
        group.cancel_scope.cancel()


@asynccontextmanager
async def open_desk(
    settings: Settings,
    clock: Clock = utc_now,
    *,
    kind: Kind = Kind.SESSION,
    database: Store | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    spread: Spread = full_jitter,
    fetching: Callable[[Clock], Fetcher] = Fetcher,
    meter: Meter | None = None,
) -> AsyncGenerator[Opened]:
    """Put together what is under the tools, for a process of this ``kind``.

    ``database`` and ``transport`` take the place of the disk and the net, ``spread`` that of chance in pauses;
    ``fetching`` makes what loads links, ``meter`` counts.

    Raises:
        InUseError: a restore is at work on the home.
    """
    with using(settings.home):
        database = database or database_of(settings)
        if clock is utc_now:
            clock = database.clock(clock)
        fetcher = fetching(clock)
        parts = Parts(settings, clock, database, fetching, transport, spread, meter or Unmetered())
        providers = {name: _PROVIDERS[name](parts) for name in settings.providers_on}
        delivers = bool(parts.beside) and settings.mode is not ServerMode.READ
        workers = Workers(database, clock, kind, own_version(), delivers=delivers)
        desk = _desk(parts, providers, fetcher, workers)
        try:
            lookout = Lookout(database, clock, workers, delivers="local" in providers)
            yield Opened(desk, _settler(desk, settings).run, tuple(parts.beside), workers, lookout)
        finally:
            for provider in providers.values():
                await provider.aclose()
            await fetcher.aclose()
            await database.aclose()


def database_of(settings: Settings) -> Store:
    """Choose where everything durable is kept: PostgreSQL where an address is set, else the file of the home.

    It is opened when it is first used.

    Raises:
        SettingsError: PostgreSQL is asked for, and the extra is not installed.
    """
    if settings.database_url is None:
        return Database(settings.home / DATABASE, COMPONENTS)
    try:
        from providers.postgres import Postgres  # noqa: PLC0415  (an extra, and not loaded where SQLite is used)
    except ImportError:
        raise SettingsError("POSTWRIGHT_DATABASE_URL: install postwright[postgres] for PostgreSQL.") from None
    return Postgres(settings.database_url.get_secret_value(), COMPONENTS)


def _desk(parts: Parts, providers: dict[str, Provider], fetcher: Fetcher, workers: Workers) -> Desk:
    settings, clock, database = parts.settings, parts.clock, parts.database
    tenants = {name: settings.tenant(name) for name in providers}
    # Cases of the journal's first schema name no tenant, and are settled by whoever has the provider now.
    pauses = {
        (tenant, name): _pauses(settings, provider)
        for name, provider in providers.items()
        for tenant in (tenants[name], "")
    }
    cases = Cases(database, clock, pauses)
    journal = Journal(database, clock, timedelta(seconds=2 * settings.send_timeout + 30))
    window = timedelta(seconds=settings.send_timeout + 10)
    directory = Directory(providers, clock, frozenset({"local"}))
    keep = timedelta(days=settings.media_days)
    media = MediaStore(database, settings.home / "media", clock, keep, settings.media_bytes)
    return Desk(
        providers,
        directory,
        journal,
        cases,
        clock,
        window,
        media,
        Takings(media, fetcher),
        Limits(database, clock, tenants, partial(redact, secrets=settings.hidden)),
        tenants,
        settings.modes,
        settings.probe_urls,
        Approvals(database, clock, timedelta(days=settings.approval_days)),
        settings.zone,
        workers,
        {"local": timedelta(seconds=settings.max_lateness)} if "local" in providers else {},
    )


def _pauses(settings: Settings, provider: Provider) -> Pauses:
    """Wait before looking only where a look that comes too early finds nothing."""
    first = timedelta(seconds=settings.settle_seconds)
    return Pauses(timedelta() if provider.exact else first, first * 3 / 4, settings.settle_reads)


def _settler(desk: Desk, settings: Settings) -> Settler:
    poll_seconds = min(10.0, settings.settle_seconds / 8)
    return Settler(desk, poll_seconds, timedelta(days=settings.journal_days), settings.journal_posts)


def _embedded(parts: Parts) -> Provider:
    from server.embedded import local  # noqa: PLC0415  (all networks with it, for which the others should not wait)

    return local(parts)


_PROVIDERS: dict[str, Callable[[Parts], Provider]] = {
    "genviral": hosted.genviral,
    "postpost": hosted.postpost,
    "socialapi": hosted.socialapi,
    "local": _embedded,
}
