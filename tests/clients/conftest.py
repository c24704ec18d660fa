"""A clean room for every client: its own home, its own data folder, a server of its own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import node
from tests.clients.node import Finished, Runner
from tests.clients.target import Target, reach

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
def target(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[Target]:
    """The server, reached over the transport that the test is parametrized with."""
    with reach(request.param, environment) as reached:
        yield reached


@pytest.fixture
def config(target: Target, tmp_path: Path) -> Path:
    """The file that tells a client of the server, in the form that all of them read."""
    path = tmp_path / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"postwright": target.entry()}}), encoding="utf-8")
    return path


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Runner:
    """Run a client from npm in the clean room; keywords are further variables of its environment."""

    def run_client(client: str, *arguments: str, **variables: str) -> Finished:
        return node.run(client, *arguments, environment=environment | variables, folder=tmp_path)

    return run_client
