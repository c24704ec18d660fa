"""Someone who calls the Genviral stand-in over a real socket, and knows what an answer has to look like."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.types import ASGIApp

from sandbox.genviral import BASE_PATH
from sandbox.serve import running

Body = dict[str, Any]

#: A client reads all of the machine's certificates unless it is told that it needs none.
NO_TLS = False

#: Gives up soon after its request is out.
IMPATIENT = httpx2.Timeout(10, read=0.1)

TOKEN = "gva_live_caller.s3cret"
TIKTOK = "0f4f54d4-8cce-4fb7-8c7b-befbcb8af812"
TIKTOK_TOO = "2d1b9a3e-51c7-4e0a-9c64-7f2f0a6d8b15"
HOSTED = "a7c3f1d2-6b84-4b19-8f3d-1c9e5a702b46"
INSTAGRAM = "6b0c8c9c-55ac-4fcb-85ec-70b5a8b0d089"
YOUTUBE = "c81e4f7a-0d3b-4a92-b6f1-93d2c7e8504f"
PINTEREST = "5e9d2c60-b7a1-4c38-9e0f-48a6f3b1d7c2"
LINKEDIN = "91f6b8d3-2e5c-4d07-8a4b-e0c7d5126f9a"
FACEBOOK = "e34a7d15-9c80-4f62-a1d8-6b5f20c9e873"
X = "b2f60d47-3c19-4e85-9d7a-0f5e8c41a693"
BLUESKY = "f7a90c35-8e42-4b6d-a1f3-5d2c7b90e814"
STRANGER = "11111111-1111-1111-1111-111111111111"

VIDEO = {"type": "video", "url": "https://media.example.com/clip.mp4"}
SLIDES = {"type": "slideshow", "urls": ["https://media.example.com/1.jpg", "https://media.example.com/2.png"]}


def to(*accounts: str) -> list[Body]:
    """Address accounts as a request does."""
    return [{"id": account} for account in accounts]


def post(**changes: Any) -> Body:
    """A valid slideshow for one TikTok account, with ``changes``; the ``...`` of a field takes it away."""
    body: Body = {"caption": "Launch day", "media": SLIDES, "accounts": to(TIKTOK), **changes}
    return {name: value for name, value in body.items() if value is not ...}


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller with one connection pool."""

    url: str
    http: httpx2.AsyncClient

    async def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        """Send a request and check that its answer is in the envelope (seed 000)."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = await self.http.request(
            method, f"{self.url}{BASE_PATH}{path}", json=body, params=query, headers=headers
        )
        found = answer.json()
        assert found["code"] == answer.status_code
        assert found["ok"] is answer.is_success
        assert isinstance(found["message"], str)
        assert ("data" in found) is found["ok"]
        return answer

    async def data(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request that succeeds; returns its data."""
        answer = await self.send(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    async def refusal(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, Body]:
        """Send a request that fails; returns its status, error code and whole body."""
        answer = await self.send(method, path, body, **query)
        assert answer.is_error, answer.text
        return answer.status_code, answer.json()["error_code"], answer.json()

    async def create(self, **changes: Any) -> Any:
        """Create a post, valid but for ``changes``."""
        return await self.data("POST", "/posts", post(**changes))

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

    async def failing(self, account: str, message: str | None) -> None:
        """Let deliveries to an account fail, or heal it."""
        await self.control("/delivery", {account: {"fail": message}})

    async def ahead(self, **span: float) -> str:
        """Name a time so far ahead of the sandbox's."""
        now = datetime.fromisoformat((await self.look("/clock"))["now"])
        return (now + timedelta(**span)).isoformat()


@asynccontextmanager
async def calling(app: ASGIApp) -> AsyncGenerator[Caller]:
    """Serve ``app`` and call it."""
    async with running(app) as url, httpx2.AsyncClient(verify=NO_TLS, timeout=60) as http:
        yield Caller(url, http)
