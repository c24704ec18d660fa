"""The resources that a client can read: one page for each error code."""

from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from schemas.errors import ErrorCode

_BASE = "postwright://errors"
_MARKDOWN = "text/markdown"

Context = ServerRequestContext[Any, Any]


async def list_resources(ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    """List the whole reference; a single code is a template."""
    whole = types.Resource(
        name="errors",
        title="Error reference",
        uri=_BASE,
        description="Every error code: what it means, whose move it is, whether to repeat the call.",
        mime_type=_MARKDOWN,
    )
    return types.ListResourcesResult(resources=[whole])


async def list_templates(
    ctx: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    """Offer one page for each error code."""
    one = types.ResourceTemplate(
        name="error",
        title="One error code",
        uri_template=f"{_BASE}/{{code}}",
        description="What one error_code means and what to do.",
        mime_type=_MARKDOWN,
    )
    return types.ListResourceTemplatesResult(resource_templates=[one])


async def read_resource(ctx: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    """Read the reference or one code of it.

    Raises:
        MCPError: there is no such resource.
    """
    # Made from every provider's table, which a server that is never asked need not load.
    from server import error_reference  # noqa: PLC0415

    uri = str(params.uri)
    name = uri.removeprefix(f"{_BASE}/")
    if uri == _BASE:
        text = error_reference.page()
    elif name in {code.value for code in ErrorCode}:
        text = error_reference.entry(ErrorCode(name))
    else:
        raise MCPError(code=types.INVALID_PARAMS, message="No such resource.", data={"uri": uri[:200]})
    return types.ReadResourceResult(
        contents=[types.TextResourceContents(uri=params.uri, mime_type=_MARKDOWN, text=text)]
    )
