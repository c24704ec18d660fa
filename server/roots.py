"""Which folders calls may name files of: those that are set, else those of the client, else the working folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import mcp_types as types
import structlog
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

log = structlog.get_logger(__name__)

#: How long a client may take to tell its roots (seconds).
ASKED_SECONDS = 2.0


class Roots:
    """``named`` are those of the settings. A client elsewhere (``same_machine`` false) has no files here."""

    def __init__(self, named: Sequence[Path], *, same_machine: bool) -> None:
        self._named = tuple(path.expanduser() for path in named)
        self._same_machine = same_machine

    async def of(self, ctx: ServerRequestContext[Any, Any]) -> Sequence[Path]:
        """Tell the folders that are open to a call."""
        if self._named or not self._same_machine:
            return self._named
        offered = await _offered(ctx)
        return _sensible([Path.cwd()] if offered is None else offered)


async def _offered(ctx: ServerRequestContext[Any, Any]) -> list[Path] | None:
    """Ask the client for its roots; ``None`` if it has no such thing, as none has since 2026-07-28."""
    able = ctx.session.client_capabilities
    if able is None or able.roots is None or not ctx.session.can_send_request:
        return None
    try:
        with anyio.fail_after(ASKED_SECONDS):
            answer = await ctx.session.send_request(types.ListRootsRequest(), types.ListRootsResult)
    except (MCPError, TimeoutError) as error:
        log.warning("roots_not_told", error=str(error) or type(error).__name__)
        return []
    links = (urlsplit(str(root.uri)) for root in answer.roots)
    return [Path(unquote(link.path)) for link in links if link.scheme == "file"]


def _sensible(folders: Iterable[Path]) -> list[Path]:
    """Leave out folders that hold everything: a client that starts us in one of them did not mean to open it."""
    everything = {Path("/"), Path.home()}
    return [folder for folder in folders if folder.is_absolute() and folder.resolve() not in everything]
