"""Someone who calls the SocialAPI stand-in over a real socket, and knows what an answer has to look like."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.types import ASGIApp

from sandbox.serve import running
from sandbox.socialapi import BASE_PATH

Body = dict[str, Any]

#: A client reads all of the machine's certificates unless it is told that it needs none.
NO_TLS = False

KEY = "sapi_key_" + "5ec7e7" * 10 + "00"

INSTAGRAM, FACEBOOK, TIKTOK, YOUTUBE = "acc_01AAA", "acc_01BBB", "acc_01CCC", "acc_01DDD"
LINKEDIN, LINKEDIN_PAGE, THREADS, TWITTER = "acc_01EEE", "acc_01FFF", "acc_01GGG", "acc_01HHH"
PINTEREST, GOOGLE, BLUESKY, ZALO = "acc_01III", "acc_01JJJ", "acc_01KKK", "acc_01LLL"
WHATSAPP, DEAD_THREADS = "acc_01MMM", "acc_01PPP"
STRANGER = "acc_01ZZZ"

PHOTO = {"source_type": "url", "source": "https://media.example.com/1.jpg"}
CLIP = {"source_type": "url", "source": "https://media.example.com/1.mp4"}


def to(*accounts: str, **own: Any) -> list[Body]:
    """Address accounts as a request does, each with the same fields of its own."""
    return [{"account_id": account, **own} for account in accounts]


def post(**changes: Any) -> Body:
    """A valid text for Facebook, published now, with ``changes``; the ``...`` of a field takes it away."""
    body: Body = {"text": "Launch day", "publish_now": True, "targets": to(FACEBOOK), **changes}
    return {name: value for name, value in body.items() if value is not ...}


def draft(**changes: Any) -> Body:
    """The same as a draft."""
    return post(publish_now=False, **changes)


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller with one connection pool."""

    url: str
    http: httpx2.AsyncClient

    async def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any
    ) -> httpx2.Response:
        """Send a request and check that its answer carries an id, an error in its envelope (seed 004)."""
        auth = {"Authorization": f"Bearer {KEY}"} | dict(headers or {})
        answer = await self.http.request(method, f"{self.url}{BASE_PATH}{path}", json=body, params=query, headers=auth)
        assert answer.headers["X-Request-ID"]
        if answer.is_error and "error" in answer.json():
            found = answer.json()
            assert set(found) == {"error", "request_id"}
            assert set(found["error"]) <= {"code", "message", "meta"}
            assert found["error"]["message"]
            assert found["request_id"] == answer.headers["X-Request-ID"]
        return answer

    async def data(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request that succeeds; returns its body."""
        answer = await self.send(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json()

    async def refusal(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, Body]:
        """Send a request that fails; returns its status, code and meta."""
        answer = await self.send(method, path, body, **query)
        assert answer.is_error, answer.text
        error = answer.json()["error"]
        return answer.status_code, error["code"], error.get("meta", {})

    async def create(self, **changes: Any) -> Any:
        """Create a post that is published now, valid but for ``changes``."""
        return await self.data("POST", "/posts", post(**changes))

    async def create_draft(self, **changes: Any) -> Any:
        """Create a draft."""
        return await self.data("POST", "/posts", draft(**changes))

    async def refused(self, **changes: Any) -> tuple[int, str, Body]:
        """Try to create a post, and fail."""
        return await self.refusal("POST", "/posts", post(**changes))

    async def shown(self, post_id: str) -> Any:
        """Read a post."""
        return await self.data("GET", f"/posts/{post_id}")

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Use a control."""
        answer = await self.http.request(method, f"{self.url}/_sandbox{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def look(self, path: str) -> Any:
        """Read a control."""
        return await self.control(path, method="GET")

    async def fault(self, fault: str, path: str = "/posts", **more: Any) -> None:
        """Arm a fault."""
        await self.control("/faults", {"path": path, "fault": fault, **more})

    async def wait(self, seconds: float) -> None:
        """Let time pass in the sandbox."""
        await self.control("/clock", {"advance_seconds": seconds})

    async def delivery(self, account: str, **behaviour: Any) -> None:
        """Let deliveries to an account go in a certain way, or as usual."""
        await self.control("/delivery", {account: behaviour})

    async def limit(self, **limits: Any) -> None:
        """Set limits of the plan."""
        await self.control("/limits", limits)

    async def login(self, account: str, **state: Any) -> None:
        """Let an account's login end or live."""
        await self.control("/accounts", {account: state})

    async def ahead(self, **span: float) -> str:
        """Name a time so far ahead of the sandbox's."""
        now = datetime.fromisoformat((await self.look("/clock"))["now"])
        return (now + timedelta(**span)).isoformat()

    async def account(self, account_id: str) -> Any:
        """Read an account."""
        return next(one for one in (await self.data("GET", "/accounts"))["data"] if one["id"] == account_id)

    async def appearances(self) -> list[Body]:
        """Count how often each post came out on each account."""
        return [one["appearances"] for one in (await self.look("/posts"))["posts"]]


@asynccontextmanager
async def calling(app: ASGIApp) -> AsyncGenerator[Caller]:
    """Serve ``app`` and call it."""
    async with running(app) as url, httpx2.AsyncClient(verify=NO_TLS, timeout=60) as http:
        yield Caller(url, http)
