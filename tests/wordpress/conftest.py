"""The network is tested on a strict fake, and on the real WordPress where that is installed (the full run)."""

from collections.abc import AsyncIterator

import pytest

from sandbox.serve import running
from tests.peers.fixtures import wordpress
from tests.wordpress import fake
from tests.wordpress.site import Site, behind_a_wall

__all__ = ["wordpress"]


#: PHP in WebAssembly takes seconds for each request, and a minute to come up.
_SLOW = pytest.mark.timeout(900)


@pytest.fixture(params=["fake", pytest.param("real", marks=_SLOW)])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """A site with an administrator; the real one keeps what earlier tests posted."""
    if request.param == "real":
        real = request.getfixturevalue("wordpress")
        async with behind_a_wall(real.url, real.user, real.app_password) as found:
            yield found
        return
    async with (
        running(fake.create_app(fake.Blog())) as url,
        behind_a_wall(url, fake.USER, fake.PASSWORD) as found,
    ):
        yield found
