"""An agent at a postwright with accounts on real servers of loopback."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

from engine.clock import utc_now
from providers.database import Database
from providers.dialling import Resolver, ask_system
from providers.fetch import Fetcher
from providers.networks.kind import Login, Means
from schemas.instant import Clock
from server.app import COMPONENTS, DATABASE
from server.embedded import register_of
from server.settings import load
from tests.desk import Agent, agent
from tests.local.embedded import loopback


def fetching(clock: Clock = utc_now, resolve: Resolver = ask_system) -> Fetcher:
    """Make what loads links, from loopback too."""
    return Fetcher(clock, resolve=resolve, permitted=loopback)


async def forget(account: str, secrets: Mapping[str, str]) -> None:
    """Keep nothing: no session outlives a test."""


def means(home: Path) -> Means:
    return Means(utc_now, fetching, home / "scratch", forget)


@asynccontextmanager
async def networked(
    home: Path, *logins: Login, resolve: Resolver = ask_system, **settings: str
) -> AsyncGenerator[Agent]:
    """An agent whose postwright has the accounts of these logins; ``settings`` as in the environment.

    The hosts of media links lie where ``resolve`` says.
    """
    given = {"SECRETS": "file", **settings}
    await added(home, *logins, **given)
    async with agent(home, utc_now, partial(fetching, resolve=resolve), **given) as found:
        yield found


async def added(home: Path, *logins: Login, **settings: str) -> None:
    """Write logins into the accounts of a home, as ``postwright accounts add`` does with what it was told."""
    environment = {f"POSTWRIGHT_{name}": value for name, value in settings.items()}
    loaded = load({"POSTWRIGHT_HOME": str(home), **environment})
    async with aclosing(Database(home / DATABASE, COMPONENTS)) as database:
        register = register_of(loaded, database, utc_now)
        for login in logins:
            await register.add(login)
