from pathlib import Path

import pytest

from tests.clients import node
from tests.clients.agents import both, offered, run_openclaw
from tests.clients.model import Script, Step
from tests.clients.room import Room
from tests.clients.story import MISTAKEN, TOOLS

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900), node.needs("openclaw")]


def test_with_its_tools_laid_open_openclaw_refuses_what_the_schema_does_and_the_server_the_rest(room: Room) -> None:
    trail = Path(room.environment["POSTWRIGHT_HOME"]) / "audit"

    def script() -> Script:
        post = MISTAKEN | {"accounts": ["local:outbox"]}
        own = yield Step("create_post", post)
        assert "hashtags: schema is false" in own.text
        assert not trail.exists()
        del post["hashtags"]
        seen = yield Step("create_post", post)
        assert seen.is_error
        assert {problem["code"] for problem in both(seen.text)["problems"]} == {"no_offset"}

    told = run_openclaw(script(), room, toolSearch=False)
    assert offered(told, "postwright__").keys() >= TOOLS
