"""What the tests of the stores share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.store import Components, Store
from tests.patience import patient
from tests.postgres import cluster, own_cluster, postgres_url
from tests.store.stores import KINDS, Open, opener

__all__ = ["cluster", "own_cluster", "patient", "postgres_url"]


@pytest.fixture(params=KINDS)
async def connect(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Open stores on the same data, and close them at the end."""
    open_, opened = opener(request.param, tmp_path, request), list[Store]()

    def connect(components: Components) -> Store:
        opened.append(open_(components))
        return opened[-1]

    yield connect
    for store in opened:
        await store.aclose()
