"""Look at a relay as another client does, and make a login there."""

import json
import secrets
from pathlib import Path

from websockets.asyncio.client import connect

from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from providers.networks.nostr.bech32 import decode
from providers.networks.nostr.event import Event
from tests.desk import Body
from tests.local.networked import means


def key() -> str:
    """Draw a private key."""
    return f"{secrets.randbits(248) + 1:064x}"


async def login(*urls: str) -> Login:
    return await KINDS["nostr"].log_in({"key": key(), "relays": " ".join(urls)}, means(Path()))


def author(mine: Login) -> str:
    """Tell a login's public key as events have it."""
    return decode(mine.account.username or "")[1].hex()


async def events(url: str, **query: object) -> list[Body]:
    """Read the events that a filter describes."""
    found: list[Body] = []
    async with connect(url) as socket:
        await socket.send(json.dumps(["REQ", "look", query]))
        async for frame in socket:
            match json.loads(frame):
                case ["EVENT", "look", event]:
                    found.append(event)
                case ["EOSE", "look"]:
                    return found
                case ["AUTH", _]:
                    continue
                case other:
                    raise AssertionError(other)
    raise AssertionError("the relay hung up")


async def publish(url: str, event: Event) -> None:
    """Put an event there."""
    async with connect(url) as socket:
        await socket.send(event.message)
        answer = json.loads(await socket.recv())
        assert answer[2] is True, answer
