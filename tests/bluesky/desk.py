"""An agent at a postwright with an account on a real PDS, and what the owner of that account sees."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.clock import utc_now
from providers.dialling import Resolver, ask_system
from providers.fetch import Fetcher
from providers.local.roster import Roster
from providers.networks.bluesky.login import KIND
from providers.networks.bluesky.network import Bluesky
from providers.networks.kind import Login
from providers.networks.network import Network, Parcel
from schemas.instant import Clock
from server import embedded
from tests.desk import Agent, Body, agent
from tests.leaks import planted
from tests.local.chatting import Keeping, means
from tests.local.embedded import loopback, until
from tests.peers.pds import Member, Pds


@dataclass(frozen=True, slots=True)
class Known:
    """An account on a PDS, its owner's app password for us, and what can be seen of it from outside."""

    pds: Pds
    member: Member
    password: str

    async def login(self, home: Path, keeping: Keeping | None = None, clock: Clock = utc_now) -> Login:
        """Log in as a person would; its secrets may show nowhere from now on."""
        given = {"identifier": self.member.handle, "password": self.password, "server": self.pds.url}
        login = await KIND.log_in(given, means(home, clock, keeping))
        planted.update(login.secrets[name] for name in ("password", "access", "refresh"))
        return login

    @property
    def account(self) -> str:
        return f"local:bluesky-{self.member.handle}"

    @property
    def posts(self) -> list[Body]:
        return [post["value"] for post in self.pds.posts(self.member)]


def through(login: Login, url: str) -> Login:
    """The same login, whose server is reached elsewhere."""
    return replace(login, settings={**login.settings, "pds": url})


def stale(login: Login, **secrets: str) -> Login:
    """The same login, long after its session was renewed."""
    return replace(login, secrets={**login.secrets, "renewed_at": "2026-01-01T00:00:00Z", **secrets})


def connected(login: Login, home: Path, keeping: Keeping | None = None) -> Bluesky:
    network = KIND.connect(login, means(home, utc_now, keeping))
    assert isinstance(network, Bluesky)
    return network


def parcel(caption: str = "Hello", **more: Any) -> Parcel:
    return Parcel("dlv_01K9ZJ8Y4Q0000000000000001", "pst_1", "", caption, None, datetime.now(UTC), **more)


@asynccontextmanager
async def agent_with(
    home: Path, *logins: Login, resolve: Resolver = ask_system, **settings: str
) -> AsyncGenerator[Agent]:
    """An agent whose postwright has the accounts of these logins; links lead where ``resolve`` says."""
    fetching = partial(Fetcher, resolve=resolve, permitted=loopback)
    tools = replace(means(home, utc_now), fetching=partial(fetching, utc_now))
    networks = [KIND.connect(login, tools) for login in logins]

    def roster(others: Sequence[Network]) -> Roster:
        return Roster([*others, *networks])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "Roster", roster)
        async with agent(home, utc_now, fetching, **settings) as found:
            yield found


async def posted(found: Agent, account: str, caption: str, **more: Any) -> Body:
    """Post on one account; return its delivery once nothing more happens to it."""
    made = await found.call("create_post", caption=caption, accounts=[account], **more)
    assert made["ok"], made
    return await ended(found, made["data"]["id"])


async def ended(found: Agent, post_id: str) -> Body:
    """Wait for the end of a post on one account, and return its delivery."""
    return await waited(found, post_id, lambda stand: stand["terminal"])


async def waited(found: Agent, post_id: str, reached: Callable[[Body], bool]) -> Body:
    """Wait until a post on one account stands as it should, and return its delivery."""
    stand: Body = {}

    async def there() -> bool:
        nonlocal stand
        stand = (await found.call("check_status", post_id=post_id))["data"]
        return reached(stand)

    await until(there)
    [delivery] = stand["deliveries"]
    return delivery
