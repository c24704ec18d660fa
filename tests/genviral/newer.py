"""An agent at a sandbox of Genviral's newer generation, and the accounts and media that its tests post with."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from schemas.instant import wire
from tests.desk import KEY, Agent, Body, Service, agent

LINKEDIN = "genviral:91f6b8d3-2e5c-4d07-8a4b-e0c7d5126f9a"
FACEBOOK = "genviral:e34a7d15-9c80-4f62-a1d8-6b5f20c9e873"
ON_X = "genviral:b2f60d47-3c19-4e85-9d7a-0f5e8c41a693"
BLUESKY = "genviral:f7a90c35-8e42-4b6d-a1f3-5d2c7b90e814"

VIDEO = {"type": "video", "url": "https://cdn.example.com/clip.mp4"}
CLIP = {**VIDEO, "duration_sec": 30}
BOARD = {"board_id": "123"}
LINK = "https://lumen.example/a"


@asynccontextmanager
async def serving(accounts: list[Body] | None = None) -> AsyncGenerator[Service]:
    """A sandbox of the newer generation."""
    app = create_app(accounts, generation="v2", worker_delay=0.0)
    async with running(app) as url, httpx2.AsyncClient(timeout=60) as http:
        yield Service(url, http)


@asynccontextmanager
async def desk(home: Path, service: Service, rules: str = "v2") -> AsyncGenerator[Agent]:
    """An agent whose postwright speaks to ``service`` by these rules."""
    base = f"{service.url}{BASE_PATH}"
    async with agent(home, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=base, GENVIRAL_RULES=rules) as found:
        yield found


@asynccontextmanager
async def newer(home: Path, rules: str = "v2") -> AsyncGenerator[tuple[Agent, Service]]:
    """Both at once."""
    async with serving() as service, desk(home, service, rules) as found:
        yield found, service


def later(**delta: float) -> str:
    """Name a time so far ahead."""
    return wire(datetime.now(UTC) + timedelta(**delta))
