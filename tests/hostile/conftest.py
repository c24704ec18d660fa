"""One victim of each kind for all tests of a module: they are many, and each says what it hears."""

from collections.abc import Generator

import pytest
from anyio.from_thread import start_blocking_portal

from tests.hostile.leaping import LeapingLoop
from tests.hostile.victims import KINDS, Victim, at_the_mercy


@pytest.fixture(scope="module", params=[kind.name for kind in KINDS])
def victim(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Victim]:
    kind = next(kind for kind in KINDS if kind.name == request.param)
    home = tmp_path_factory.mktemp("home")
    with (
        start_blocking_portal("asyncio", {"loop_factory": LeapingLoop}) as portal,
        portal.wrap_async_context_manager(at_the_mercy(kind, home, portal)) as found,
    ):
        yield found
