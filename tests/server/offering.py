"""A client of each era at a postwright of given settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from mcp.client import Client

from server.app import build
from server.settings import load
from tests.contract.surface import ONE

Era: TypeAlias = Literal["legacy", "auto"]
ERAS: tuple[Era, ...] = ("legacy", "auto")
KEYS = {f"{name.upper()}_API_KEY": f"key_of_{name}" for name in ONE[:-1]}


@asynccontextmanager
async def client(home: Path, era: Era = "auto", /, **settings: str) -> AsyncGenerator[Client]:
    """A client; by default all providers are on, with keys of nobody."""
    given = {"HOME": str(home), "PROVIDERS": ",".join(ONE), **KEYS, **settings}
    loaded = load({f"POSTWRIGHT_{name}": value for name, value in given.items()})
    async with build(loaded) as app, Client(app.server, mode=era) as found:
        yield found


async def read(found: Client, uri: str) -> str:
    """The text of one resource."""
    [contents] = (await found.read_resource(uri)).contents
    return str(getattr(contents, "text", ""))
