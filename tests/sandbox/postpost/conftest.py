"""A stand-in of its own for every test."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from sandbox.postpost import MANAGED, create_app
from tests.sandbox.postpost.caller import TODAY, Caller, calling
from tests.sandbox.still import still


@pytest.fixture
async def postpost(anyio_backend: str) -> AsyncGenerator[Caller]:
    async with calling(create_app(clock=still())) as caller:
        yield caller


@pytest.fixture
async def today(postpost: Caller) -> Caller:
    """The same in the middle of a month, with tokens that do not end."""
    await postpost.control("/clock", {"now": TODAY})
    await postpost.control("/tokens", dict.fromkeys(await postpost.look("/tokens")))
    return postpost


@pytest.fixture
def managed(postpost: Caller) -> Caller:
    """The same stand-in, called for the managed user."""
    return replace(postpost, user=MANAGED)
