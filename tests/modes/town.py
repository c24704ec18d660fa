"""All services at once, as sandboxes that outlive any one server, and what of them has gone out or is to."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx2
from starlette.types import ASGIApp

from engine import approving
from engine.clock import utc_now
from engine.held import Held
from sandbox import genviral, postpost, socialapi
from sandbox.serve import running
from schemas.instant import Clock, wire
from schemas.result import Result
from server.app import open_desk
from server.settings import load
from tests.desk import INSTAGRAM, SLIDES, Agent, Body, agent
from tools.again import carry_out

X = "postpost:twitter-1582941003"
THREADS = "socialapi:acc_01GGG"
OUTBOX = "local:outbox"
#: One account of each provider, and what a post there needs beside its caption.
POSTS: dict[str, Body] = {INSTAGRAM: {"media": SLIDES}, X: {}, THREADS: {}, OUTBOX: {}}
DRAFTERS = (X, THREADS, OUTBOX)
LATER = wire(datetime.now(UTC) + timedelta(days=20))
KEYS = {"GENVIRAL": "gva_live_many.key", "POSTPOST": "sk_many_keys.key", "SOCIALAPI": f"sapi_key_{'9f3c1d' * 10}00"}
_SANDBOXES = {"GENVIRAL": genviral, "POSTPOST": postpost, "SOCIALAPI": socialapi}
#: A draft, and one that was deleted; a post that was to go out and is cancelled shows by what is missing.
_DRAFT = frozenset({"draft", "cancelled"})


@dataclass
class Town:
    """The services, and a home in which servers of any mode keep their state."""

    home: Path
    urls: dict[str, str]
    http: httpx2.AsyncClient

    @property
    def settings(self) -> dict[str, str]:
        """What a server needs to reach all of it, as in the environment."""
        given = {"PROVIDERS": "genviral,postpost,socialapi,local"}
        for name, sandbox in _SANDBOXES.items():
            given |= {f"{name}_API_KEY": KEYS[name], f"{name}_BASE_URL": f"{self.urls[name]}{sandbox.BASE_PATH}"}
        return given

    def agent(self, clock: Clock = utc_now, **settings: str) -> AbstractAsyncContextManager[Agent]:
        return agent(self.home, clock, **self.settings, **settings)

    async def fault(self, service: str, fault: str, path: str, times: int = 1) -> None:
        body = {"method": "POST", "path": path, "fault": fault, "times": times}
        (await self.http.post(f"{self.urls[service]}/_sandbox/faults", json=body)).raise_for_status()

    async def writes(self) -> int:
        """How many requests that could change something have reached the services."""
        count = 0
        for url in self.urls.values():
            log = (await self.http.get(f"{url}/_sandbox/requests")).json()["requests"]
            count += sum(entry["method"] != "GET" for entry in log)
        return count

    async def gone(self) -> dict[str, list[str]]:
        """What each service has that went out, or is to: the captions of all posts that are no drafts."""
        found = {name: await self._posts(url) for name, url in self.urls.items()}
        found["LOCAL"] = [path.name for path in (self.home / "outbox").glob("*.md")]
        return found

    async def out(self) -> set[str]:
        """Every post that is no draft, with how it stands: at the services, in the ledger and in the outbox."""
        found: set[str] = set()
        for url in self.urls.values():
            posts: list[Body] = (await self.http.get(f"{url}/_sandbox/posts")).json()["posts"]
            found |= {f"{_named(one)} {one['status']}" for one in posts if one["status"] not in _DRAFT}
        async with self.agent(MODE="read") as looking:
            local = (await looking.call("list_posts", provider="local", limit=100))["data"]["posts"]
        found |= {f"{one['id']} {one['status']}" for one in local if one["status"] not in _DRAFT}
        return found | {path.name for path in (self.home / "outbox").glob("*.md")}

    async def failing(self, account: str) -> None:
        """Let deliveries to an account of PostPost fail."""
        body = {account.removeprefix("postpost:"): {"fail": "It cannot be shown."}}
        (await self.http.post(f"{self.urls['POSTPOST']}/_sandbox/delivery", json=body)).raise_for_status()

    async def heal(self) -> None:
        """Let nothing go wrong any more."""
        for url in self.urls.values():
            (await self.http.delete(f"{url}/_sandbox/faults")).raise_for_status()

    async def _posts(self, url: str) -> list[str]:
        posts: list[Body] = (await self.http.get(f"{url}/_sandbox/posts")).json()["posts"]
        return [str(post) for post in posts if post.get("status") not in _DRAFT]

    async def count(self, service: str, wanted: int) -> bool:
        return len((await self.gone())[service]) == wanted

    async def approve(self, held_id: str, clock: Clock = utc_now, *, cut: bool | None = None) -> Result:
        """Approve as the terminal does; the power is cut before (``cut`` false) or after (true) the tool has run."""
        given = {f"POSTWRIGHT_{name}": value for name, value in self.settings.items()}
        async with open_desk(load({"POSTWRIGHT_HOME": str(self.home), **given}), clock) as opened:
            desk = opened.desk
            assert desk.approvals
            held = await desk.approvals.find(held_id)
            assert held

            async def run(taken: Held) -> Result:
                if cut is False:
                    raise PowerCutError
                result = await carry_out(desk, taken, "a person")
                if cut:
                    raise PowerCutError
                return result

            return await approving.approve(desk, desk.approvals, held, "a person", run)


def _named(one: Body) -> str:
    return str(one.get("id") or one.get("postGroupId") or one.get("_id"))


class PowerCutError(Exception):
    """The power is cut."""


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to become true."""
    with anyio.fail_after(100):
        while not await condition():  # noqa: ASYNC110  (other processes set no event)
            await anyio.sleep(0.02)


@asynccontextmanager
async def town(home: Path) -> AsyncGenerator[Town]:
    """Fresh sandboxes of all services."""
    async with AsyncExitStack() as stack:
        urls: dict[str, str] = {}
        for name, sandbox in _SANDBOXES.items():
            app: ASGIApp = sandbox.create_app(worker_delay=0.0)
            urls[name] = await stack.enter_async_context(running(app))
        yield Town(home, urls, await stack.enter_async_context(httpx2.AsyncClient(timeout=60)))


def post(account: str, caption: object = "Launch day", **more: object) -> Body:
    """The arguments of a valid create_post on one account."""
    return {"caption": caption, "accounts": [account], **POSTS[account], **more}


async def hold(caller: Agent, account: str = OUTBOX, **more: object) -> Body:
    """Create a post that is held, and return its data."""
    body = await caller.call("create_post", **post(account, **more))
    assert (body["ok"], body["code"], body["outcome"]) == (True, 202, "nothing_sent"), body
    assert body["data"]["status"] == "awaiting_approval"
    return body["data"]


def told(body: Body) -> tuple[str | None, str | None]:
    return body.get("error_code"), body.get("outcome")
