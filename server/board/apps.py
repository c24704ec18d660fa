"""The board in a client's frame (the extension MCP Apps): what the client shows beside the result of list_posts.

The page is a ``ui://`` resource, its posts are another that it reads through the client. What a model sees of
list_posts stays as it is, and clients without the extension see nothing of all this.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

import mcp_types as types
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID, client_supports_apps
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from engine.desk import Desk
from schemas.jsonvalue import JsonObject

Context = ServerRequestContext[Any, Any]
#: The page, its posts, and the tool whose results it goes with.
PAGE = "ui://postwright/board.html"
POSTS = "postwright://board"
TEMPLATE = f"{POSTS}{{?since,until}}"
TOOL = "list_posts"
#: What the server says of itself.
CAPABILITY: dict[str, JsonObject] = {EXTENSION_ID: {}}
#: The page loads nothing from anywhere, and copies calls.
_META: JsonObject = {"ui": {"csp": {}, "permissions": {"clipboardWrite": {}}, "prefersBorder": False}}


def with_page(ctx: Context, listed: types.ListToolsResult) -> types.ListToolsResult:
    """Tell a client that shows pages that list_posts has one."""
    if not client_supports_apps(ctx):
        return listed
    meta = {"ui": {"resourceUri": PAGE, "visibility": ["model", "app"]}}
    tools = [
        tool.model_copy(update={"meta": {**(tool.meta or {}), **meta}}) if tool.name == TOOL else tool
        for tool in listed.tools
    ]
    return listed.model_copy(update={"tools": tools})


def with_board(ctx: Context, listed: types.ListResourcesResult) -> types.ListResourcesResult:
    """Add the page, for a client that shows pages."""
    if not client_supports_apps(ctx):
        return listed
    board = types.Resource(
        name="board",
        title="Board",
        uri=PAGE,
        description="The queue as a list and a calendar.",
        mime_type=APP_MIME_TYPE,
        _meta=_META,
    )
    return listed.model_copy(update={"resources": [*listed.resources, board]})


def with_posts(ctx: Context, listed: types.ListResourceTemplatesResult) -> types.ListResourceTemplatesResult:
    """Add the posts of a span of time, for a client that shows pages."""
    if not client_supports_apps(ctx):
        return listed
    posts = types.ResourceTemplate(
        name="board_posts",
        title="Posts of the board",
        uri_template=TEMPLATE,
        description="The posts of a span of time with previews and fixes: what the board shows.",
        mime_type=_JSON,
    )
    return listed.model_copy(update={"resource_templates": [*listed.resource_templates, posts]})


async def read(desk: Desk, secrets: Sequence[str], uri: str) -> types.ReadResourceResult | None:
    """Read the page or its posts; ``None``: the address is neither's. ``secrets`` never leave in a document.

    Raises:
        MCPError: the posts that were asked for are none.
    """
    if uri == PAGE:
        from server.board.page import page  # noqa: PLC0415  (a start waits for no file of it)

        held = types.TextResourceContents(uri=uri, mime_type=APP_MIME_TYPE, text=page().html, _meta=_META)
        return types.ReadResourceResult(contents=[held])
    address, _, query = uri.partition("?")
    if address != POSTS:
        return None
    posts = await _posts(desk, secrets, query)
    held = types.TextResourceContents(uri=uri, mime_type=_JSON, text=posts)
    # Posts are as they are now: unlike the pages, no client may keep them.
    return types.ReadResourceResult(contents=[held], ttl_ms=0, cache_scope="private")


async def _posts(desk: Desk, secrets: Sequence[str], query: str) -> str:
    from server.board import reading  # noqa: PLC0415  (most clients never ask)

    try:
        return reading.written(await reading.read(desk, dict(parse_qsl(query))), secrets)
    except ValueError as error:
        raise MCPError(code=types.INVALID_PARAMS, message=str(error)) from None


_JSON = "application/json"
