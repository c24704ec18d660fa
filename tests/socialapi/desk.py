"""An agent at a postwright that speaks to the sandbox of SocialAPI."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from mcp.client import Client
from mcp.shared.dispatcher import ProgressFnT

from engine.clock import utc_now
from providers.socialapi.provider import SocialAPI
from sandbox.serve import running
from sandbox.socialapi import BASE_PATH, create_app
from schemas.instant import Clock, wire
from server.app import build
from server.settings import load
from tests import desk
from tests.desk import SLIDES, Body
from tests.sandbox.silence import GIVES_UP, Silence

KEY = f"sapi_key_{'9f3c1d' * 10}00"
INSTAGRAM = "socialapi:acc_01AAA"
FACEBOOK = "socialapi:acc_01BBB"
TIKTOK = "socialapi:acc_01CCC"
YOUTUBE = "socialapi:acc_01DDD"
LINKEDIN = "socialapi:acc_01EEE"
LINKEDIN_PAGE = "socialapi:acc_01FFF"
THREADS = "socialapi:acc_01GGG"
X = "socialapi:acc_01HHH"
PINTEREST = "socialapi:acc_01III"
GOOGLE = "socialapi:acc_01JJJ"
BLUESKY = "socialapi:acc_01KKK"
WHATSAPP = "socialapi:acc_01MMM"
DEAD_THREADS = "socialapi:acc_01PPP"
PUBLISH = "/posts/{id}/publish"
VIDEO = {"type": "video", "url": "https://cdn.example.com/clip.mp4"}


def later(**delta: float) -> str:
    return wire(datetime.now(UTC) + timedelta(**delta))


def moving() -> tuple[Callable[[], datetime], Callable[[timedelta], None]]:
    """A clock that stands, and what moves it on."""
    now = datetime.now(UTC)

    def clock() -> datetime:
        return now

    def move(by: timedelta) -> None:
        nonlocal now
        now += by

    return clock, move


def slides(number: int, ending: str = "jpg") -> Body:
    return {"type": "slideshow", "urls": [f"https://cdn.example.com/{index}.{ending}" for index in range(number)]}


@dataclass
class Agent(desk.Agent):
    """Calls tools as any agent does; by default it posts on Instagram and Facebook."""

    provider: SocialAPI = field(kw_only=True)

    async def call(self, tool: str, progress: ProgressFnT | None = None, **arguments: object) -> Body:
        body = await super().call(tool, progress, **arguments)
        assert KEY not in str(body)
        return body

    async def create(self, **changes: object) -> Body:
        return await super().create(**{"accounts": [INSTAGRAM, FACEBOOK], "media": SLIDES, **changes})


@dataclass
class Service:
    """The sandbox's controls."""

    url: str
    http: httpx2.AsyncClient

    async def fault(self, fault: str, path: str = "/posts", method: str = "POST", times: int = 1) -> None:
        await self._control("faults", {"method": method, "path": path, "fault": fault, "times": times})

    async def advance(self, seconds: float) -> None:
        await self._control("clock", {"advance_seconds": seconds})

    async def failing(self, account: str, code: str | None, message: str | None = None) -> None:
        await self._control("delivery", {_native(account): {"fail": code, "message": message}})

    async def login(self, account: str, expires_in: float | None) -> None:
        await self._control("accounts", {_native(account): {"token_expires_in": expires_in}})

    async def limits(self, **changes: object) -> None:
        await self._control("limits", changes)

    async def posts(self) -> list[Body]:
        """All posts that were made, deleted ones left out, oldest first."""
        found: list[Body] = (await self.http.get(f"{self.url}/_sandbox/posts")).json()["posts"]
        return [post for post in found if not post.get("deleted_at")]

    async def requests(self, method: str, path: str) -> int:
        log: list[Body] = (await self.http.get(f"{self.url}/_sandbox/requests")).json()["requests"]
        return sum(entry["method"] == method and entry["path"].endswith(path) for entry in log)

    async def call(self, method: str, path: str, **body: object) -> Body:
        """Call the API itself, as another client of the same customer would."""
        headers = {"Authorization": "Bearer sapi_key_another"}
        answer = await self.http.request(method, f"{self.url}{BASE_PATH}{path}", json=body or None, headers=headers)
        return answer.raise_for_status().json()

    async def _control(self, name: str, body: Body) -> None:
        (await self.http.post(f"{self.url}/_sandbox/{name}", json=body)).raise_for_status()


