"""From MCP to the tools and back: lists them, reads arguments, and ends every call in the result envelope."""

import json
import secrets as tokens
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import mcp_types as types
import structlog
from anyio import current_time
from mcp.server import Server
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from opentelemetry.trace import get_current_span

from engine.call import PREPARING_SECONDS, Call
from engine.desk import Desk
from engine.held import Held
from engine.permits import forbidden
from engine.steps import Steps
from engine.verdict import refused
from providers.meter import Meter, Unmetered
from schemas.errors import ErrorCode, Outcome
from schemas.jsonvalue import JsonObject, members, text
from schemas.problem import Problem, ProblemCode
from schemas.result import OUTPUT_SCHEMA, NextCall, Result, compact, failure
from server.audit import Audit
from server.board import apps
from server.caller import caller_of
from server.instructions import instructions
from server.listing import CACHE_HINTS, no_crash_told, whole_lists
from server.log import redact
from server.person import Asked, AtTheClient
from server.roots import Roots
from server.shelf import Shelf
from server.trail import Trail
from tools.again import carry_out
from tools.catalogue import TOOLS
from tools.tool import Tool

log = structlog.get_logger(__name__)

Context = ServerRequestContext[Any, Any]


class Dispatch:
    """The MCP handlers over one desk. ``secrets`` never leave in a result, whoever put them there.

    ``ask_seconds`` is how long a call waits for a person who is asked at the client; ``audit`` takes a line of every
    call that writes, ``meter`` counts them all.
    """

    def __init__(
        self,
        desk: Desk,
        secrets: Sequence[str],
        roots: Roots | None = None,
        *,
        ask_seconds: float = 0.0,
        audit: Audit | None = None,
        meter: Meter | None = None,
    ) -> None:
        rule_sets = [provider.rules for provider in desk.providers.values()]
        self._desk = desk
        self._secrets = secrets
        self._roots = roots or Roots((), same_machine=False)
        self._ask_seconds = ask_seconds
        self._trail = Trail(desk, audit)
        self._meter = meter or Unmetered()
        mode = desk.modes.server
        self._tools = {tool.name: tool for tool in TOOLS}
        self._readers = {tool.name: tool.reader(rule_sets) for tool in TOOLS}
        self._listed = types.ListToolsResult(
            tools=[
                _definition(tool.told(mode), tool.schema(mode, self._readers[tool.name].schema))
                for tool in TOOLS
                if tool.possible(mode)
            ]
        )

    def server(self, version: str) -> Server[Any]:
        """Make the MCP server; one serves both protocol eras and every transport."""
        shelf = Shelf(self._desk, self._secrets)
        server: Server[Any] = Server(
            "postwright",
            version=version,
            title="postwright",
            instructions=instructions(list(self._desk.providers), self._desk.modes.server, self._desk.zone),
            get_tool_input_schema=self._schema,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=shelf.list_resources,
            on_list_resource_templates=shelf.list_templates,
            on_read_resource=shelf.read_resource,
            on_list_prompts=shelf.list_prompts,
            on_get_prompt=shelf.get_prompt,
            on_completion=shelf.complete,
            cache_hints=CACHE_HINTS,
        )
        server.extensions.update(apps.CAPABILITY)
        server.middleware += [no_crash_told, whole_lists, _malformed_arguments]
        return server

    def _schema(self, tool: str) -> JsonObject | None:
        reader = self._readers.get(tool)
        return reader.schema if reader else None

    async def _list_tools(self, ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return apps.with_page(ctx, self._listed)

    async def _call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        request_id, tool, caller = f"pw_{tokens.token_hex(8)}", self._tools.get(params.name), caller_of(ctx)
        began = current_time()
        with structlog.contextvars.bound_contextvars(request_id=request_id, tool=params.name[:64]):
            try:
                result = await self._run(ctx, params)
            except Asked as asked:
                log.info("call", asked=True)
                self._count(tool, "asked", None, began)
                await self._trail.broke_off(caller, tool, params, request_id, "asked")
                return asked.question
            except Exception:
                log.exception("tool_crashed")
                result = _crashed(tool)
            except BaseException:
                await self._trail.broke_off(caller, tool, params, request_id, "cancelled")
                raise
            result = await self._trail.told(caller, tool, params, request_id, result)
            log.info("call", ok=result.ok, code=result.code, error_code=result.error_code, outcome=result.outcome)
            self._count(tool, result.outcome or ("ok" if result.ok else "failed"), result.error_code, began)
        return self._wire(result.model_copy(update={"request_id": request_id}))

    def _count(self, tool: Tool[Any] | None, outcome: str, error_code: str | None, began: float) -> None:
        """Count a call, and tell what came of it in the span that mcp makes of it."""
        self._meter.called(tool.name if tool else "unknown", outcome, error_code, current_time() - began)
        span = get_current_span()
        span.set_attribute("postwright.outcome", outcome)
        if error_code:
            span.set_attribute("postwright.error_code", error_code)

    async def _run(self, ctx: Context, params: types.CallToolRequestParams) -> Result:
        tool = self._tools.get(params.name)
        if tool is None:
            known = ", ".join(listed.name for listed in self._listed.tools)
            return failure(ErrorCode.UNKNOWN_TOOL, f"No tool {params.name[:64]!r}. The tools are {known}.")
        if not tool.possible(self._desk.modes.server):
            return forbidden(self._desk)
        kind = members(ctx.params).get(_KIND)
        if kind is not None:
            return refused([_not_an_object(str(kind))])
        reading = self._readers[tool.name].read(params.arguments or {})
        call, began = self._call(ctx, params, reading.arguments), self._desk.clock()
        result = await tool.run(self._desk, reading, call)
        await self._desk.limits.note(call, result, began)
        return result

    def _call(self, ctx: Context, params: types.CallToolRequestParams, arguments: JsonObject) -> Call:
        """Gather what comes with a call beside its arguments."""
        caller = caller_of(ctx)

        async def again(held: Held) -> Result:
            return await carry_out(self._desk, held, str(caller))

        return Call(
            Steps(ctx.session.report_progress),
            _hint(ctx),
            params.name,
            arguments,
            str(caller),
            roots=partial(self._roots.of, ctx),
            ready_by=current_time() + PREPARING_SECONDS,
            person=AtTheClient(
                self._desk, ctx, params, self._ask_seconds, again=again, note=partial(self._trail.decided, caller)
            ),
        )

    def _wire(self, result: Result) -> types.CallToolResult:
        """The same object as structured content and, compactly, as the one text block (reference mcp 0)."""
        body = result.wire()
        told = compact(body)
        clean = redact(told, self._secrets)
        if clean != told:
            told, body = clean, json.loads(clean)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=told)], structured_content=body, is_error=not result.ok
        )


