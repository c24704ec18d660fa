import json

import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent

from tests.clients.story import (
    ACCOUNT,
    CAPTION,
    MISTAKEN,
    TOOLS,
    JsonObject,
    assert_refused,
    assert_status,
)
from tests.clients.target import COMMAND, Target

HANDSHAKE = "2025-11-25"
MODERN = "2026-07-28"

#: What the client is told to do, and the protocol version that must come of it.
ERAS = {"legacy": HANDSHAKE, "auto": MODERN}

WAYS = [("stdio", "legacy"), ("stdio", "auto"), ("http", "legacy"), ("http", "auto"), ("sse", "legacy")]

pytestmark = [
    pytest.mark.clients,
    pytest.mark.anyio,
    pytest.mark.parametrize(("target", "mode"), WAYS, indirect=["target"]),
]


def connect(target: Target, mode: str) -> Client:
    """Make a client for a target; it connects when it is entered."""
    match target.transport:
        case "stdio":
            command, *arguments = COMMAND
            environment = dict(target.environment)
            server = StdioServerParameters(command=command, args=arguments, env=environment)
        case "http":
            server = target.url
        case "sse":
            server = sse_client(target.url)
    return Client(server, mode=mode, read_timeout_seconds=60)


async def call(client: Client, tool: str, arguments: JsonObject) -> tuple[bool, JsonObject]:
    """Call a tool; return whether it failed, and its object, which its one text block must tell just the same."""
    result = await client.call_tool(tool, arguments)
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert json.loads(block.text) == result.structured_content
    return result.is_error, json.loads(block.text)


async def test_the_tools_are_listed_and_a_post_once_corrected_is_published_in_either_era(
    target: Target, mode: str
) -> None:
    async with connect(target, mode) as client:
        assert client.protocol_version == ERAS[mode]
        tools = (await client.list_tools()).tools
        failed, refused = await call(client, "create_post", MISTAKEN)
        _, made = await call(client, "create_post", {"caption": CAPTION, "accounts": [ACCOUNT]})
        post_id = made["data"]["id"]
        _, checked = await call(client, "check_status", {"post_id": post_id, "wait_seconds": 20})
        _, listed = await call(client, "list_posts", {})
    assert {tool.name for tool in tools} >= TOOLS
    assert all(tool.output_schema for tool in tools)
    assert failed
    assert_refused(refused)
    assert_status(checked, post_id, "published")
    assert [post["id"] for post in listed["data"]["posts"]] == [post_id]
