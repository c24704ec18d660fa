import json
from pathlib import Path

import pytest

from tests.clients import node
from tests.clients.room import Room
from tests.clients.story import TOOLS, Service, serving, story
from tests.clients.ways import CLIENTS, WAYS

#: A client may take as long as node.py has patience, and the server and the service have to start before it.
pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


def way(client: str, transport: str, era: str) -> object:
    program = CLIENTS[client].program
    marks = [node.needs(program)] if program else []
    return pytest.param(client, transport, era, id=f"{client}-{transport}-{era}", marks=marks)


@pytest.fixture
def service(environment: dict[str, str]) -> object:
    with serving(environment) as served:
        yield served


@pytest.mark.parametrize(("client", "room", "era"), [way(*each) for each in WAYS], indirect=["room"])
def test_who_errs_mends_and_who_is_left_in_doubt_looks_and_no_post_is_made_twice(
    client: str, service: Service, room: Room, era: str
) -> None:
    offered = CLIENTS[client].play(story(service), room, era)
    assert offered.keys() >= TOOLS
    assert all(schema["type"] == "object" for schema in offered.values())
    trail = audited(Path(room.environment["POSTWRIGHT_HOME"]))
    assert {(line["transport"], line["protocol"]) for line in trail} == {(room.target.transport, era)}
    assert all(line["client"].startswith(CLIENTS[client].calls_itself) for line in trail), trail


def audited(home: Path) -> list[dict[str, str]]:
    """Read who made the calls that write, as the server saw it."""
    lines = [line for file in home.glob("audit/*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]
