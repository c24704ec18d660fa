"""The hosted providers, each with an agent before it and a service behind it that lies, breaks and floods."""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal
from mcp.client import Client

from schemas.errors import Decision, ErrorCode, Outcome, Who
from schemas.jsonvalue import items, members
from server.app import DATABASE, open_desk
from server.dispatch import Dispatch
from server.settings import load
from tests.desk import Agent, Body
from tests.hostile.leaping import Disk
from tests.hostile.service import Answer, Service, listening, said

KEY = "hostile.k3yThatMustNeverShow"
MOMENT = "2026-03-01T09:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Kind:
    """A provider, where its service lists accounts, and what an honest service answers to each kind of call."""

    name: str
    settings: dict[str, str]
    account: str
    post: str
    accounts_path: str
    accounts: Body
    created: Body
    listed: Body
    read: Body
    create_path: str = "/posts"
    honest: dict[tuple[str, str], Body] = field(default_factory=dict[tuple[str, str], Body])

    @property
    def provider(self) -> str:
        return self.name.partition(" ")[0]


def _genviral(rules: str) -> Kind:
    account: Body = {"id": "acc-1", "platform": "instagram", "type": "byo", "username": "lumen", "status": "active"}
    capabilities = {"supported_content_kinds": ["text_only"], "caption_limit": 500, "media_limits": {"max_images": 5}}
    state = {"account_id": "acc-1", "status": "failed", "error_message": "Why", "published_url": "https://x.test/1"}
    media = {"type": "slideshow", "urls": ["https://cdn.test/1.jpg"]}
    post: Body = {
        "id": "post-1", "status": "partial", "caption": "Old", "scheduled_at": MOMENT, "created_at": MOMENT,
        "media": media, "accounts": {"total": 1, "states": [state]},
    }  # fmt: skip
    warning = {"code": "SLOW", "message": "Slow", "field": "media"}
    summary = {"total": 1, "by_status": {"partial": 1}}
    return Kind(
        f"genviral {rules}",
        {"GENVIRAL_API_KEY": KEY, "GENVIRAL_RULES": rules},
        "genviral:acc-1",
        "genviral:post-1",
        "/accounts",
        _told({"accounts": [{**account, "capabilities": capabilities} if rules == "v2" else account]}),
        _told({"id": "post-1", "status": "scheduled", "scheduled_at": MOMENT, "warnings": [warning]}),
        _told({"posts": [post], "summary": summary}),
        _told(post),
    )


def _told(data: Body) -> Body:
    return {"ok": True, "code": 200, "message": "Done", "data": data}


def _postpost() -> Kind:
    post_id = "6601a0b1c2d3e4f506172839"
    connection = {"platformId": "linkedin-1", "username": "lumen", "displayName": "Lumen", "tokenStatus": "valid"}
    failed = {"code": "RATE_LIMITED", "message": "Why", "platformError": "raw", "platformStatusCode": 429}
    sent: Body = {"platform": "linkedin", "platformId": "linkedin-1", "status": "failed", "error": failed}
    sent |= {"postedId": "urn:li:share:1", "permalink": "https://x.test/1", "content": "Old"}
    row: Body = {
        "postGroupId": post_id, "content": "Old", "status": "failed", "scheduledTime": MOMENT, "createdAt": MOMENT,
        "platforms": [sent], "mediaUrls": ["https://cdn.test/1.jpg"],
    }  # fmt: skip
    pagination = {"page": 1, "limit": 20, "totalItems": 1, "totalPages": 1, "hasNextPage": False}
    warning = {"code": "SLOW", "message": "Slow", "field": "media"}
    return Kind(
        "postpost",
        {"POSTPOST_API_KEY": KEY},
        "postpost:linkedin-1",
        f"postpost:{post_id}",
        "/platform-connections",
        {"success": True, "connections": [connection]},
        {"success": True, "postGroupId": post_id, "scheduledTime": MOMENT, "warnings": [warning]},
        {"success": True, "posts": [row], "pagination": pagination},
        {"success": True, "postGroupId": post_id, "status": "failed", "posts": [sent]},
        "/create-post",
    )


