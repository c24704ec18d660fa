"""An agent at a postwright with one service, for many rows: by which call what is met, and how it is made to happen."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from providers.errors import ErrorRow
from providers.genviral.errors import TABLE as GENVIRAL
from providers.postpost.errors import TABLE as POSTPOST
from providers.socialapi.errors import find as find_socialapi
from sandbox import genviral as genviral_sandbox
from sandbox import postpost as postpost_sandbox
from sandbox import socialapi as socialapi_sandbox
from sandbox.serve import running
from tests import desk
from tests.desk import INSTAGRAM, SLIDES, Body
from tests.errors.facts import Answer, Failed
from tests.errors.wire import Tap, by_code, by_words
from tests.postpost import desk as postpost_desk
from tests.postpost.desk import LINKEDIN
from tests.socialapi import desk as socialapi_desk

#: More than any call asks again after a failure.
OFTEN = 20
#: What a steered delivery fails with besides its code.
WORDS = "These words."


@dataclass(frozen=True, slots=True)
class Way:
    """How an agent comes to a request of the service: the tool, its arguments, and the request's method and path."""

    tool: str
    arguments: Body
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Trade:
    """What is the same of a service for all its rows.

    ``ways``: a call that no tool makes names the one that stands for it. ``account`` is where deliveries fail.
    """

    ways: Mapping[str, Way | str]
    spell: Callable[[Answer, int], list[str]]
    find: Callable[[int, str | None, str], ErrorRow]
    account: str

    def way(self, on: str) -> Way:
        found = self.ways[on]
        return self.way(found) if isinstance(found, str) else found

    def row(self, answer: Answer, said: Body) -> ErrorRow:
        """The row that fits what an agent was told of an answer."""
        return self.find(said["http_status"], said.get("code"), f"{answer.field or ''} {said['message']}".strip())


@dataclass(frozen=True, slots=True)
class House:
    """One agent and its service; ``steer`` lets deliveries fail from now on, or heals them."""

    trade: Trade
    agent: desk.Agent
    service: desk.Service
    tap: Tap
    steer: Callable[[Failed | None], Awaitable[None]]

    async def struck(self, way: Way, fault: str, arguments: Body) -> Body:
        """Let a call meet a fault as often as it asks, and nothing of it be left."""
        await self.service.fault(fault, way.path, way.method, times=OFTEN)
        told = await self.agent.call(way.tool, **arguments)
        (await self.service.http.delete(f"{self.service.url}/_sandbox/faults")).raise_for_status()
        return told

    async def count(self, caption: str) -> int:
        """How many posts of this text there are, deleted ones left out."""
        posts = await self.service.posts()
        return sum(caption in post.values() and not (post.get("deletedAt") or post.get("deleted_at")) for post in posts)


_SOMETHING: Body = {"accounts": [INSTAGRAM], "media": SLIDES}
_TEXT: Body = {"accounts": [LINKEDIN]}
_PICTURE: Body = {"accounts": [LINKEDIN], "media": postpost_desk.slides("/1.jpg")}
_ON_TWO: Body = {"accounts": [socialapi_desk.INSTAGRAM, socialapi_desk.FACEBOOK], "media": SLIDES}

TRADES: dict[str, Trade] = {
    "genviral": Trade(
        {
            "create": Way("create_post", _SOMETHING, "POST", "/posts"),
            "list": Way("list_posts", {}, "GET", "/posts"),
            "status": Way("check_status", {"post_id": "genviral:1"}, "GET", "/posts/{id}"),
            "accounts": Way("list_accounts", {"refresh": True}, "GET", "/accounts"),
            **dict.fromkeys(("update", "retry", "delete", "import", "studio"), "create"),
            **dict.fromkeys(("files", "subscription"), "list"),
        },
        by_code,
        GENVIRAL.find,
        INSTAGRAM,
    ),
    "postpost": Trade(
        {
            "create": Way("create_post", _TEXT, "POST", "/create-post"),
            "update": Way("create_post", _PICTURE, "PUT", "/update-post/{id}"),
            "upload": Way("create_post", _PICTURE, "POST", "/get-upload-url"),
            "list": Way("list_posts", {}, "GET", "/list-posts"),
            "status": Way("check_status", {"post_id": f"postpost:{'6a' * 12}"}, "GET", "/get-post/{id}"),
            "accounts": Way("list_accounts", {"refresh": True}, "GET", "/platform-connections"),
            **dict.fromkeys(("delete", "test", "logs", "workspace", "bookmarks"), "list"),
        },
        by_words,
        POSTPOST.find,
        LINKEDIN,
    ),
    "socialapi": Trade(
        {
            "create": Way("create_post", _ON_TWO, "POST", "/posts"),
            "list": Way("list_posts", {}, "GET", "/posts"),
            "status": Way("check_status", {"post_id": "socialapi:p_1"}, "GET", "/posts/{id}"),
        },
        by_code,
        find_socialapi,
        socialapi_desk.INSTAGRAM,
    ),
}


@asynccontextmanager
async def genviral(home: Path) -> AsyncGenerator[House]:
    tap = Tap(genviral_sandbox.create_app(worker_delay=0.0))
    async with running(tap) as url, httpx2.AsyncClient(timeout=60) as http:
        service = desk.Service(url, http)

        async def steer(failed: Failed | None) -> None:
            await service.failing(INSTAGRAM, failed and failed.message)

        base_url = f"{url}{genviral_sandbox.BASE_PATH}"
        async with desk.agent(home, GENVIRAL_API_KEY=desk.KEY, GENVIRAL_BASE_URL=base_url) as agent:
            yield House(TRADES["genviral"], agent, service, tap, steer)


@asynccontextmanager
async def postpost(home: Path) -> AsyncGenerator[House]:
    tap = Tap(postpost_sandbox.create_app(worker_delay=0.0))
    async with running(tap) as url, httpx2.AsyncClient(timeout=60) as http:
        service = postpost_desk.PostPostService(url, http)

        async def steer(failed: Failed | None) -> None:
            told: Body | None = failed and {
                "code": failed.spoken,
                "message": failed.message or WORDS,
                "platformStatusCode": 418,
                "platformError": "Its own words",
                "retryable": failed.retryable,
            }
            await service.steer(LINKEDIN, told)

        async with postpost_desk.agent(home, f"{url}{postpost_sandbox.BASE_PATH}") as agent:
            yield House(TRADES["postpost"], agent, service, tap, steer)


@asynccontextmanager
async def socialapi(home: Path) -> AsyncGenerator[House]:
    tap = Tap(socialapi_sandbox.create_app(worker_delay=0.0))
    async with running(tap) as url, httpx2.AsyncClient(timeout=60) as http:
        controls = socialapi_desk.Service(url, http)

        async def steer(failed: Failed | None) -> None:
            await controls.failing(socialapi_desk.INSTAGRAM, failed and failed.spoken, failed and WORDS)
            # A failure of the login ends it.
            await controls.login(socialapi_desk.INSTAGRAM, None)

        async with socialapi_desk.agent(home, f"{url}{socialapi_sandbox.BASE_PATH}") as agent:
            yield House(TRADES["socialapi"], agent, desk.Service(url, http), tap, steer)


HOUSES: dict[str, Callable[[Path], AbstractAsyncContextManager[House]]] = {
    "genviral": genviral,
    "postpost": postpost,
    "socialapi": socialapi,
}
