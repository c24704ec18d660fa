"""The yardstick: an MCP server on the SDK's low level, with one constant tool.

``python -m bench.bare`` speaks stdio; ``http-sse PORT`` and ``http-json PORT`` serve Streamable HTTP in either form
of reply; ``relay URL KEY`` is stdio again, with one pooled client that hands every call on to a hosted API: what a
posting server costs that checks nothing and records nothing.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2
import mcp_types as types
import uvicorn
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

Context = ServerRequestContext[Any, Any]
Call = Callable[[Context, types.CallToolRequestParams], Awaitable[types.CallToolResult]]

TOOL = types.Tool(name="constant", description="Answers always the same.", input_schema={"type": "object"})
ANSWER = types.CallToolResult(
    content=[types.TextContent(type="text", text='{"ok":true}')], structured_content={"ok": True}
)


def server(call: Call) -> Server[Any]:
    """Make a server whose one tool is ``call``."""
    return Server("bare", on_list_tools=_listed, on_call_tool=call)


async def _listed(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[TOOL])


async def _constant(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
    return ANSWER


async def _stdio(call: Call = _constant) -> None:
    served = server(call)
    async with stdio_server() as (read, write):
        await served.run(read, write, served.create_initialization_options())


async def _http(form: str, port: str) -> None:
    app = server(_constant).streamable_http_app(json_response=form == "http-json")
    config = uvicorn.Config(app, host="127.0.0.1", port=int(port), log_config=None, access_log=False)
    await uvicorn.Server(config).serve()


async def _relay(form: str, url: str, key: str) -> None:
    async with httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:

        async def post(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
            answer = await client.post("posts", json=params.arguments)
            answer.raise_for_status()
            body: dict[str, Any] = answer.json()
            return types.CallToolResult(
                content=[types.TextContent(type="text", text=answer.text)], structured_content=body
            )

        await _stdio(post)


_FORMS: dict[str, Callable[..., Awaitable[None]]] = {"http-sse": _http, "http-json": _http, "relay": _relay}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        anyio.run(_FORMS[sys.argv[1]], *sys.argv[1:])
    else:
        anyio.run(_stdio)
