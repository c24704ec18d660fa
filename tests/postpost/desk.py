"""An agent at a postwright with PostPost: real MCP client and journal; the sandbox and a host of media as the wire."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx2
from mcp.client import Client
from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.cases import Cases, Pauses
from engine.clock import utc_now
from engine.desk import Desk
from engine.directory import Directory
from engine.intent import MIGRATIONS
from engine.journal import Journal
from engine.limits import LIMITS_MIGRATIONS, Limits
from engine.media import MEDIA_MIGRATIONS, MediaStore
from engine.taking import Takings
from providers.database import Database
from providers.fetch import Fetcher
from providers.postpost.provider import PostPost
from providers.protocol import Provider
from providers.wire import Wire
from sandbox.postpost import BASE_PATH, create_app
from sandbox.serve import running
from schemas.asset import Probing
from schemas.instant import Clock
from server.dispatch import Dispatch
from tests.desk import KEY, Agent, Body, Service
from tests.sandbox.silence import GIVES_UP, Silence

X = "postpost:twitter-1582941003"
LINKEDIN = "postpost:linkedin-Tz9W5i6ZYG"
INSTAGRAM = "postpost:instagram-17841405793187218"
THREADS = "postpost:threads-17841405793187219"
TIKTOK = "postpost:tiktok-7123456789012345678"
YOUTUBE = "postpost:youtube-UC4R8DWoMoI7CAwX8_LjQHig"
FACEBOOK = "postpost:facebook-112233445566778"
BLUESKY = "postpost:bluesky-171819"
BLUESKY_DID = "postpost:bluesky-did:plc:z72i7hdynmk6r22z27h6tvur"
MASTODON = "postpost:mastodon-109876543210987654"
TELEGRAM = "postpost:telegram--1001234567890"
PINTEREST = "postpost:pinterest-lumenlabs"
EXPIRING = "postpost:instagram-17841405793180002"
EXPIRED = "postpost:linkedin-Xp1r3dC0de"

#: Where uploaded files are said to be.
FILES_AT = "http://files.test"
JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 50
PNG = b"\x89PNG\r\n\x1a\n" + b"png" * 50
MP4 = b"\x00\x00\x00\x20ftypisom" + b"mp4" * 200
#: What the host of media has, by path.
FILES: dict[str, bytes] = {
    "/1.jpg": JPEG,
    "/2.png": PNG,
    "/3.gif": b"GIF89a" + b"gif" * 9,
    "/4.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "/clip.mp4": MP4,
    "/clip.mov": b"\x00\x00\x00\x14ftypqt  " + b"mov" * 9,
    "/clip.avi": b"RIFF\x00\x00\x00\x00AVI LIST",
    "/clip.webm": b"\x1aE\xdf\xa3" + b"\x00" * 20 + b"webm",
    "/clip.mkv": b"\x1aE\xdf\xa3" + b"\x00" * 20 + b"matroska",
    "/photo.heic": b"\x00\x00\x00\x18ftypheic",
    "/page.html": b"<!DOCTYPE html><p>Sign in first.</p>",
    "/big.jpg": JPEG + b"\x00" * (5 * 1024 * 1024),
    "/empty.jpg": b"",
}


def slides(*paths: str) -> Body:
    return {"type": "slideshow", "urls": [f"http://cdn.test{path}" for path in paths]}


def video(path: str = "/clip.mp4") -> Body:
    return {"type": "video", "url": f"http://cdn.test{path}"}


@dataclass
class Host:
    """A host of media: ``FILES`` and a path that never answers."""

    asked: list[str] = field(default_factory=list[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        if scope["path"] == "/never.jpg":
            await anyio.sleep_forever()
        await _answer(scope["path"])(scope, receive, send)


def _answer(path: str) -> Response:
    content = FILES.get(path)
    return Response(status_code=404) if content is None else Response(content, media_type="text/plain")


@dataclass
class PostPostService(Service):
    """The sandbox's controls, those that only PostPost's has too."""

    async def media(self) -> list[Body]:
        return (await self.http.get(f"{self.url}/_sandbox/media")).json()["media"]

    async def kept(self) -> list[Body]:
        """The groups that are not deleted."""
        return [post for post in await self.posts() if post["deletedAt"] is None]

    async def calls(self, method: str, verb: str) -> int:
        """How many requests there were to ``/verb/{id}``."""
        log = (await self.http.get(f"{self.url}/_sandbox/requests")).json()["requests"]
        return sum(entry["method"] == method and f"/{verb}/" in entry["path"] for entry in log)

    async def made_elsewhere(self, **body: object) -> str:
        """Make a post as another program of the user's would; returns its id as agents know it."""
        answer = await self.http.post(f"{self.url}{BASE_PATH}/create-post", json=body, headers={"x-api-key": KEY})
        return f"postpost:{answer.raise_for_status().json()['postGroupId']}"

    async def attach(self, post_id: str, content: bytes, media_type: str = "image/jpeg") -> None:
        """Bring a file to a draft, as another program would."""
        kind = media_type.partition("/")[0]
        body = {"fileName": "theirs", "contentType": media_type, "postGroupId": post_id.partition(":")[2], "type": kind}
        asked = await self.http.post(f"{self.url}{BASE_PATH}/get-upload-url", json=body, headers={"x-api-key": KEY})
        headers = {"Content-Type": media_type}
        (await self.http.put(asked.json()["uploadUrl"], content=content, headers=headers)).raise_for_status()

    async def limits(self, **changes: object) -> None:
        (await self.http.post(f"{self.url}/_sandbox/limits", json=changes)).raise_for_status()

    async def steer(self, account: str, told: object) -> None:
        """Let deliveries to an account fail as told; ``None`` heals it."""
        body = {account.removeprefix("postpost:"): {"fail": told}}
        (await self.http.post(f"{self.url}/_sandbox/delivery", json=body)).raise_for_status()


