"""PostPost without a tool before it: the verbs that no tool has, or that take files of which a tool brings others."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from pydantic import SecretStr

from engine.clock import utc_now
from providers.fetch import Fetcher
from providers.postpost.provider import PostPost
from providers.wire import Wire
from sandbox.postpost import BASE_PATH, create_app
from sandbox.serve import running
from schemas.asset import Asset, Measures
from tests.desk import KEY
from tests.postpost.desk import PostPostService


@dataclass
class Desk:
    """PostPost over the sandbox, without a tool before it: files come in by another one."""

    provider: PostPost
    service: PostPostService
    home: Path

    def asset(self, name: str, content: bytes, media_type: str) -> Asset:
        """Keep a file."""
        path = self.home / name
        path.write_bytes(content)
        return Asset(f"media:{name}", str(path), "My holiday.jpg", Measures(media_type, len(content)))


@asynccontextmanager
async def desk(home: Path) -> AsyncGenerator[Desk]:
    async with running(create_app(worker_delay=0.0)) as url, httpx2.AsyncClient(timeout=60) as http:
        wire = Wire(
            f"{url}{BASE_PATH}",
            SecretStr(KEY),
            utc_now,
            timeout=60.0,
            concurrency=3,
            user_agent="postwright/test",
            key_header="x-api-key",
        )
        # No link is loaded: whoever tries is refused.
        provider = PostPost(wire, utc_now, Fetcher(utc_now, permitted=lambda _: False))
        try:
            yield Desk(provider, PostPostService(url, http), home)
        finally:
            await provider.aclose()
