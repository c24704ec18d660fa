"""What the tests of the embedded engine share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.local.embedded import Embedded, Watch
from tests.patience import patient
from tests.peers.fixtures import telegram

__all__ = ["embedded", "patient", "telegram", "watch"]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def embedded(tmp_path: Path, watch: Watch) -> AsyncIterator[Embedded]:
    """The engine with nothing configured: the outbox alone."""
    async with Embedded(tmp_path, watch) as engine:
        yield engine
