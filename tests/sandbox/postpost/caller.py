"""Someone who calls the PostPost stand-in over a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.types import ASGIApp

from sandbox.postpost import BASE_PATH
from sandbox.serve import running

Body = dict[str, Any]

#: A client reads all of the machine's certificates unless it is told that it needs none.
NO_TLS = False

#: Gives up soon after its request is out.
IMPATIENT = httpx2.Timeout(10, read=0.1)

KEY = "sk_mf3k2a9x_0123456789abcdef.s3cret"

TWITTER = "twitter-1582941003"
LINKEDIN = "linkedin-Tz9W5i6ZYG"
EXPIRED = "linkedin-Xp1r3dC0de"
INSTAGRAM = "instagram-17841405793187218"
EXPIRING = "instagram-17841405793180002"
THREADS = "threads-17841405793187219"
TIKTOK = "tiktok-7123456789012345678"
YOUTUBE = "youtube-UC4R8DWoMoI7CAwX8_LjQHig"
FACEBOOK = "facebook-112233445566778"
BLUESKY = "bluesky-171819"
BLUESKY_DID = "bluesky-did:plc:z72i7hdynmk6r22z27h6tvur"
MASTODON = "mastodon-109876543210987654"
TELEGRAM = "telegram--1001234567890"
PINTEREST = "pinterest-lumenlabs"
STRANGER = "twitter-404"

#: An id that is well-formed and nobody's.
NOBODY = "0123456789abcdef01234567"

#: The sandbox's time in the tests that set it, in the middle of a month.
TODAY = "2990-01-15T09:00:00Z"


def post(**changes: Any) -> Body:
    """A valid draft for X, with ``changes``; the ``...`` of a field takes it away."""
    body: Body = {"content": "Launch day", "platforms": [TWITTER], **changes}
    return {name: value for name, value in body.items() if value is not ...}


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller with one connection pool; ``user`` is the managed user that it acts as."""

    url: str
    http: httpx2.AsyncClient
    user: str | None = None

    async def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        """Send a request."""
        headers = {"x-api-key": KEY} | ({} if self.user is None else {"x-postpost-user-id": self.user})
        return await self.http.request(method, f"{self.url}{BASE_PATH}{path}", json=body, params=query, headers=headers)

    async def data(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request that succeeds; returns its body."""
        answer = await self.send(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refusal(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Body]:
        """Send a request that fails; returns its status and body."""
        answer = await self.send(method, path, body, **query)
        assert answer.is_error, answer.text
        return answer.status_code, answer.json()

    async def create(self, **changes: Any) -> str:
        """Create a group, valid but for ``changes``; returns its id."""
        found = await self.data("POST", "/create-post", post(**changes))
        assert found.keys() == {"success", "postGroupId"}
        return found["postGroupId"]

    async def schedule(self, **changes: Any) -> str:
        """Create a group that goes out at once, and let it go."""
        group = await self.create(**{"scheduledTime": await self.ahead(seconds=1), **changes})
        await self.wait(10)
        return group

    async def shown(self, group: str) -> list[Body]:
        """Read what became of a group."""
        found = await self.data("GET", f"/get-post/{group}")
        assert found.keys() == {"success", "postGroupId", "posts"}
        return found["posts"]

    async def listed(self, group: str) -> Body:
        """Read a group as it is listed."""
        [found] = [one for one in (await self.data("GET", "/list-posts"))["posts"] if one["postGroupId"] == group]
        return found

    async def attach(self, group: str, *, name: str, content_type: str, content: bytes = b"bytes") -> Body:
        """Upload a file into a group."""
        kind = content_type.partition("/")[0]
        body = {"fileName": name, "contentType": content_type, "postGroupId": group, "type": kind}
        ticket = await self.data("POST", "/get-upload-url", body)
        stored = await self.http.put(ticket["uploadUrl"], content=content, headers={"Content-Type": content_type})
        assert stored.status_code == 200, stored.text
        return ticket

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Use a control."""
        answer = await self.http.request(method, f"{self.url}/_sandbox{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def look(self, path: str) -> Any:
        """Read a control."""
        return await self.control(path, method="GET")

    async def recorded(self) -> list[Body]:
        """Read all groups that were ever created."""
        return (await self.look("/posts"))["posts"]

    async def fault(self, fault: str, path: str = "/create-post", **more: Any) -> None:
        """Arm a fault."""
        await self.control("/faults", {"path": path, "fault": fault, **more})

    async def wait(self, seconds: float) -> None:
        """Let time pass in the sandbox."""
        await self.control("/clock", {"advance_seconds": seconds})

    async def failing(self, platform_id: str, told: Any) -> None:
        """Let publishing on a connection fail, or heal it."""
        await self.control("/delivery", {platform_id: {"fail": told}})

    async def ahead(self, **span: float) -> str:
        """Name a time so far ahead of the sandbox's."""
        now = datetime.fromisoformat((await self.look("/clock"))["now"])
        return stamped(now + timedelta(**span))


def stamped(moment: datetime) -> str:
    """Write a time as the service does."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@asynccontextmanager
async def calling(app: ASGIApp) -> AsyncGenerator[Caller]:
    """Serve ``app`` and call it."""
    async with running(app) as url, httpx2.AsyncClient(verify=NO_TLS, timeout=60) as http:
        yield Caller(url, http)
