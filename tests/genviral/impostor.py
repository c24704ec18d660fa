"""A service that does all that Genviral does with one post, but answers one request with what a test has it say."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tests.desk import INSTAGRAM, Body
from tests.genviral.lives import native


@dataclass
class Impostor:
    """``data`` answers the request ``step``, with ``ID`` in it for the post's id; ``seen`` are the bodies it got."""

    status: str
    step: tuple[str, str]
    data: Body
    id: str = field(default_factory=lambda: str(uuid4()))
    seen: list[Body] = field(default_factory=list[Body])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if (request.method, request.url.path) == self.step:
            self.seen.append(json.loads(await request.body() or b"{}"))
            data = json.loads(json.dumps(self.data).replace("ID", self.id))
        else:
            data = {"accounts": [self.account]} if request.url.path == "/accounts" else self.post
        await JSONResponse({"ok": True, "code": 200, "message": "Said", "data": data})(scope, receive, send)

    @property
    def account(self) -> Body:
        return {
            "id": native(INSTAGRAM),
            "platform": "instagram",
            "type": "byo",
            "username": "lumen",
            "status": "active",
        }

    @property
    def post(self) -> Body:
        state = {"account_id": native(INSTAGRAM), "status": self.status, "error_message": None}
        return {
            "id": self.id,
            "caption": "Launch day",
            "status": self.status,
            "scheduled_at": "2031-07-04T09:00:00.000Z",
            "created_at": "2026-07-04T09:00:00.000Z",
            "media": {"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]},
            "accounts": {"total": 1, "states": [state]},
        }
