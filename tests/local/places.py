"""The chat networks with their stand-ins, and how an account on each is added."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from sandbox import discord, slack, telegram
from tests.leaks import planted
from tests.local.networked import means


@dataclass(frozen=True)
class Place:
    """A network with its stand-in: what logs in there, which part of that is secret, and how a post is taken."""

    platform: str
    app: Callable[[], ASGIApp]
    login: Callable[[str], dict[str, str]]
    secret: str
    account: str
    takes: str
    longest: int
    unit: str


TELEGRAM = Place(
    "telegram",
    telegram.create_app,
    lambda url: {"token": telegram.TOKEN, "chat": "@sandbox_news", "api": url},
    telegram.TOKEN,
    "local:telegram-sandbox_news",
    "/{bot}/sendMessage",
    4_096,
    "UTF-16 units",
)
DISCORD = Place(
    "discord",
    discord.create_app,
    lambda url: {"url": f"{url}{discord.LINK}"},
    discord.LINK.rpartition("/")[2],
    "local:discord-1100000000000000001",
    "/v10" + discord.LINK.removeprefix("/api"),
    2_000,
    "characters",
)
SLACK = Place(
    "slack",
    slack.create_app,
    lambda url: {"url": f"{url}{slack.LINK}", "name": "#launches"},
    slack.LINK.rpartition("/")[2],
    "local:slack-b00sandbox",
    slack.LINK,
    3_999,
    "characters",
)
EVERYWHERE = pytest.mark.parametrize("place", [TELEGRAM, DISCORD, SLACK], ids=lambda place: place.platform)


async def log_in(place: Place, url: str, home: Path) -> Login:
    """Log in at a stand-in; the secret of that may show nowhere from now on."""
    planted.add(place.secret)
    kind = KINDS[place.platform]
    defaults = {ask.name: ask.default for ask in kind.asks if ask.default is not None}
    login = await kind.log_in({**defaults, **place.login(url)}, means(home))
    assert login.account.id == place.account
    return login
