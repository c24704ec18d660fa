"""The plugin: taken by the clients it is for, its skill and its tools in front of their models."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients import model, node
from tests.clients.model import Script, Step
from tests.clients.story import CAPTION, TOMORROW
from tests.packaging.room import Room

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

#: How Claude Code calls the server of a plugin.
SERVER = "plugin_postwright_postwright"

#: A script has no second turn to find its tools in, so that the first sees them whole.
WHOLE = {"ENABLE_TOOL_SEARCH": "false"}


@pytest.fixture
def checkout(room: Room) -> Path:
    return room.checkout()


@node.needs("claude")
def test_claude_code_finds_nothing_wrong_with_the_plugin(room: Room, checkout: Path) -> None:
    validated = room.client("claude", "plugin", "validate", "--strict", "--json", checkout)
    assert validated.code == 0, validated
    assert "postwright:posting" in room.client("claude", "plugin", "validate", "--strict", checkout).out


def with_skill() -> Script:
    yield Step("Skill", {"skill": "postwright:posting"})
    yield from posting()


def posting() -> Script:
    yield Step("list_accounts")
    when = TOMORROW.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield Step("create_post", {"caption": CAPTION, "accounts": ["local:outbox"], "scheduled_at": when})


@node.needs("claude")
def test_an_agent_with_the_plugin_reads_the_skill_and_posts_by_it(room: Room, checkout: Path) -> None:
    room.installed(checkout)
    command = ["-p", "Post it.", "--plugin-dir", checkout, "--output-format", "json"]
    allowed = ["--tools", "Skill", "--allowedTools", f"Skill mcp__{SERVER}"]
    with model.serve(with_skill(), final="It is scheduled.") as told:
        ended = room.client("claude", *command, *allowed, **WHOLE, ANTHROPIC_BASE_URL=told.url)
    assert ended.code == 0, ended
    assert json.loads(ended.out)["result"] == "It is scheduled."
    assert f"mcp__{SERVER}__create_post" in told.tools
    assert "Never create a post again because an answer was lost" in json.dumps(told.turns[-1])
    assert told.seen[2].body["data"]["status"] == "scheduled"
    assert told.seen[1].body["data"]["accounts"][0]["id"] == "local:outbox"


@node.needs("claude")
def test_claude_code_installs_it_from_the_checkout_and_connects(room: Room, checkout: Path) -> None:
    for command in (("marketplace", "add", str(checkout)), ("install", "postwright@postwright")):
        ended = room.client("claude", "plugin", *command)
        assert ended.code == 0, ended
    listed = room.client("claude", "mcp", "list")
    assert "plugin:postwright:postwright" in listed.out, listed
    assert "Connected" in listed.out, listed


@node.needs("openclaw")
def test_openclaw_takes_it_as_a_bundle_with_skill_and_server(room: Room, checkout: Path) -> None:
    installed = room.client("openclaw", "plugins", "install", checkout, "--force", "--accept-capabilities")
    assert installed.code == 0, installed
    inspected: dict[str, Any] = json.loads(room.client("openclaw", "plugins", "inspect", "postwright", "--json").out)
    plugin = inspected["plugin"]
    assert (plugin["bundleFormat"], plugin["status"], plugin["enabled"]) == ("claude", "loaded", True)
    assert plugin["bundleCapabilities"] == ["skills", "mcpServers"]
    assert inspected["mcpServers"] == [{"name": "postwright", "hasStdioTransport": True}]
    assert inspected["diagnostics"] == []
    with model.serve(posting(), final="It is scheduled.") as told:
        config = _with_model(room, told.url)
        state = ["--config", config, "--state-dir", config.parent, "--cwd", room.folder]
        ended = room.client("openclaw", "agent", "exec", "Post it.", *state, "--model", "stub/stub", "--json")
    assert ended.code == 0, ended
    assert "Publish, schedule, draft, check, change and repair" in json.dumps(told.turns[0])
    assert '"status":"scheduled"' in told.seen[1].text


def _with_model(room: Room, url: str) -> Path:
    """Give OpenClaw its model, and its servers, which get no variables, what uv fetched; name its configuration."""
    room.installed(room.home / ".openclaw/extensions/postwright")
    settings = room.home / ".config/uv/uv.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'cache-dir = "{room.cache}"\noffline = true\n', encoding="utf-8")
    config = room.home / ".openclaw/openclaw.json"
    told: dict[str, Any] = json.loads(config.read_text(encoding="utf-8"))
    stub = {"baseUrl": url, "apiKey": "dummy", "api": "anthropic-messages", "models": [{"id": "stub", "name": "stub"}]}
    more = {"models": {"providers": {"stub": stub}}, "tools": {"toolSearch": False}}
    config.write_text(json.dumps(told | more), encoding="utf-8")
    return config
