"""The hosted providers put together as the server does it, each before its sandbox: one desk for tests of the wire."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from starlette.types import ASGIApp

import sandbox.genviral
import sandbox.postpost
import sandbox.socialapi
from engine.clock import utc_now
from sandbox.serve import running
from schemas.instant import Clock
from tests.desk import INSTAGRAM, KEY, SLIDES, Agent, Body, Service, agent


@dataclass(frozen=True, slots=True)
class House:
    """One provider: its sandbox, a post that it takes, and where it is created and listed."""

    name: str
    app: Callable[[], ASGIApp]
    base: str
    post: Body
    create: str = "/posts"
    listing: str = "/posts"
    accounts: str = "/accounts"
    key: str = KEY

    def settings(self, url: str, base: str | None = None) -> dict[str, str]:
        """Let an agent know this provider alone; its API is at ``url``."""
        word = self.name.upper()
        return {
            f"{word}_API_KEY": self.key,
            f"{word}_BASE_URL": f"{url}{self.base if base is None else base}",
        }

    @asynccontextmanager
    async def opened(
        self, home: Path, clock: Clock = utc_now, **settings: str
    ) -> AsyncGenerator[tuple[Agent, Service]]:
        """An agent that has seen its accounts, and its service."""
        async with self.serving() as service, self.agent(service, home, clock, listed=True, **settings) as found:
            yield found, service

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[Service]:
        async with running(self.app()) as url, httpx2.AsyncClient(timeout=60) as http:
            yield Service(url, http)

    @asynccontextmanager
    async def agent(
        self, service: Service, home: Path, clock: Clock = utc_now, *, listed: bool = True, **settings: str
    ) -> AsyncGenerator[Agent]:
        async with agent(home, clock, **{**self.settings(service.url), **settings}) as found:
            assert not listed or (await found.call("list_accounts"))["ok"]
            yield found


GENVIRAL = House(
    "genviral",
    lambda: sandbox.genviral.create_app(worker_delay=0.0),
    sandbox.genviral.BASE_PATH,
    {"caption": "Launch day", "accounts": [INSTAGRAM], "media": SLIDES},
)
POSTPOST = House(
    "postpost",
    lambda: sandbox.postpost.create_app(worker_delay=0.0),
    sandbox.postpost.BASE_PATH,
    {"caption": "Launch day", "accounts": ["postpost:linkedin-Tz9W5i6ZYG"]},
    create="/create-post",
    listing="/list-posts",
    accounts="/platform-connections",
)
SOCIALAPI = House(
    "socialapi",
    lambda: sandbox.socialapi.create_app(worker_delay=0.0),
    sandbox.socialapi.BASE_PATH,
    {"caption": "Launch day", "accounts": ["socialapi:acc_01BBB"]},
    key=f"sapi_key_{'9f3c1d' * 10}00",
)
HOUSES = (GENVIRAL, POSTPOST, SOCIALAPI)


def moving() -> tuple[Clock, Callable[[float], None]]:
    """A clock that stands still, and what sets it on by so many seconds."""
    now = datetime.now(UTC)

    def clock() -> datetime:
        return now

    def move(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)

    return clock, move
