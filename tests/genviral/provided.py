"""Genviral as the server puts it together, for what is asked of a provider by its own verbs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from starlette.types import ASGIApp

from providers.protocol import Provider
from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from server.app import build
from server.settings import load
from tests.desk import KEY, Service
from tests.sandbox.silence import GIVES_UP, Silence


@asynccontextmanager
async def provided(home: Path, app: ASGIApp | None = None) -> AsyncGenerator[tuple[Provider, Service]]:
    """The provider, before a fresh sandbox or another service."""
    async with running(Silence(app or create_app(worker_delay=0.0))) as url, httpx2.AsyncClient(timeout=60) as http:
        environment = {
            "POSTWRIGHT_HOME": str(home / "home"),
            "POSTWRIGHT_GENVIRAL_API_KEY": KEY,
            "POSTWRIGHT_GENVIRAL_BASE_URL": url if app else f"{url}{BASE_PATH}",
            "POSTWRIGHT_SEND_TIMEOUT": str(GIVES_UP),
            "POSTWRIGHT_BREAKER_FAILURES": "0",
        }
        async with build(load(environment)) as opened:
            yield opened.desk.providers["genviral"], Service(url, http)
