"""The composition root: the only place that knows every part."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mcp.server import Server

from engine.clock import utc_now
from engine.desk import Desk
from engine.directory import Directory
from engine.journal import MIGRATIONS, Journal
from providers.database import Database
from providers.genviral.provider import Genviral
from providers.protocol import Provider
from providers.wire import Wire
from schemas.instant import Clock
from server.dispatch import Dispatch
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class App:
    """A running postwright: the MCP server for any transport, and the desk behind it."""

    server: Server[Any]
    desk: Desk


@asynccontextmanager
async def build(settings: Settings, clock: Clock = utc_now) -> AsyncGenerator[App]:
    """Put the parts together, run what runs beside the server, and let go of everything at the end."""
    database = Database(settings.home / "postwright.db", {"journal": MIGRATIONS})
    providers = {name: _PROVIDERS[name](settings, clock) for name in settings.providers_on}
    desk = Desk(providers, Directory(providers, clock), Journal(database, clock), clock)
    try:
        yield App(Dispatch(desk, settings.secrets).server(own_version()), desk)
    finally:
        for provider in providers.values():
            await provider.aclose()
        await database.aclose()


def own_version() -> str:
    """Tell the installed version; a checkout that is not installed has none."""
    try:
        return version("postwright")
    except PackageNotFoundError:
        return "0+checkout"


def _genviral(settings: Settings, clock: Clock) -> Provider:
    if settings.genviral_api_key is None:
        raise ValueError("genviral is on without a key")
    wire = Wire(
        str(settings.genviral_base_url),
        settings.genviral_api_key,
        timeout=settings.send_timeout,
        concurrency=settings.genviral_concurrency,
        user_agent=f"postwright/{own_version()}",
    )
    return Genviral(wire, clock, settings.genviral_poll_seconds)


_PROVIDERS: dict[str, Callable[[Settings, Clock], Provider]] = {"genviral": _genviral}
