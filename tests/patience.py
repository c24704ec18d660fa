"""A fixture for whoever works on one file with many: a ``conftest.py`` imports it, and it holds for its folder."""

import pytest

from providers import database


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody find a database locked for too long because the machine is slow."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 100.0)