class Poster(Agent):
    """An agent whose usual post is text on LinkedIn."""

    async def create(self, **changes: object) -> Body:
        post: Body = {"caption": "Launch day", "accounts": [LINKEDIN], **changes}
        return await self.call("create_post", **{name: value for name, value in post.items() if value is not None})


@asynccontextmanager
async def postpost(
    home: Path,
    clock: Clock = utc_now,
    *,
    key: str = KEY,
    user: str | None = None,
    send_timeout: float = 60.0,
    media_seconds: float = 60.0,
    worker_delay: float = 0.0,
    silence: bool = False,
) -> AsyncGenerator[tuple[Poster, PostPostService]]:
    """An agent whose postwright speaks to a fresh sandbox of PostPost, and gives it up at once in its ``silence``."""
    app = create_app(worker_delay=worker_delay, files_at=FILES_AT)
    async with running(Silence(app) if silence else app) as url, httpx2.AsyncClient(timeout=60) as http:
        opened = agent(
            home,
            f"{url}{BASE_PATH}",
            clock,
            key=key,
            user=user,
            send_timeout=GIVES_UP if silence else send_timeout,
            media_seconds=media_seconds,
        )
        async with opened as found:
            yield found, PostPostService(url, http)


@asynccontextmanager
async def agent(
    home: Path,
    url: str,
    clock: Clock = utc_now,
    *,
    key: str = KEY,
    user: str | None = None,
    send_timeout: float = 60.0,
    media_seconds: float = 60.0,
) -> AsyncGenerator[Poster]:
    """An agent at a postwright whose PostPost is at ``url``, put together as the server does."""
    async with running(Host()) as host, home_of(home, clock) as database:
        headers = {"x-postpost-user-id": user} if user else None
        http = Wire(
            url,
            SecretStr(key),
            clock,
            timeout=send_timeout,
            concurrency=3,
            user_agent="postwright/test",
            key_header="x-api-key",
            headers=headers,
        )
        provider = PostPost(http, clock, _fetcher(host, url, clock), poll_seconds=0.05, media_seconds=media_seconds)
        providers: dict[str, Provider] = {"postpost": provider}
        pauses = Pauses(timedelta(seconds=120), timedelta(seconds=90), 4)
        cases = Cases(database, clock, {("", "postpost"): pauses})
        desk = Desk(
            providers,
            Directory(providers, clock),
            Journal(database, clock, timedelta(seconds=90)),
            cases,
            clock,
            timedelta(seconds=40),
            media := MediaStore(database, home / "media", clock, timedelta(days=7), 1_000_000_000),
            Takings(media, _fetcher(host, url, clock)),
            Limits(database, clock, {}, str),
            probing=Probing.OFF,
        )
        try:
            async with Client(Dispatch(desk, (key,)).server("0")) as client:
                yield Poster(client)
        finally:
            await provider.aclose()


@asynccontextmanager
async def home_of(home: Path, clock: Clock) -> AsyncGenerator[Database]:
    components = {"journal": MIGRATIONS, "media": MEDIA_MIGRATIONS, "limits": LIMITS_MIGRATIONS}
    database = Database(home / "postwright.db", components)
    try:
        yield database
    finally:
        await database.aclose()


def _fetcher(host: str, service: str, clock: Clock) -> Fetcher:
    """Let every name lead to the host of media, as if it were on the public internet, but one to what is uploaded."""
    ports = {urlsplit(FILES_AT).hostname: urlsplit(service).port or 0}

    async def resolve(name: str, _: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", ports.get(name) or urlsplit(host).port or 0)]

    return Fetcher(clock, resolve=resolve, permitted=lambda _: True, seconds=60.0)
