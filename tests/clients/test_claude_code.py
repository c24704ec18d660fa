import pytest

from tests.clients import node
from tests.clients.agents import HERMETIC
from tests.clients.room import Room
from tests.clients.target import COMMAND

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900), node.needs("claude")]


@pytest.mark.parametrize("room", ["stdio", "http"], indirect=True)
def test_the_server_is_added_with_one_command_and_then_connects(room: Room) -> None:
    entry = [room.target.url] if room.target.url else ["--", *COMMAND]
    added = room.run("claude", "mcp", "add", "--transport", room.target.transport, "postwright", *entry, **HERMETIC)
    assert added.code == 0, added
    listed = room.run("claude", "mcp", "list", **HERMETIC)
    assert "Connected" in listed.out, listed
