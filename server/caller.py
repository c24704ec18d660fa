"""Who makes a call, as far as that can be known: the client by its own word, how it came, whose process this is."""

import getpass
from dataclasses import dataclass
from functools import cache
from typing import Any

from mcp.server.context import ServerRequestContext

from schemas.untrusted import clean


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller. ``client`` is what it says of itself, and is believed no further.

    ``protocol`` is the version of MCP that it speaks, such as ``2026-07-28``; a person at the terminal speaks none.
    """

    client: str
    transport: str
    user: str
    protocol: str | None = None

    def __str__(self) -> str:
        """In one line, for people."""
        return f"{self.client or 'an unnamed client'} over {self.transport}, as {self.user}"


def caller_of(ctx: ServerRequestContext[Any, Any]) -> Caller:
    """Tell who made a request."""
    params = ctx.session.client_params
    named = f"{params.client_info.name} {params.client_info.version}" if params else ""
    return Caller(clean(named, _LONGEST).replace("\n", " "), _transport(ctx), os_user(), ctx.protocol_version)


def _transport(ctx: ServerRequestContext[Any, Any]) -> str:
    request = ctx.request
    if request is None:
        return "stdio"
    return "sse" if str(request.url.path).startswith("/messages") else "http"


@cache
def os_user() -> str:
    """Name the user whose process this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


_LONGEST = 120
