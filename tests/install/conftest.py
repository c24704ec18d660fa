"""An empty home for every test."""

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
    stock(room, build(tmp_path_factory.getbasetemp().parent / "shelf"))
    return room
