"""One victim of each kind for all tests of a module: they are many, and each says what it hears."""

from collections.abc import Generator

import pytest
from anyio.from_thread import start_blocking_portal

from tests.hostile.victims import KINDS, Kind, Victim, at_the_mercy


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def victim(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Victim]:
    kind: Kind = request.param
    home = tmp_path_factory.mktemp("home")
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(at_the_mercy(kind, home, portal)) as found,
    ):
        yield found
