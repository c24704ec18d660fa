"""What stands between us and a PDS: it carries every call there, and may do ill with the answer."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

import anyio
import httpx2
from anyio.abc import ByteStream

from tests.local.receiver import Seen, answers, receiver


class Fate(Enum):
    """What becomes of an answer, once the PDS has given it."""

    LOST = auto()
    HELD = auto()
    SPOILT = auto()
    #: A page in place of it, as somebody in between would answer to anything.
    REPLACED = auto()


@dataclass
class Between:
    """Where it is, the fates of the next answers by the last word of the method, and the calls that it carried."""

    url: str = ""
    fates: dict[str, list[Fate]] = field(default_factory=lambda: defaultdict(list))
    carried: list[str] = field(default_factory=list[str])
    done: anyio.Event = field(default_factory=anyio.Event)


@asynccontextmanager
async def between(pds: str) -> AsyncGenerator[Between]:
    """Stand before a PDS; ``done`` is set when the first answer with a fate is there."""
    middle = Between()

    async def carry(seen: Seen, stream: ByteStream) -> None:
        name = seen.target.partition("?")[0].rpartition(".")[2]
        kept = {name: value for name, value in seen.headers.items() if name not in ("host", "content-length")}
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.request(
                seen.method, f"{pds}{seen.target}", headers=kept, content=seen.body or None, timeout=60
            )
        middle.carried.append(name)
        fate = middle.fates[name].pop(0) if middle.fates[name] else None
        if fate is None:
            await answers(answer.status_code, answer.content)(seen, stream)
            return
        middle.done.set()
        if fate is Fate.SPOILT:
            error = {"error": "InternalServerError", "message": "Internal Server Error"}
            await answers(500, json.dumps(error).encode())(seen, stream)
        elif fate is Fate.REPLACED:
            await answers(200, b"<html>Please log in", media_type="text/html")(seen, stream)
        elif fate is Fate.HELD:
            await anyio.sleep_forever()

    async with receiver(carry) as server:
        middle.url = f"http://127.0.0.1:{server.port}"
        yield middle
