"""The table of the suite: which client speaks to the server over which transport, in which era of the protocol.

A way that is not here is one that the client does not have: no mcporter, Inspector or SDK speaks 2026-07-28 over SSE,
which that version does not know, and Claude Code and OpenClaw choose the era themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.clients import agents, callers
from tests.clients.callers import HANDSHAKE, STATELESS
from tests.clients.model import JsonObject, Script
from tests.clients.room import Room

#: Plays a script with a client in a room and an era; returns the input schema of each tool that was offered.
Play = Callable[[Script, Room, str], dict[str, JsonObject]]


@dataclass(frozen=True, slots=True)
class Client:
    """One client: its name for people, its program in ``node.py`` if it is from npm, and the name it gives itself."""

    title: str
    package: str
    program: str | None
    calls_itself: str
    play: Play
    sees: str
    ways: dict[str, tuple[str, ...]]


BOTH = {"stdio": (HANDSHAKE, STATELESS), "http": (HANDSHAKE, STATELESS), "sse": (HANDSHAKE,)}
NEWEST = {"stdio": (STATELESS,), "http": (STATELESS,), "sse": (HANDSHAKE,)}
OLDER = {"stdio": (HANDSHAKE,), "http": (HANDSHAKE,), "sse": (HANDSHAKE,)}

CLIENTS = {
    "claude-code": Client(
        "Claude Code", "@anthropic-ai/claude-code", "claude", "claude-code", agents.claude_code,
        "its model: of a success the structured content, of an error the text", NEWEST,
    ),
    "openclaw": Client(
        "OpenClaw", "openclaw", "openclaw", "openclaw", agents.openclaw,
        "its model: the structured content, then the text", OLDER,
    ),
    "inspector": Client(
        "MCP Inspector", "@modelcontextprotocol/inspector", "inspector", "inspector", callers.inspector,
        "the whole result; exit code 5 for an error", BOTH,
    ),
    "mcporter": Client(
        "mcporter", "mcporter", "mcporter", "mcporter", callers.mcporter,
        "the structured content; exit code 1 for an error", OLDER,
    ),
    "typescript-1": Client(
        "TypeScript SDK 1.x", "@modelcontextprotocol/sdk", "typescript", "typescript-sdk-1", callers.typescript_1,
        "the whole result, which it holds against the output schema, errors too", OLDER,
    ),
    "typescript-2": Client(
        "TypeScript SDK 2.x", "@modelcontextprotocol/client", "typescript", "typescript-sdk-2", callers.typescript_2,
        "the whole result", BOTH,
    ),
    "python": Client("Python SDK", "mcp", None, "mcp", callers.python, "the whole result", BOTH),
}  # fmt: skip

WAYS = [
    (name, transport, era)
    for name, client in CLIENTS.items()
    for transport, eras in client.ways.items()
    for era in eras
]
