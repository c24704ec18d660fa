"""A stage for each provider: an agent at a postwright whose posts can be brought into every state they can have."""

import json
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import anyio
import httpx2
import pytest
from anyio.abc import ByteStream
from filelock import FileLock
from starlette.types import ASGIApp

from providers.local.roster import Roster
from providers.networks.network import Network
from sandbox import genviral, postpost, socialapi
from sandbox.serve import running
from schemas.ability import Act
from schemas.account import Account
from schemas.instant import wire
from schemas.status import Status
from server import embedded
from server.app import DATABASE
from tests import desk
from tests.desk import Agent, Body
from tests.local.receiver import Receiver, Seen, answers, receiver
from tests.local.stand_in import StandIn

#: How long the stand-ins take to deliver: nothing moves on but by their clocks.
DELAY = 3_600.0
SLIDES = {"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg", "https://cdn.example.com/2.jpg"]}
OTHER_SLIDES = {"type": "slideshow", "urls": ["https://cdn.example.com/3.jpg"]}


def in_days(days: float) -> str:
    return wire(datetime.now(UTC) + timedelta(days=days))


def ways(**more: Any) -> dict[Act, Body]:
    """How each act is asked for: the arguments of update_post."""
    usual: Body = {
        "caption": {"caption": "Another text"},
        "media": {"media": OTHER_SLIDES},
        "schedule": {"scheduled_at": in_days(100)},
        "pause": {"mode": "draft"},
        "publish": {"mode": "publish"},
    }
    return {Act(act): arguments for act, arguments in {**usual, **more}.items()}


class Watch:
    """A clock that runs, and can be moved on."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        self._ahead += by


class Stage(Protocol):
    """One provider's posts; ``ways`` says how each act is asked for."""

    ways: dict[Act, Body]

    @property
    def agent(self) -> Agent:
        """Who calls the tools."""
        ...

    async def make(self, status: Status) -> str:
        """Make a post that stands so, and tell its id."""
        ...

    async def deliver(self) -> None:
        """Let everything that is due go out."""
        ...

    async def appearances(self) -> int:
        """Count how often anything appeared on a platform."""
        ...

    async def settings(self, post_id: str) -> str:
        """Show all that the service has of a post, in words."""
        ...


@dataclass
class Hosted:
    """A stage over a sandbox. ``failure`` is what lets a delivery fail; ``by_hand`` is what no tool brings about."""

    desk: "Desk"
    accounts: tuple[str, ...]
    ways: dict[Act, Body]
    failure: Body
    healed: Body
    shown: Callable[[Body], int]
    by_hand: dict[Status, Callable[["Hosted", str], Awaitable[None]]]
    waits: dict[Status, float] = field(default_factory=dict[Status, float])
    with_media: bool = True

    @property
    def agent(self) -> Agent:
        return self.desk.agent

    async def make(self, status: Status) -> str:
        fails = {Status.PARTIAL: self.accounts[:1], Status.FAILED: self.accounts}.get(status, ())
        for account in fails:
            await self.desk.control("delivery", {_native(account): self.failure})
        later = {"scheduled_at": in_days(1)} if status is Status.SCHEDULED else {}
        kept = {"mode": "draft"} if status is Status.DRAFT and status not in self.by_hand else {}
        media = {"media": SLIDES} if self.with_media else {}
        post: dict[str, Any] = {"caption": "Launch day", "accounts": list(self.accounts), **media, **later, **kept}
        body = await self.agent.create(**{"media": None, "allow_duplicate": True, **post})
        assert body["ok"], body
        await self.desk.advance(self.waits.get(status, 0 if later or kept else 3 * DELAY))
        if status in self.by_hand:
            await self.by_hand[status](self, body["data"]["id"])
        for account in fails:
            await self.desk.control("delivery", {_native(account): self.healed})
        return str(body["data"]["id"])

    async def deliver(self) -> None:
        await self.desk.advance(3 * DELAY)

    async def appearances(self) -> int:
        return sum(self.shown(post) for post in await self._posts())

    async def settings(self, post_id: str) -> str:
        return next(str(post) for post in await self._posts() if _native(post_id) in post.values())

    async def _posts(self) -> list[Body]:
        return (await self.desk.http.get(f"{self.desk.url}/_sandbox/posts")).json()["posts"]


def _native(post_id: str) -> str:
    return post_id.partition(":")[2]


