"""A scripted model behind the Anthropic Messages API, on loopback: what the model saw becomes an assertion.

An agent's client asks it for the next message and gets the next step of the script: the step's number is
the number of tool results in the conversation so far, so retries and side requests do not advance it.
"""

import json
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

JsonObject = dict[str, Any]

#: The names of tools carry their server's name in front: ``mcp__postwright__create_post``.
SEPARATOR = "__"


@dataclass(frozen=True, slots=True)
class Seen:
    """One tool result as it stood in the model's conversation."""

    text: str
    is_error: bool

    @property
    def body(self) -> JsonObject:
        """The result's JSON object."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call, by the name that the server gave the tool."""

    tool: str
    arguments: JsonObject = field(default_factory=dict[str, Any])


#: Yields each call and is sent what came of it, so that a later call can be made of an earlier result.
Script = Generator[Step, Seen]


@dataclass(slots=True)
class Model:
    """The script, how far it came, and every request that came in."""

    script: Script
    final: str
    url: str = ""
    steps: list[Step] = field(default_factory=list[Step])
    requests: list[JsonObject] = field(default_factory=list[JsonObject])
    crashes: list[Exception] = field(default_factory=list[Exception])
    ended: bool = False

    @property
    def turns(self) -> list[JsonObject]:
        """The requests of the agent's own loop: those that offer tools."""
        return [request for request in self.requests if request.get("tools")]

    @property
    def tools(self) -> dict[str, JsonObject]:
        """The definitions that the last turn offered, by full name."""
        return {tool["name"]: tool for tool in self.turns[-1]["tools"]}

    @property
    def seen(self) -> list[Seen]:
        """The tool results in the last turn's conversation, oldest first."""
        return _results(self.turns[-1])

    def answer(self, request: JsonObject) -> JsonObject:
        """Return the content block that comes next: a tool call, or words."""
        seen = _results(request)
        step = self._step(seen) if request.get("tools") else None
        if step is None:
            return {"type": "text", "text": self.final}
        names = [tool["name"] for tool in request["tools"]]
        name = next((name for name in names if name.rpartition(SEPARATOR)[2] == step.tool), None)
        if name is None:
            raise LookupError(f"{step.tool} was not offered, only {names}")
        return {"type": "tool_use", "id": f"toolu_{len(seen)}", "name": name, "input": step.arguments}

    def _step(self, seen: list[Seen]) -> Step | None:
        """Return the step that follows these results: the one told before, or the script's next; none at its end."""
        if len(seen) == len(self.steps) and not self.ended:
            try:
                self.steps.append(self.script.send(seen[-1]) if seen else next(self.script))
            except StopIteration:
                self.ended = True
        return self.steps[len(seen)] if len(seen) < len(self.steps) else None

    async def messages(self, request: Request) -> Response:
        """Serve ``POST /v1/messages``; a script that fails ends the run and is raised again by ``serve``."""
        body = await request.json()
        self.requests.append(body)
        try:
            block = self.answer(body)
        except Exception as error:  # noqa: BLE001  (a script may fail in any way, and the test must hear of it)
            error.add_note(f"The model had seen {_results(body)}")
            self.crashes.append(error)
            block = {"type": "text", "text": f"The script failed: {error!r}"}
        message = _message(f"msg_{len(self.requests)}", body["model"], block)
        if not body.get("stream"):
            return JSONResponse(message)
        return Response("".join(_events(message)), media_type="text/event-stream")


def _results(request: JsonObject) -> list[Seen]:
    """Find the tool results in a request's conversation, oldest first."""
    blocks: list[JsonObject] = [
        block for message in request["messages"] if isinstance(message["content"], list) for block in message["content"]
    ]
    return [
        Seen(_text(block.get("content", "")), block.get("is_error", False))
        for block in blocks
        if block["type"] == "tool_result"
    ]


@contextmanager
def served(app: Starlette) -> Generator[str]:
    """Serve what a model speaks through on a free loopback port, from a thread; tell its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def serve(script: Script, final: str = "Done.") -> Generator[Model]:
    """Serve a scripted model on a free loopback port; raise what went wrong in its script."""
    model = Model(script, final)
    app = Starlette(
        routes=[
            Route("/v1/messages", model.messages, methods=["POST"]),
            Route("/v1/messages/count_tokens", _count, methods=["POST"]),
            Route("/{path:path}", _nothing, methods=["GET", "POST", "HEAD"]),
        ]
    )
    with served(app) as url:
        model.url = url
        yield model
    if model.crashes:
        raise model.crashes[0]


async def _count(request: Request) -> Response:
    return JSONResponse({"input_tokens": 1})


async def _nothing(request: Request) -> Response:
    return JSONResponse({})


def _text(content: str | list[JsonObject]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block["type"] == "text")


def _message(identity: str, model: str, block: JsonObject) -> JsonObject:
    return {
        "id": identity,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": "tool_use" if block["type"] == "tool_use" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _events(message: JsonObject) -> Iterator[str]:
    block: JsonObject = message["content"][0]
    if block["type"] == "tool_use":
        opening: JsonObject = block | {"input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        opening = block | {"text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    start: JsonObject = message | {"content": [], "stop_reason": None}
    yield _event("message_start", message=start)
    yield _event("content_block_start", index=0, content_block=opening)
    yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    yield _event("message_delta", delta=stop, usage={"output_tokens": 1})
    yield _event("message_stop")


def _event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
