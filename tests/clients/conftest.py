"""A clean room for every client: its own home, its own data folder, a server of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.room import Room
from tests.clients.target import reach

pytest.register_assert_rewrite("tests.clients.story")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """All the environment there is: nothing of the machine's but the path to its programs."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "POSTWRIGHT_HOME": str(tmp_path / "postwright"),
        "POSTWRIGHT_PROBE_URLS": "off",
    }


@pytest.fixture
def room(request: pytest.FixtureRequest, environment: dict[str, str], tmp_path: Path) -> Iterator[Room]:
    """A room with the server in it, over the transport that the test is parametrized with, else on stdio."""
    with reach(getattr(request, "param", "stdio"), environment) as target:
        yield Room(target, environment, tmp_path)
