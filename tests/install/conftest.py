"""An empty home for every test."""

from pathlib import Path

import pytest

from tests.install.room import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    return Room(home, folder)
