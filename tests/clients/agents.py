"""Agents with a scripted model: what stands in the model's conversation is what counts."""

import json
from contextlib import suppress
from typing import Any

from tests.clients import model
from tests.clients.model import JsonObject, Script, Seen, Step
from tests.clients.room import Room

FINAL = "Both are scheduled."

#: No call of Claude Code leaves the machine (nothing listens at that address), and no tool is held back for a search.
HERMETIC = {
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "dummy",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "ENABLE_TOOL_SEARCH": "false",
}

#: The types by which OpenClaw calls the HTTP transports; on stdio it wants none.
OPENCLAW_TRANSPORTS = {"http": "streamable-http", "sse": "sse"}


def claude_code(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script as Claude Code's model; return the schemas of the tools it was offered."""
    server = ["--mcp-config", room.config(), "--strict-mcp-config", "--allowedTools", "mcp__postwright"]
    with model.serve(script, FINAL) as told:
        output = ["--tools", "", "--output-format", "json"]
        ended = room.run("claude", "-p", "Post it.", *server, *output, **HERMETIC | {"ANTHROPIC_BASE_URL": told.url})
    assert ended.code == 0, ended
    assert json.loads(ended.out)["result"] == FINAL
    assert json.loads(ended.out)["permission_denials"] == []
    assert told.ended, told.steps
    return offered(told, "mcp__postwright__")


def openclaw(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script as OpenClaw's model; return the schemas of the tools that it found."""
    found: dict[str, JsonObject] = {}
    run_openclaw(_through_search(script, found), room)
    return found


def run_openclaw(script: Script, room: Room, **tools: bool) -> model.Model:
    """Run OpenClaw to the end of a script, with these settings of its tools; return what its model saw."""
    state = room.folder / "openclaw"
    state.mkdir()
    with model.serve(script, FINAL) as told:
        config = room.file("openclaw.json", _openclaw_config(room, told.url) | {"tools": tools})
        where = ["--config", config, "--state-dir", str(state), "--cwd", str(room.folder)]
        ended = room.run("openclaw", "agent", "exec", "Post it.", *where, "--model", "scripted/model", "--json")
    assert ended.code == 0, ended
    assert json.loads(ended.out)["final"] == FINAL
    assert told.ended, told.steps
    return told


def _openclaw_config(room: Room, url: str) -> JsonObject:
    entry = room.target.entry()
    transport = OPENCLAW_TRANSPORTS.get(entry.pop("type"))
    provider = {"baseUrl": url, "apiKey": "dummy", "api": "anthropic-messages"}
    return {
        "models": {"providers": {"scripted": provider | {"models": [{"id": "model", "name": "A script"}]}}},
        "mcp": {"servers": {"postwright": entry | ({"transport": transport} if transport else {})}},
    }


def _through_search(script: Script, found: dict[str, JsonObject]) -> Script:
    """Play a script through the three tools behind which OpenClaw keeps those of servers, unless told otherwise."""
    listed = yield Step("tool_search", {"query": "post", "limit": 50})
    for name in [tool["mcp"]["toolName"] for tool in _fenced(listed) if tool.get("sourceName") == "postwright"]:
        described = yield Step("tool_describe", {"id": f"postwright__{name}"})
        found[name] = _fenced(described)["parameters"]
    step = next(script)
    with suppress(StopIteration):
        while True:
            seen = yield Step("tool_call", {"id": f"postwright__{step.tool}", "args": step.arguments})
            result = _fenced(seen)["result"]
            body = both("\n".join(block["text"] for block in result["content"]))
            assert body == result["details"]["structuredContent"]
            step = script.send(Seen(json.dumps(body), seen.is_error))


def _fenced(seen: Seen) -> Any:
    """Read what stands between the marks that OpenClaw puts around what comes from outside."""
    fenced = seen.text.partition("\n---\n")[2]
    return json.JSONDecoder().raw_decode(fenced)[0]


def both(text: str) -> JsonObject:
    """Read what OpenClaw makes of a result: the structured content, and after it the text, which must tell the same."""
    assert text.startswith("structuredContent:\n"), text
    structured, end = json.JSONDecoder().raw_decode(text, text.index("{"))
    assert json.loads(text[end:]) == structured
    return structured


def offered(told: model.Model, prefix: str) -> dict[str, JsonObject]:
    """Find the schemas of the server's tools among those that a model was offered."""
    ours = {name: tool for name, tool in told.tools.items() if name.startswith(prefix)}
    assert all(tool["description"] for tool in ours.values())
    return {name.removeprefix(prefix): tool["input_schema"] for name, tool in ours.items()}