def _native(account: str) -> str:
    return account.removeprefix("socialapi:")


@asynccontextmanager
async def socialapi(
    home: Path,
    clock: Clock = utc_now,
    *,
    delay: float = 0.0,
    plan: str = "starter",
    silence: float | None = None,
    **settings: str,
) -> AsyncGenerator[tuple[Agent, Service]]:
    """An agent whose postwright speaks to a fresh sandbox; deliveries take ``delay`` seconds there.

    Where the sandbox is silent, ``silence`` seconds pass at once; by default a call is given up sooner then.
    """
    app = create_app(worker_delay=delay, plan=plan)
    settings = {"SEND_TIMEOUT": str(GIVES_UP), **settings} if silence else settings
    async with (
        running(Silence(app, silence) if silence else app) as url,
        httpx2.AsyncClient(timeout=60) as http,
        agent(home, f"{url}{BASE_PATH}", clock, **settings) as found,
    ):
        yield found, Service(url, http)


@asynccontextmanager
async def agent(home: Path, base_url: str, clock: Clock = utc_now, **settings: str) -> AsyncGenerator[Agent]:
    """An agent at a postwright that speaks to SocialAPI alone; ``settings`` as in the environment."""
    given = {"HOME": str(home), "SOCIALAPI_API_KEY": KEY, "SOCIALAPI_BASE_URL": base_url, "BREAKER_FAILURES": "0"}
    given |= {"PROBE_URLS": "off", **settings}
    loaded = load({f"POSTWRIGHT_{name}": value for name, value in given.items()})
    async with build(loaded, clock) as app, Client(app.server) as client:
        provider = app.desk.providers["socialapi"]
        assert isinstance(provider, SocialAPI)
        yield Agent(client, provider=provider)


#: Every state that a post may be in, but for those that pass by themselves.
STATES = ("draft", "scheduled", "publishing", "published", "partial", "failed", "cancelled")
#: What a delivery fails with, that may be sent again.
THROTTLED = "platform.facebook.rate_limit"


async def made(agent: Agent, service: Service, state: str, **changes: object) -> str:
    """Bring a post on Facebook and Threads into a state; ``publishing`` needs a ``delay``."""
    failing = {"partial": [FACEBOOK], "failed": [FACEBOOK, THREADS]}.get(state, [])
    for account in failing:
        await service.failing(account, THROTTLED)
    how: Body = {"draft": {"mode": "draft"}, "scheduled": {"scheduled_at": later(hours=3)}}.get(state, {})
    body = await agent.create(**{"accounts": [FACEBOOK, THREADS], "media": None, **how, **changes})
    post_id: str = body["data"]["id"]
    for account in failing:
        await service.failing(account, None)
    if state == "cancelled":
        await service.call("POST", f"/posts/{post_id.removeprefix('socialapi:')}/unpublish")
    assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == state
    return post_id


async def lose(agent: Agent, **changes: object) -> Body:
    """Create a post whose answer is lost, and return the call that the verdict names."""
    body = await agent.create(**changes)
    told = (body["error_code"], body["outcome"], body["retry"]["decision"], body["retry"]["who"])
    assert told == ("outcome_unknown", "unknown", "check_first", "agent"), body
    [following] = body["next"]
    return following


async def assert_one(service: Service, status: str = "published") -> Body:
    """One post is there, and nobody saw it twice."""
    [post] = await service.posts()
    assert (post["status"], max(post["appearances"].values())) == (status, 1 if status == "published" else 0)
    return post
