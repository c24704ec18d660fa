"""What the tests of the embedded engine share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers import database
from tests.local.embedded import Embedded, Watch
from tests.peers.fixtures import telegram

__all__ = ["embedded", "telegram", "watch"]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody find a database locked for too long because the machine is slow."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 100.0)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def embedded(tmp_path: Path, watch: Watch) -> AsyncIterator[Embedded]:
    """The engine with nothing configured: the outbox alone."""
    async with Embedded(tmp_path, watch) as engine:
        yield engine
