"""A stand-in of its own for every test."""

from collections.abc import AsyncGenerator

import pytest

from sandbox.socialapi import create_app
from tests.sandbox.socialapi.caller import Caller, calling
from tests.sandbox.still import still


@pytest.fixture
async def socialapi(anyio_backend: str) -> AsyncGenerator[Caller]:
    async with calling(create_app(clock=still())) as caller:
        yield caller


@pytest.fixture
async def instant(anyio_backend: str) -> AsyncGenerator[Caller]:
    """A stand-in whose deliveries have ended by the time of the answer."""
    async with calling(create_app(worker_delay=0, clock=still())) as caller:
        yield caller