@dataclass
class Desk:
    """An agent at a postwright and the stand-in that it speaks to, both by one clock."""

    agent: Agent
    url: str
    http: httpx2.AsyncClient
    watch: Watch

    async def control(self, name: str, body: Body) -> None:
        (await self.http.post(f"{self.url}/_sandbox/{name}", json=body)).raise_for_status()

    async def advance(self, seconds: float) -> None:
        self.watch.move(timedelta(seconds=seconds))
        await self.control("clock", {"advance_seconds": seconds})


@asynccontextmanager
async def at(home: Path, name: str, app: ASGIApp, path: str, key: str) -> AsyncGenerator[Desk]:
    watch = Watch()
    async with running(app) as url, httpx2.AsyncClient(timeout=60) as http:
        given = {f"{name}_API_KEY": key, f"{name}_BASE_URL": f"{url}{path}"}
        async with desk.agent(home, watch, **given) as agent:
            yield Desk(agent, url, http, watch)


@asynccontextmanager
async def on_genviral(home: Path) -> AsyncGenerator[Stage]:
    async def mark(stage: Hosted, post_id: str, status: str) -> None:
        await stage.desk.control("posts", {_native(post_id): {"status": status}})

    app = genviral.create_app(worker_delay=DELAY)
    async with at(home, "GENVIRAL", app, genviral.BASE_PATH, desk.KEY) as found:
        yield Hosted(
            found,
            (desk.TIKTOK, desk.TIKTOK_TWO),
            ways(accounts={"accounts": [desk.TIKTOK]}, settings={"tiktok": {"title": "Another title"}}),
            failure={"fail": "The platform said no."},
            healed={"fail": None},
            shown=lambda post: sum(state["status"] == "posted" for state in post["accounts"]["states"]),
            by_hand={
                Status.DRAFT: lambda stage, post_id: mark(stage, post_id, "draft"),
                Status.CANCELLED: lambda stage, post_id: mark(stage, post_id, "canceled"),
            },
            waits={Status.QUEUED: 0, Status.DRAFT: 0, Status.CANCELLED: 0},
        )


@asynccontextmanager
async def on_postpost(home: Path) -> AsyncGenerator[Stage]:
    accounts = ("postpost:bluesky-171819", "postpost:mastodon-109876543210987654")
    app = postpost.create_app(worker_delay=DELAY)
    async with at(home, "POSTPOST", app, postpost.BASE_PATH, desk.KEY) as found:
        yield Hosted(
            found,
            accounts,
            ways(accounts={"accounts": list(accounts[:1])}, settings={"youtube": {"title": "Another title"}}),
            failure={"fail": {"code": "PLATFORM_SERVER_ERROR"}},
            healed={"fail": None},
            shown=lambda post: sum(one["status"] == "published" for one in post["posts"]),
            by_hand={},
            waits={Status.QUEUED: DELAY / 4, Status.PUBLISHING: DELAY * 3 / 4},
            with_media=False,
        )


@asynccontextmanager
async def on_socialapi(home: Path) -> AsyncGenerator[Stage]:
    async def unpublish(stage: Hosted, post_id: str) -> None:
        headers = {"Authorization": "Bearer sapi_key_another"}
        link = f"{stage.desk.url}{socialapi.BASE_PATH}/posts/{_native(post_id)}/unpublish"
        (await stage.desk.http.post(link, headers=headers)).raise_for_status()

    accounts = ("socialapi:acc_01BBB", "socialapi:acc_01GGG")
    app = socialapi.create_app(worker_delay=DELAY, plan="starter")
    async with at(home, "SOCIALAPI", app, socialapi.BASE_PATH, "sapi_key_planted") as found:
        yield Hosted(
            found,
            accounts,
            ways(
                accounts={"accounts": list(accounts[:1]), "facebook": {}},
                settings={"first_comment": "Another comment"},
            ),
            failure={"fail": "platform.threads.rate_limit"},
            healed={},
            shown=lambda post: sum(post["appearances"].values()),
            by_hand={Status.CANCELLED: unpublish},
            waits={Status.PUBLISHING: 0},
        )