def _socialapi() -> Kind:
    account = {"id": "acc_1", "platform": "facebook", "status": "active", "name": "Lumen", "username": "lumen"}
    error = {"category": "auth", "caused_by": "platform", "code": "platform.facebook.auth", "message": "Why"}
    sent = {"account_id": "acc_1", "platform": "facebook", "status": "failed", "error": error, "published_at": MOMENT}
    post: Body = {
        "id": "p_1", "status": "partial", "text": "Old", "scheduled_at": MOMENT, "created_at": MOMENT,
        "media": [{"source_type": "url", "source": "https://cdn.test/1.jpg", "type": "image"}],
        "targets": [{**sent, "permalink": "https://x.test/1"}],
    }  # fmt: skip
    limits = {
        "text": {"max_length": 500, "counting_mode": "chars"},
        "media": {"supported_image_types": ["image/jpeg"], "max_video_duration_sec": 60},
        "carousel": {"supported": True, "max_items": 10},
    }
    draft: Body = {**post, "status": "draft", "targets": []}
    return Kind(
        "socialapi",
        {"SOCIALAPI_API_KEY": KEY},
        "socialapi:acc_1",
        "socialapi:p_1",
        "/accounts",
        {"data": [account], "count": 1},
        draft,
        {"data": [post], "pagination": {"has_more": False, "next_cursor": None}},
        post,
        honest={("GET", "/validate"): {"data": {"facebook": limits}}, ("POST", "/validate"): {"valid": True}},
    )


KINDS = (_genviral("v1"), _genviral("v2"), _postpost(), _socialapi())


@dataclass
class Victim:
    """An agent at a postwright with one provider, for tests that have no event loop."""

    kind: Kind
    service: Service
    agent: Agent
    portal: BlockingPortal
    numbers: "count[int]" = field(default_factory=count)

    def call(self, tool: str, **arguments: Any) -> Body:
        """Call a tool; whatever the service said, this must come out of it."""

        async def ask() -> Body:
            return await self.agent.call(tool, **arguments)

        body: Body = self.portal.call(ask)
        assert_verdict(body)
        return body

    def behave(self, *paths: tuple[str, str]) -> None:
        """Let the service be honest in its accounts, its checks, and ``paths``; the rest stays hostile."""
        kind = self.kind
        known = {("GET", kind.accounts_path): kind.accounts, **kind.honest}
        posts: dict[tuple[str, str], Body] = {("POST", kind.create_path): kind.created}
        known |= {path: posts[path] for path in paths}
        self.service.honest = {path: said(200, json.dumps(body).encode()) for path, body in known.items()}

    def create(self, **changes: object) -> Body:
        """Create a post that is like no other before."""
        media = {"type": "slideshow", "urls": ["https://cdn.test/1.jpg"]} if self.kind.name == "genviral v1" else None
        post: Body = {"caption": f"Post {next(self.numbers)}", "accounts": [self.kind.account], "media": media}
        post |= changes
        return self.call("create_post", **{name: value for name, value in post.items() if value is not None})

    def reads(self) -> list[Body]:
        """Ask everything that only reads, each time a service that is hostile everywhere."""
        return [self.read("listed"), self.read("read"), self.read("accounts")]

    def read(self, what: str) -> Body:
        """Make the one call to which an honest service answers with ``what``."""
        if what == "listed":
            return self.call("list_posts", response_format="detailed")
        if what == "read":
            return self.call("check_status", post_id=self.kind.post)
        self.service.honest = {}
        accounts = self.call("list_accounts", refresh=True)
        self.behave()
        self.call("list_accounts", refresh=True)
        return accounts

    def hears(self, answer: Answer) -> None:
        self.service.answer = answer


def assert_verdict(body: Body) -> None:
    """Check what every answer of ours must be, beyond what `tests.desk` checks: strict JSON, no key, and a verdict."""
    assert KEY.encode() not in json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    assert body.get("error_code") != "internal_error", body
    if body["ok"]:
        return
    assert body["error_code"] in set(ErrorCode)
    assert body["outcome"] in set(Outcome)
    retry: dict[str, Any] = body["retry"]
    assert (retry["decision"] in set(Decision), retry["who"] in set(Who)) == (True, True)
    assert retry["advice"].endswith(".")


def texts(value: object) -> Iterator[str]:
    """Every text in a result, names included."""
    if isinstance(value, str):
        yield value
    inner = [*members(value).keys(), *members(value).values(), *items(value)]
    for part in inner:
        yield from texts(part)


@asynccontextmanager
async def at_the_mercy(kind: Kind, home: Path, portal: BlockingPortal) -> AsyncGenerator[Victim]:
    """Open everything for one provider; requests give up after half a second."""
    # Without the breaker: a service that only fails would soon be asked nothing any more.
    settings = {**kind.settings, "SEND_TIMEOUT": "0.5", "BREAKER_FAILURES": "0"}
    async with listening(Service()) as service:
        settings[f"{kind.provider.upper()}_BASE_URL"] = service.url
        loaded = load(
            {
                f"POSTWRIGHT_{name}": value
                for name, value in {"HOME": str(home), "PROBE_URLS": "off", **settings}.items()
            }
        )
        # Nothing runs beside the server here: what settles open cases would ask the service in between.
        database = Disk(loaded.home / DATABASE)
        async with (
            open_desk(loaded, database=database) as opened,
            Client(Dispatch(opened.desk, loaded.hidden).server("0")) as client,
        ):
            victim = Victim(kind, service, Agent(client), portal)
            victim.behave()
            yield victim
