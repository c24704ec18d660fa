"""An empty home for every test."""

import os
from pathlib import Path

import pytest

from tests.install.room import Room
from tests.install.shelf import build, stock


@pytest.fixture
def room(tmp_path: Path) -> Room:
    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    return Room(home, folder)


@pytest.fixture
def stocked(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A home in which ``uvx postwright`` works."""
    base = tmp_path_factory.getbasetemp()
    stock(room, build((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shelf"))
    return room
