"""A stand-in of its own for every test."""

from collections.abc import AsyncGenerator

import pytest

from sandbox.genviral import create_app
from tests.sandbox.caller import Caller, calling
from tests.sandbox.still import still


@pytest.fixture
async def genviral(anyio_backend: str) -> AsyncGenerator[Caller]:
    async with calling(create_app(clock=still())) as caller:
        yield caller


@pytest.fixture
async def newer(anyio_backend: str) -> AsyncGenerator[Caller]:
    async with calling(create_app(generation="v2", clock=still())) as caller:
        yield caller
