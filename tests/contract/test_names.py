"""Names and texts stay under what clients cut them at, and what verdicts name is at hand."""

import ast
import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest

from engine.modes import ServerMode
from engine.verdict import NEXT, NEXT_OF_CREATE
from providers.local.rules import RULES as LOCAL
from server.app import build
from server.instructions import instructions
from server.settings import load
from tests.contract.surface import ONE
from tools.catalogue import TOOLS
from tools.tool import Tool

ROOT = Path(__file__).parents[2]
#: Claude Code cuts instructions here.
MOST_CHARACTERS = 2_048
#: How clients put a server's name before a tool's; the shortest cut of the whole is at 60.
WHOLE = ("mcp__{server}__{tool}", "{server}__{tool}", "mcp_{server}_{tool}", "mcp__plugin_{server}_{server}__{tool}")


@pytest.mark.anyio
async def test_the_server_has_a_name_that_no_client_cuts(tmp_path: Path) -> None:
    async with build(load({"POSTWRIGHT_HOME": str(tmp_path)})) as app:
        assert re.fullmatch(r"[a-z_]{1,12}", app.server.name)
        for tool in TOOLS:
            assert all(len(form.format(server=app.server.name, tool=tool.name)) <= 60 for form in WHOLE)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_and_its_arguments_have_names_that_no_client_cuts_or_changes(tool: Tool[Any]) -> None:
    assert re.fullmatch(r"[a-z_]{1,24}", tool.name)
    assert all(re.fullmatch(r"[a-z_]{1,24}", name) for name in tool.reader([LOCAL]).schema["properties"])


@pytest.mark.parametrize("mode", ServerMode)
def test_the_instructions_are_told_to_their_end_in_every_mode(mode: ServerMode) -> None:
    longest = max(available_timezones(), key=len)
    assert len(instructions(list(ONE), mode, longest)) <= MOST_CHARACTERS


def named_in_verdicts() -> set[str]:
    """The tools of all calls that a result's ``next`` may hold, as they are written in the code."""
    found = {call.tool for call in (*NEXT.values(), *NEXT_OF_CREATE.values())}
    for path in (path for layer in ("engine", "tools", "server") for path in (ROOT / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NextCall":
                [value] = [keyword.value for keyword in node.keywords if keyword.arg == "tool"]
                if isinstance(value, ast.Constant):
                    found.add(str(value.value))
    return found


def test_what_a_verdict_may_name_is_at_hand_but_for_what_was_called_already() -> None:
    assert {tool.name for tool in TOOLS if tool.at_hand} == named_in_verdicts() - {"create_post"}