@dataclass
class Embedded:
    """A stage over the engine of this process; while ``lock`` is held here, nothing is delivered."""

    agent: Agent
    home: Path
    hook: Receiver
    lock: FileLock
    watch: Watch
    answer: Callable[[str], None]
    ways: dict[Act, Body]

    async def make(self, status: Status) -> str:
        accounts, more, hook = _LOCAL.get(status, (["local:outbox"], {}, "good"))
        self.answer(hook)
        post: Body = {"caption": "Launch day", "accounts": accounts, "allow_duplicate": True, **more}
        body = await self.agent.call("create_post", **post)
        assert body["ok"], body
        post_id: str = body["data"]["id"]
        if status is Status.CANCELLED:
            assert (await self.agent.call("delete_post", post_id=post_id))["ok"]
        if status in (Status.DRAFT, Status.SCHEDULED, Status.QUEUED, Status.CANCELLED):
            return post_id
        await self._pass(status, post_id)
        self.answer("good")
        return post_id

    async def _pass(self, status: Status, post_id: str) -> None:
        """Deliver, and let time pass until the post stands so."""
        if status is Status.MISSED:
            self.watch.move(timedelta(days=60))
        await self.deliver()
        if status in (Status.FAILED, Status.PARTIAL):
            await self._told(post_id)
            self.watch.move(timedelta(hours=30))
        found = None
        with anyio.fail_after(100):
            while found != status:
                found = (await self.agent.call("check_status", post_id=post_id))["data"]["status"]
                await anyio.sleep(0.05)

    async def _told(self, post_id: str) -> None:
        """Wait until the webhook has answered and that is written down: to move the clock before is another story."""
        under_way = True
        with anyio.fail_after(100):
            while under_way:
                answered = bool(self.hook.seen)
                found = (await self.agent.call("check_status", post_id=post_id))["data"]["deliveries"]
                under_way = not answered or any(sent["status"] == "publishing" for sent in found)
                await anyio.sleep(0.02)

    async def deliver(self) -> None:
        if self.lock.is_locked:
            self.lock.release()

    async def appearances(self) -> int:
        folder = self.home / "outbox"
        written = sum(path.suffix == ".md" for path in folder.iterdir()) if folder.exists() else 0
        return written + len(self.hook.seen)

    async def settings(self, post_id: str) -> str:
        deliveries = (await self.agent.call("check_status", post_id=post_id))["data"]["deliveries"]
        with closing(sqlite3.connect(self.home / DATABASE, timeout=60)) as database:
            [row] = database.execute("SELECT settings FROM post WHERE id = ?", (_native(post_id),))
        return f"{deliveries} {json.loads(row[0])}"


#: Our status -> the accounts and further arguments of the post that comes to stand so, and how the webhook answers.
_LOCAL: dict[Status, tuple[list[str], Body, str]] = {
    Status.DRAFT: (["local:outbox"], {"mode": "draft"}, "good"),
    Status.SCHEDULED: (["local:outbox"], {"scheduled_at": in_days(1)}, "good"),
    Status.MISSED: (["local:outbox"], {"scheduled_at": in_days(1)}, "good"),
    Status.PUBLISHING: (["local:webhook"], {}, "never"),
    Status.UNKNOWN: (["local:webhook"], {}, "lost"),
    Status.FAILED: (["local:webhook"], {}, "busy"),
    Status.PARTIAL: (["local:outbox", "local:webhook"], {}, "busy"),
}


TELEGRAM = Account("local:telegram-sandbox", "telegram", "Sandbox")


@asynccontextmanager
async def with_telegram() -> AsyncGenerator[None]:
    """Add an account on a network that takes settings."""

    def with_it(others: list[Network], *rest: Any) -> Roster:
        return Roster([*others, StandIn(TELEGRAM)], *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "Roster", with_it)
        yield


@asynccontextmanager
async def on_local(home: Path) -> AsyncGenerator[Stage]:
    said, watch = "good", Watch()

    def answer(how: str) -> None:
        nonlocal said
        said = how

    async def handle(seen: Seen, stream: ByteStream) -> None:
        if said == "never":
            await anyio.sleep_forever()
        if said != "lost":
            await answers(429 if said == "busy" else 204)(seen, stream)

    lock = FileLock(home / "courier.lock")
    lock.acquire()
    try:
        async with (
            receiver(handle) as hook,
            with_telegram(),
            desk.agent(
                home,
                watch,
                WEBHOOK_URL=hook.url,
                MAX_LATENESS=str(timedelta(days=40).total_seconds()),
            ) as agent,
        ):
            asked = ways(
                accounts={"accounts": ["local:outbox", "local:webhook"]},
                settings={"accounts": [TELEGRAM.id], "telegram": {"silent": True}},
            )
            yield Embedded(agent, home, hook, lock, watch, answer, asked)
    finally:
        lock.release(force=True)


STAGES: dict[str, Callable[[Path], Any]] = {
    "genviral": on_genviral,
    "postpost": on_postpost,
    "socialapi": on_socialapi,
    "local": on_local,
}
