"""An agent at a whole postwright in this process: real MCP client, real journal, the sandbox as the wire."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client
from mcp.shared.dispatcher import ProgressFnT

from engine.clock import utc_now
from providers.fetch import Fetcher
from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from schemas.instant import Clock
from server.app import build
from server.settings import load

KEY = "gva_live_planted.k3yThatMustNeverShow"
TIKTOK = "genviral:0f4f54d4-8cce-4fb7-8c7b-befbcb8af812"
TIKTOK_TWO = "genviral:2d1b9a3e-51c7-4e0a-9c64-7f2f0a6d8b15"
HOSTED = "genviral:a7c3f1d2-6b84-4b19-8f3d-1c9e5a702b46"
INSTAGRAM = "genviral:6b0c8c9c-55ac-4fcb-85ec-70b5a8b0d089"
YOUTUBE = "genviral:c81e4f7a-0d3b-4a92-b6f1-93d2c7e8504f"
PINTEREST = "genviral:5e9d2c60-b7a1-4c38-9e0f-48a6f3b1d7c2"
#: How often one call tries what may be tried again: a fault that is to be told must last as long.
TRIES = 3
SLIDES = {"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]}

Body = dict[str, Any]


@dataclass
class Agent:
    """Calls tools and opens the envelope, checking on every call what must hold for all."""

    client: Client

    async def call(self, tool: str, progress: ProgressFnT | None = None, **arguments: object) -> Body:
        answer = await self.client.call_tool(tool, arguments, progress_callback=progress)
        [block] = answer.content
        text = getattr(block, "text", "")
        body: Body = json.loads(text)
        assert body == answer.structured_content
        assert answer.is_error is not body["ok"]
        assert KEY not in text
        assert body["ok"] or len(text) < 8_000
        assert set(body) >= {"ok", "code", "message", "request_id"}
        assert ("data" in body) is body["ok"]
        assert ("retry" in body) is not body["ok"]
        return body

    async def create(self, **changes: object) -> Body:
        """Call create_post with a valid post and ``changes``; ``None`` takes a field away."""
        post: Body = {"caption": "Launch day", "accounts": [INSTAGRAM], "media": SLIDES, **changes}
        return await self.call("create_post", **{name: value for name, value in post.items() if value is not None})


@dataclass
class Service:
    """The sandbox's controls."""

    url: str
    http: httpx2.AsyncClient

    async def fault(self, fault: str, path: str = "/posts", method: str = "POST", times: int = 1) -> None:
        body = {"method": method, "path": path, "fault": fault, "times": times}
        (await self.http.post(f"{self.url}/_sandbox/faults", json=body)).raise_for_status()

    async def advance(self, seconds: float) -> None:
        (await self.http.post(f"{self.url}/_sandbox/clock", json={"advance_seconds": seconds})).raise_for_status()

    async def failing(self, account: str, message: str | None) -> None:
        body = {account.removeprefix("genviral:"): {"fail": message}}
        (await self.http.post(f"{self.url}/_sandbox/delivery", json=body)).raise_for_status()

    async def posts(self) -> list[Body]:
        return (await self.http.get(f"{self.url}/_sandbox/posts")).json()["posts"]

    async def requests(self, method: str, path: str) -> int:
        log = (await self.http.get(f"{self.url}/_sandbox/requests")).json()["requests"]
        return sum(entry["method"] == method and entry["path"].endswith(path) for entry in log)


@asynccontextmanager
async def genviral(
    home: Path, clock: Clock = utc_now, fetching: Callable[[Clock], Fetcher] = Fetcher, /, **settings: str
) -> AsyncGenerator[tuple[Agent, Service]]:
    """An agent whose postwright speaks to a fresh sandbox of Genviral; ``settings`` as in the environment."""
    async with running(create_app(worker_delay=0.0)) as url, httpx2.AsyncClient(timeout=60) as http:
        given = {
            "GENVIRAL_API_KEY": KEY,
            "GENVIRAL_BASE_URL": f"{url}{BASE_PATH}",
            "GENVIRAL_POLL_SECONDS": "0.05",
            **settings,
        }
        async with agent(home, clock, fetching, **given) as found:
            yield found, Service(url, http)


@asynccontextmanager
async def agent(
    home: Path, clock: Clock = utc_now, fetching: Callable[[Clock], Fetcher] = Fetcher, /, **settings: str
) -> AsyncGenerator[Agent]:
    """An agent at a postwright with these settings and its state in ``home``; whose breaker never opens by default."""
    given = {"BREAKER_FAILURES": "0", "PROBE_URLS": "off", **settings}
    environment = {f"POSTWRIGHT_{name}": value for name, value in given.items()}
    loaded = load({"POSTWRIGHT_HOME": str(home), **environment})
    async with build(loaded, clock, fetching=fetching) as app, Client(app.server) as client:
        yield Agent(client)
