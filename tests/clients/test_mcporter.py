import json
from pathlib import Path

import pytest

from tests.clients import node
from tests.clients.node import Finished, Runner
from tests.clients.story import (
    CORRECT,
    MISTAKEN,
    TOOLS,
    JsonObject,
    assert_refused,
    assert_scheduled,
    assert_status,
)

pytestmark = [
    pytest.mark.clients,
    node.needs("mcporter"),
    pytest.mark.parametrize("target", ["stdio", "http", "sse"], indirect=True),
]

#: Its exit code for a result with ``isError``.
TOOL_IS_ERROR = 1


def call(run: Runner, config: Path, tool: str, arguments: JsonObject) -> Finished:
    command = ["call", f"postwright.{tool}", "--args", json.dumps(arguments), "--output", "json"]
    return run("mcporter", "--config", str(config), *command)


def test_every_tool_is_listed_with_its_schema(run: Runner, config: Path) -> None:
    listed = run("mcporter", "--config", str(config), "list", "postwright", "--schema", "--json")
    assert listed.code == 0, listed
    tools = {tool["name"]: tool for tool in json.loads(listed.out)["tools"]}
    assert tools.keys() >= TOOLS
    assert all(tool["inputSchema"]["type"] == "object" for tool in tools.values())


def test_a_mistaken_post_is_refused_and_the_corrected_one_is_known_to_the_next_run(run: Runner, config: Path) -> None:
    refused = call(run, config, "create_post", MISTAKEN)
    assert refused.code == TOOL_IS_ERROR, refused
    assert_refused(json.loads(refused.out))
    made = call(run, config, "create_post", CORRECT)
    assert made.code == 0, made
    post_id = assert_scheduled(json.loads(made.out))
    checked = call(run, config, "check_status", {"post_id": post_id})
    assert checked.code == 0, checked
    assert_status(json.loads(checked.out), post_id)
