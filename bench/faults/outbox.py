"""The truth about local posts: the files in the outbox, and the requests that a webhook on loopback got."""

import json
from collections import Counter
from pathlib import Path
from unicodedata import normalize

from starlette.types import Receive, Scope, Send

from bench.faults.living import read

_PUBLISHED = "SELECT id, account FROM delivery WHERE state = 'published'"


class Hook:
    """An ASGI application that takes every post, and counts the requests of each caption by their ``webhook-id``."""

    def __init__(self) -> None:
        self.seen: dict[str, Counter[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one post."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        name = next(value for key, value in scope["headers"] if key == b"webhook-id").decode()
        caption = normalize("NFC", json.loads(body)["data"]["caption"])
        self.seen.setdefault(caption, Counter())[name] += 1
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Outbox:
    """What came of local posts."""

    def __init__(self, home: Path, hook: Hook) -> None:
        self._home = home
        self._hook = hook

    async def made(self, caption: str, *, draft: bool) -> int:
        """Count the deliveries of a caption; none is there if one that is told as published is not."""
        files = [path.stem.rpartition("-")[2] for path in self._home.glob("outbox/*.md") if _caption(path) == caption]
        requests = self._hook.seen.get(caption, Counter[str]())
        there = {"local:outbox": files, "local:webhook": requests}
        told = read(self._home, lambda connection: connection.execute(_PUBLISHED).fetchall()) or []
        if not files or any(name not in there[account] for name, account in told):
            return 0
        return max(len(files), requests.total())


def _caption(path: Path) -> str:
    return normalize("NFC", path.read_text(encoding="utf-8").split("---\n", 2)[2].strip())
