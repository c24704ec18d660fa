"""What the journal is compared with: a server that passes calls on to the same services and keeps no record of them."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bench.faults.machine import ProcessDied, Trouble
from bench.faults.process import Surroundings, opened
from engine.orders import content, order
from providers.protocol import Failure, Provider
from schemas.jsonvalue import JsonObject, text
from schemas.post import Query
from schemas.post_intake import PostIntake


class Wrapper:
    """Sends what it is told, calls every failure one, and finds a post again by looking once through the list."""

    def __init__(self, provider: Provider, trouble: Trouble) -> None:
        self._provider = provider
        self._intake = PostIntake([provider.rules])
        self.trouble = trouble

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject | None:
        """Create a post, or look for one of the same text."""
        try:
            return await (self._create(arguments) if tool == "create_post" else self._look(arguments))
        except ProcessDied:
            return None
        except Failure:
            return {"ok": False, "outcome": "failed"}

    async def _create(self, arguments: JsonObject) -> JsonObject:
        request = self._intake.read(arguments).request
        if request is None:
            return {"ok": False, "outcome": "failed"}
        try:
            await self._provider.create(order(content(request), key=secrets.token_hex(16)))
        except Failure:
            look = {"tool": "check_status", "arguments": {"post_id": request.caption}}
            return {"ok": False, "outcome": "failed", "retry": {"decision": "check_first"}, "next": [look]}
        return {"ok": True}

    async def _look(self, arguments: JsonObject) -> JsonObject:
        page = await self._provider.posts(Query(100))
        if any(post.caption == text(arguments["post_id"]) for post in page.posts):
            return {"ok": True}
        return {"ok": False, "outcome": "failed", "error_code": "rejected", "retry": {"decision": "fix_and_retry"}}

    async def open_cases(self) -> int:
        """Count what is not known: it never knows that."""
        return 0

    async def recorded(self, caption: str) -> list[str]:
        """Tell what stands recorded: nothing does."""
        return []


@asynccontextmanager
async def wrapping(around: Surroundings, trouble: Trouble, settings: dict[str, str]) -> AsyncGenerator[Wrapper]:
    """Start one."""
    async with opened(around, trouble, settings) as (desk, _):
        yield Wrapper(desk.desk.providers[around.kind.provider], trouble)
