"""A WordPress, real or not, behind a wall on which faults can be put, and what its administrator sees of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from providers.networks.network import Parcel
from providers.networks.wordpress.network import WordPress
from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, refused
from sandbox.faults import Faults
from sandbox.interceptor import Interceptor
from sandbox.serve import running
from sandbox.traffic import Traffic
from tests.desk import Agent
from tests.leaks import planted
from tests.local import chatting
from tests.local.chatting import Body
from tests.local.networked import means

KIND = KINDS["wordpress"]
#: Seconds that a site may take; PHP in WebAssembly is slow.
PATIENCE = 120


@dataclass(frozen=True)
class Site(chatting.Controls):
    """A running site, reached at ``url``; ``user`` and ``password`` are its administrator's."""

    user: str
    password: str

    async def login(self, home: Path, **given: str) -> Login:
        """Log in; the password may show nowhere from now on."""
        planted.update({self.password, self.password.replace(" ", "")})
        asked = {"site": self.url, "user": self.user, "password": self.password}
        return await KIND.log_in({**asked, **given}, means(home))

    async def connected(self, home: Path) -> WordPress:
        network = KIND.connect(await self.login(home), means(home))
        assert isinstance(network, WordPress)
        return network

    @property
    def account(self) -> str:
        return f"local:wordpress-{self.user}@{self.url.removeprefix('http://')}"

    async def read(self, path: str, **query: str) -> list[Body]:
        auth = (self.user, self.password)
        async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE, auth=auth) as http:
            answer = await http.get(f"{self.url}/wp-json/wp/v2/{path}", params={"context": "edit", **query})
            answer.raise_for_status()
            return answer.json()

    async def posts(self, words: str) -> list[Body]:
        """The posts whose content has these words, whatever their status."""
        found = await self.read("posts", status="any", per_page="100")
        return [post for post in found if words in post["content"]["raw"]]

    async def posted(self) -> int:
        return sum(
            entry["path"] == "/wp-json/wp/v2/posts" and entry["method"] == "POST" for entry in await self.requests()
        )


@asynccontextmanager
async def behind_a_wall(target: str, user: str, password: str) -> AsyncGenerator[Site]:
    """Pass requests on to a site, but for those that faults happen to."""
    clock, faults, traffic = Clock(), Faults(), Traffic()

    async def forward(request: Request) -> Response:
        async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
            headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
            url = f"{target}{request.url.path}?{request.url.query}"
            answer = await http.request(request.method, url, headers=headers, content=await request.body())
        kept = ("content-type", "location", "retry-after")
        return Response(
            answer.content,
            answer.status_code,
            {name: value for name, value in answer.headers.items() if name.lower() in kept},
        )

    app = Starlette(
        routes=[
            *Controls(clock, faults, traffic, _failure).routes(),
            Route("/{path:path}", forward, methods=["GET", "POST", "DELETE"]),
        ],
        middleware=[Middleware(Interceptor, base="", clock=clock, faults=faults, traffic=traffic, failure=_failure)],
        exception_handlers={ControlError: refused},
    )
    async with running(app) as url:
        yield Site(url, user, password)


def parcel(caption: str, delivery: str = "dlv_1", **more: object) -> Parcel:
    media = more.pop("media", None)
    return Parcel(delivery, "pst_1", "", caption, media, utc_now(), **more)  # pyright: ignore[reportArgumentType]


async def posted(found: Agent, account: str, caption: str, **more: Any) -> Body:
    """Post on one account, and wait as long as PHP in WebAssembly takes for what becomes of it."""
    made = await found.call("create_post", caption=caption, accounts=[account], **more)
    assert made["ok"], made
    stand: Body = made["data"]
    with anyio.fail_after(5 * 50):
        while not stand.get("terminal"):
            stand = (await found.call("check_status", post_id=made["data"]["id"], wait_seconds=50))["data"]
    return stand["deliveries"][0]


def _failure(status: int, code: str | None, shape: str | None) -> Body:
    return {"code": code or "wp_die", "message": "<p>There has been a critical error.</p>", "data": {"status": status}}
