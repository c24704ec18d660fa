"""The four providers as histories use them: how they are set up, what is posted, and what really came of it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

import httpx2
from starlette.types import ASGIApp

import sandbox.genviral
import sandbox.postpost
import sandbox.socialapi
from sandbox.clock import Clock
from schemas.jsonvalue import JsonObject, items, members
from server.app import DATABASE

#: Counts what is there of one caption: given its records, and whether only a draft was wanted.
Count = Callable[[list[JsonObject], bool], int]

HOST = "http://service.example"


@dataclass(frozen=True, slots=True)
class Kind:
    """One provider: its name, its settings, the service behind it, a valid post, and how its records are counted."""

    provider: str
    settings: dict[str, str]
    app: Callable[[Clock], ASGIApp] | None
    post: JsonObject
    caption: str
    count: Count
    drafts: bool = True


class Service:
    """The service behind one history, and the truth about what it holds."""

    def __init__(self, kind: Kind, home: Path, clock: Callable[[], datetime]) -> None:
        self._kind = kind
        self._home = home
        self.app = kind.app(Clock(clock)) if kind.app else None
        self.wire = httpx2.ASGITransport(self.app) if self.app else None

    async def made(self, caption: str, *, draft: bool) -> int:
        """Count the posts of a caption that are out or will go out; of a draft, those that are kept."""
        records = await self._records() if self.wire else self._rows()
        return self._kind.count([one for one in records if normalize("NFC", one[self._kind.caption]) == caption], draft)

    async def _records(self) -> list[JsonObject]:
        async with httpx2.AsyncClient(transport=self.wire, base_url=HOST) as http:
            return [members(one) for one in items((await http.get("/_sandbox/posts")).json()["posts"])]

    def _rows(self) -> list[JsonObject]:
        """Read the embedded engine's posts; a file that no process has opened for writing yet has none."""
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(self._home / DATABASE)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute("SELECT caption, status FROM post").fetchall()]
        return []


def _kept(records: list[JsonObject], draft: bool) -> int:
    there = (one for one in records if not one.get("deletedAt") and not one.get("deleted_at"))
    return sum((one["status"] == "draft") is draft for one in there)


def _seen(records: list[JsonObject], draft: bool) -> int:
    """Count posts of SocialAPI; one that was seen twice counts twice."""
    there = [one for one in records if not one.get("deleted_at") and (one["status"] == "draft") is draft]
    return sum(max((1, *members(one.get("appearances")).values())) for one in there)


KINDS: dict[str, Kind] = {
    "genviral": Kind(
        "genviral",
        {"GENVIRAL_API_KEY": "gva_live_history", "GENVIRAL_BASE_URL": f"{HOST}{sandbox.genviral.BASE_PATH}"},
        lambda clock: sandbox.genviral.create_app(worker_delay=0.0, clock=clock),
        {
            "accounts": [
                "genviral:6b0c8c9c-55ac-4fcb-85ec-70b5a8b0d089",
                "genviral:0f4f54d4-8cce-4fb7-8c7b-befbcb8af812",
            ],
            "media": {"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]},
        },
        "caption",
        _kept,
        drafts=False,
    ),
    "postpost": Kind(
        "postpost",
        {"POSTPOST_API_KEY": "sk_history.one", "POSTPOST_BASE_URL": f"{HOST}{sandbox.postpost.BASE_PATH}"},
        lambda clock: sandbox.postpost.create_app(worker_delay=0.0, clock=clock),
        {"accounts": ["postpost:linkedin-Tz9W5i6ZYG", "postpost:twitter-1582941003"]},
        "content",
        _kept,
    ),
    "socialapi": Kind(
        "socialapi",
        {"SOCIALAPI_API_KEY": "sapi_key_history", "SOCIALAPI_BASE_URL": f"{HOST}{sandbox.socialapi.BASE_PATH}"},
        lambda clock: sandbox.socialapi.create_app(worker_delay=0.0, plan="starter", clock=clock),
        {"accounts": ["socialapi:acc_01GGG", "socialapi:acc_01BBB"]},
        "text",
        _seen,
    ),
    "local": Kind("local", {"PROVIDERS": "local"}, None, {"accounts": ["local:outbox"]}, "caption", _kept),
}
