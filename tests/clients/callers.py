"""Clients that call a tool when told to, each by its own means: what they hand back is what counts."""

import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from anyio.from_thread import start_blocking_portal
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters

from tests.clients import node
from tests.clients.model import JsonObject, Script, Seen, Step
from tests.clients.node import Finished
from tests.clients.room import Room

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"

#: Exit codes for a result with ``isError``.
INSPECTOR_ERROR = 5
MCPORTER_ERROR = 1


def drive(script: Script, call: Callable[[Step], Seen]) -> None:
    """Make each call of a script and send back what came of it, to its end."""
    step = next(script)
    with suppress(StopIteration):
        while True:
            step = script.send(call(step))


def whole(result: JsonObject) -> Seen:
    """Take a whole result as the protocol has it: its one text block must tell the same as its structured content."""
    (block,) = result["content"]
    assert json.loads(block["text"]) == result["structuredContent"]
    return Seen(block["text"], result.get("isError", False))


def schemas(tools: list[JsonObject]) -> dict[str, JsonObject]:
    """Find the input schema of each tool listed."""
    return {tool["name"]: tool["inputSchema"] for tool in tools}


def inspector(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script with the Inspector's command line, a process for each call; return the schemas it lists."""
    server = ["--config", room.config(), "--server", "postwright", "--format", "json", "-q"]
    server += ["--protocol-era", "modern" if era == STATELESS else "legacy", "--connect-timeout", f"{node.PATIENCE}000"]

    def method(name: str, *arguments: str) -> tuple[Finished, JsonObject]:
        ended = room.run("inspector", "--cli", *server, "--method", name, *arguments)
        return ended, json.loads(ended.out)["result"]

    def call(step: Step) -> Seen:
        named = ["--tool-name", step.tool, "--tool-args-json", json.dumps(step.arguments)]
        ended, result = method("tools/call", *named)
        assert ended.code == (INSPECTOR_ERROR if result.get("isError") else 0), ended
        return whole(result)

    listed, result = method("tools/list", "--strict")
    assert (listed.code, listed.err) == (0, "")
    drive(script, call)
    return schemas(result["tools"])


def mcporter(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script with mcporter, a process for each call; return the schemas it lists."""
    config = ["--config", room.config()]

    def call(step: Step) -> Seen:
        named = [f"postwright.{step.tool}", "--args", json.dumps(step.arguments), "--output", "json"]
        ended = room.run("mcporter", *config, "call", *named)
        assert ended.code in {0, MCPORTER_ERROR}, ended
        return Seen(ended.out, ended.code == MCPORTER_ERROR)

    drive(script, call)
    listed = room.run("mcporter", *config, "list", "postwright", "--schema", "--json")
    assert listed.code == 0, listed
    return schemas(json.loads(listed.out)["tools"])


def typescript_1(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script with the TypeScript SDK 1.x, which holds every result, errors too, against the output schema."""
    return _typescript("1", script, room, era)


def typescript_2(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script with the TypeScript SDK 2.x; return the schemas it lists."""
    return _typescript("2", script, room, era)


def _typescript(sdk: str, script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    arguments = [sdk, era, json.dumps(room.target.entry())]
    with node.talk("typescript", *arguments, environment=room.environment, folder=room.folder) as client:

        def call(step: Step) -> Seen:
            return whole(_asked(client, {"name": step.tool, "arguments": step.arguments}))

        tools = _asked(client, None)["tools"]
        drive(script, call)
    assert all(tool["outputSchema"] for tool in tools)
    return schemas(tools)


def _asked(client: subprocess.Popen[str], question: JsonObject | None) -> JsonObject:
    """Say a line to a driver, read the line that it answers; an error that the SDK threw fails the test."""
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write(json.dumps(question) + "\n")
    client.stdin.flush()
    answer: dict[str, Any] = json.loads(client.stdout.readline())
    assert "thrown" not in answer, answer
    return answer


def python(script: Script, room: Room, era: str) -> dict[str, JsonObject]:
    """Play a script with the Python SDK's client; return the schemas it lists."""
    client = _python_client(room, "auto" if era == STATELESS else "legacy")
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):

        def call(step: Step) -> Seen:
            result = portal.call(client.call_tool, step.tool, step.arguments)
            return whole(result.model_dump(by_alias=True, mode="json"))

        tools = portal.call(client.list_tools).tools
        drive(script, call)
        assert client.protocol_version == era
    assert all(tool.output_schema for tool in tools)
    return {tool.name: tool.input_schema for tool in tools}


def _python_client(room: Room, mode: str) -> Client:
    """Make a client; it connects when it is entered."""
    match room.target.entry():
        case {"type": "stdio", "command": command, "args": arguments, "env": environment}:
            server = StdioServerParameters(command=command, args=arguments, env=environment)
        case {"type": "sse", "url": url}:
            server = sse_client(url)
        case entry:
            server = entry["url"]
    return Client(server, mode=mode, read_timeout_seconds=node.PATIENCE)
