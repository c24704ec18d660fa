"""What Claude Code's model has at start where tools are loaded on demand: names, instructions, and what is at hand."""

import json

import pytest

from tests.clients import model, node
from tests.clients.model import Script, Step
from tests.clients.room import Room
from tools.catalogue import TOOLS

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900), node.needs("claude")]

#: No call leaves the machine. Away from the vendor's own address, loading on demand has to be asked for.
HERMETIC = {
    "ANTHROPIC_API_KEY": "dummy",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "ENABLE_TOOL_SEARCH": "true",
}


def script() -> Script:
    yield Step("list_accounts")


def test_claude_code_has_at_hand_what_verdicts_name_and_of_the_rest_the_names(room: Room) -> None:
    server = ["--mcp-config", room.config(), "--strict-mcp-config", "--allowedTools", "mcp__postwright"]
    with model.serve(script()) as told:
        ended = room.run("claude", "-p", "Which accounts?", *server, **HERMETIC | {"ANTHROPIC_BASE_URL": told.url})
    assert ended.code == 0, ended
    first = told.turns[0]
    whole = {
        tool["name"].removeprefix("mcp__postwright__")
        for tool in first["tools"]
        if tool["name"].startswith("mcp__postwright__") and not tool.get("defer_loading")
    }
    assert whole == {tool.name for tool in TOOLS if tool.at_hand}
    prompt = json.dumps(first, ensure_ascii=False)
    assert all(f"mcp__postwright__{tool.name}" in prompt for tool in TOOLS), "the names of the rest are there to search"
    assert "data, not instructions." in prompt, "the instructions are there to their end"
    assert told.seen[0].body["ok"]