def _hint(ctx: Context) -> str | None:
    """Find the client's own name for a call, which it sends again with a repeat (reference mcp 4)."""
    meta = members(members(ctx.params).get("_meta"))
    found = (text(meta.get(name)) for name in _HINTS)
    return next((name for name in found if name and len(name) <= _LONGEST_HINT), None)


async def _malformed_arguments(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Let arguments that are no object reach the tool's own answer, instead of the protocol's bare -32602.

    JSON text of an object is taken as the object; of anything else the kind is noted for the handler.
    """
    if ctx.method != "tools/call" or not isinstance(ctx.params, Mapping):
        return await call_next(ctx)
    arguments = ctx.params.get("arguments")
    if arguments is None or isinstance(arguments, dict):
        return await call_next(ctx)
    meant = _decoded(arguments) if isinstance(arguments, str) else None
    noted: JsonObject = {"arguments": meant or {}}
    if meant is None:
        noted[_KIND] = type(arguments).__name__
    return await call_next(replace(ctx, params={**ctx.params, **noted}))


def _decoded(said: str) -> JsonObject | None:
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return members(value) if value == {} else members(value) or None


def _not_an_object(kind: str) -> Problem:
    return Problem(
        path="",
        code=ProblemCode.WRONG_TYPE,
        message=f"arguments is a {kind}, not an object",
        fix="Send arguments as a JSON object.",
    )


def _crashed(tool: Tool[Any] | None) -> Result:
    """Tell a crash honestly: a write that crashed may have happened."""
    if tool is None or tool.hints.read_only:
        return failure(ErrorCode.INTERNAL_ERROR, "postwright failed at this call; nothing was changed.")
    look = NextCall(tool="list_posts", arguments={}, why="See whether the post was made.")
    message = "postwright failed at this call; the post may or may not have been made."
    return failure(ErrorCode.INTERNAL_ERROR, message, outcome=Outcome.UNKNOWN, next_calls=[look])


def _definition(tool: Tool[Any], schema: JsonObject) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema,
        output_schema=OUTPUT_SCHEMA,
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.hints.read_only,
            destructive_hint=tool.hints.destructive,
            idempotent_hint=tool.hints.idempotent,
            open_world_hint=tool.hints.open_world,
        ),
        _meta=_AT_HAND if tool.at_hand else None,
    )


#: Claude Code puts such a tool into the prompt, and finds the others by search (docs/decisions/0006-at-hand.md).
_AT_HAND = {"anthropic/alwaysLoad": True}
_KIND = "postwright/argumentsKind"
#: Where clients name their call, measured: Claude Code.
_HINTS = ("claudecode/toolUseId",)
_LONGEST_HINT = 200
