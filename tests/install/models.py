"""Scripted models behind OpenAI's Responses API and Gemini's API, on loopback: one call of a tool, then words.

Each keeps what its client sent: the tools that it was offered, and the result of the call as a model sees it.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.jsonvalue import items, members
from tests.clients.model import served

JsonObject = dict[str, Any]


@dataclass(slots=True)
class Model:
    """A model that calls ``tool`` of the server once, without arguments, and then ends in words.

    ``offered`` are the names of the server's tools, ``seen`` are results of the call, as they stood in the requests.
    """

    tool: str
    server: str = "postwright"
    final: str = "That is all."
    url: str = ""
    offered: list[str] = field(default_factory=list[str])
    seen: list[str] = field(default_factory=list[str])

    async def openai(self, request: Request) -> Response:
        """Serve ``POST /v1/responses``, whose tools lie in a namespace for each server."""
        body = await request.json()
        results = [item for item in body["input"] if item["type"] == "function_call_output"]
        self.seen = [_text(result["output"]) for result in results] or self.seen
        space = f"mcp__{self.server}"
        self.offered = [tool["name"] for one in body["tools"] if one.get("name") == space for tool in one["tools"]]
        call = {"type": "function_call", "call_id": "call_1", "namespace": space, "name": self.tool, "arguments": "{}"}
        words = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": self.final}]}
        usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        events = [
            {"type": "response.created", "response": {"id": "resp_1"}},
            {"type": "response.output_item.done", "item": words if results else call},
            {"type": "response.completed", "response": {"id": "resp_1", "usage": usage}},
        ]
        return _streamed(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)

    async def gemini(self, request: Request) -> Response:
        """Serve ``POST /v1beta/models/NAME:streamGenerateContent``."""
        body = await request.json()
        parts = [part for content in body["contents"] for part in content["parts"]]
        results = [part["functionResponse"] for part in parts if "functionResponse" in part]
        self.seen = [json.dumps(result["response"]) for result in results] or self.seen
        named = [one["name"] for tools in items(body.get("tools")) for one in items(tools.get("functionDeclarations"))]
        front = f"mcp_{self.server}_"
        self.offered = [name.removeprefix(front) for name in named if name.startswith(front)] or self.offered
        call: JsonObject = {"functionCall": {"name": front + self.tool, "args": {}}}
        part = call if self.tool in self.offered and not results else {"text": self.final}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        return _streamed([f"data: {json.dumps({'candidates': [candidate], 'usageMetadata': usage})}\n\n"])


def _text(output: object) -> str:
    return output if isinstance(output, str) else "\n".join(members(part).get("text", "") for part in items(output))


def _streamed(events: Iterator[str] | list[str]) -> Response:
    return Response("".join(events), media_type="text/event-stream")


@contextmanager
def serve(model: Model) -> Generator[Model]:
    """Serve a model on a free loopback port."""
    routes = [
        Route("/v1/responses", model.openai, methods=["POST"]),
        Route("/v1beta/{path:path}", model.gemini, methods=["POST"]),
    ]
    with served(Starlette(routes=routes)) as url:
        model.url = url
        yield model
