"""A clean room for what is handed out: an empty home, a folder, and what uv has fetched before."""

import subprocess
from pathlib import Path

import pytest

from tests.packaging.room import ROOT, Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty home; uv's cache is the machine's, so that packages are fetched once for all tests."""
    home = tmp_path / "home"
    home.mkdir()
    cache = subprocess.run(["uv", "cache", "dir"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    return Room(home, tmp_path, cache)
