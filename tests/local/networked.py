"""An agent at a postwright with accounts on real servers of loopback."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.clock import utc_now
from providers.dialling import Resolver, ask_system
from providers.fetch import Fetcher
from providers.local.roster import Roster
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login, Means
from providers.networks.network import Network
from schemas.instant import Clock
from server import embedded
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
    load = partial(fetching, resolve=resolve)
    tools = replace(means(home), fetching=load)
    networks = [KINDS[login.account.platform].connect(login, tools) for login in logins]

    def roster(others: Sequence[Network], *rest: Any) -> Roster:
        return Roster([*others, *networks], *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "Roster", roster)
        async with agent(home, utc_now, load, **settings) as found:
            yield found
