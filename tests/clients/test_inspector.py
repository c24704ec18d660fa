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

#: Transport and protocol era: ``legacy`` is the handshake of 2025-11-25, ``modern`` is 2026-07-28.
WAYS = [("stdio", "legacy"), ("stdio", "modern"), ("http", "legacy"), ("http", "modern"), ("sse", "legacy")]

pytestmark = [
    pytest.mark.clients,
    node.needs("inspector"),
    pytest.mark.parametrize(("target", "era"), WAYS, indirect=["target"]),
]

#: Its exit code for a result with ``isError``.
TOOL_IS_ERROR = 5


def inspect(run: Runner, config: Path, era: str, *arguments: str) -> Finished:
    server = ["--config", str(config), "--server", "postwright", "--protocol-era", era]
    return run("inspector", "--cli", *server, *arguments, "--format", "json", "-q")


def call(run: Runner, config: Path, era: str, tool: str, arguments: JsonObject) -> Finished:
    named = ["--tool-name", tool, "--tool-args-json", json.dumps(arguments)]
    return inspect(run, config, era, "--method", "tools/call", *named)


def envelope(finished: Finished) -> JsonObject:
    """Return a result's object, which its one text block must tell just the same."""
    result = json.loads(finished.out)["result"]
    (block,) = result["content"]
    assert json.loads(block["text"]) == result["structuredContent"]
    return result["structuredContent"]


def test_the_published_schemas_are_portable_without_a_warning(run: Runner, config: Path, era: str) -> None:
    listed = inspect(run, config, era, "--method", "tools/list", "--strict")
    assert listed.err == ""
    assert listed.code == 0
    assert {tool["name"] for tool in json.loads(listed.out)["result"]["tools"]} >= TOOLS


def test_a_mistaken_post_is_refused_and_the_corrected_one_is_known_to_the_next_run(
    run: Runner, config: Path, era: str
) -> None:
    refused = call(run, config, era, "create_post", MISTAKEN)
    assert refused.code == TOOL_IS_ERROR, refused
    assert_refused(envelope(refused))
    made = call(run, config, era, "create_post", CORRECT)
    assert made.code == 0, made
    post_id = assert_scheduled(envelope(made))
    checked = call(run, config, era, "check_status", {"post_id": post_id})
    assert checked.code == 0, checked
    assert_status(envelope(checked), post_id)
