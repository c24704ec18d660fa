"""How lists are told: whole, for a while, and with an answer of ours where a request makes no sense."""

from collections.abc import Mapping
from typing import Any

import structlog
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types.methods import CacheableMethod
from pydantic import ValidationError

from schemas.jsonvalue import members

log = structlog.get_logger(__name__)

#: How long a client may keep a list or a page: they change when a server is started with other settings, or anew.
FRESH_MS = 300_000
_KEPT: tuple[CacheableMethod, ...] = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "server/discover",
)
#: By method. Nothing is shared between clients: lists tell which services the owner of a server uses.
CACHE_HINTS: Mapping[CacheableMethod, CacheHint] = dict.fromkeys(_KEPT, CacheHint(FRESH_MS, "private"))


async def whole_lists(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Refuse cursors, since every list comes whole and none was given out; an empty one asks for the first page.

    Raises:
        MCPError: the request has a cursor.
    """
    if ctx.method.endswith("/list") and members(ctx.params).get("cursor"):
        raise MCPError(INVALID_PARAMS, "No such cursor: this list comes whole, on one page. Leave cursor out.")
    return await call_next(ctx)


async def no_crash_told(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Say of a crash that it is one, and nothing of what it was about: older clients would be told its text.

    Raises:
        MCPError: whatever went wrong.
    """
    try:
        return await call_next(ctx)
    except (MCPError, ValidationError):
        raise
    except Exception as error:
        log.exception("request_crashed", method=ctx.method)
        raise MCPError(INTERNAL_ERROR, "postwright failed at this request; nothing was changed.") from error
