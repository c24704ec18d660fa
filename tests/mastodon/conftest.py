"""The network is tested on each profile of the stand-in, on a real socket."""

from collections.abc import AsyncIterator

import pytest

from sandbox.mastodon import PROFILES, create_app
from sandbox.serve import running
from tests.mastodon.desk import Standing


@pytest.fixture(params=list(PROFILES))
async def standing(request: pytest.FixtureRequest) -> AsyncIterator[Standing]:
    """A server of one implementation, with one account; a test that names a ``profile`` gets that one."""
    profile = PROFILES[request.param]
    async with running(create_app(profile)) as url:
        yield Standing(url, profile)
