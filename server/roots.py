"""Which folders calls may name files of: those that are set, else those of the client, else the working folder."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import structlog
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from engine.guard import FILE_LINK, Barred, local_path

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
        return _sensible(_working_folder() if offered is None else offered)


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
    found: list[Path] = []
    for root in answer.roots:
        with suppress(Barred, ValueError):
            found += [local_path(str(root.uri))] if str(root.uri).startswith(FILE_LINK) else []
    return found


def _working_folder() -> list[Path]:
    """Name the folder that we were started in, unless it is gone."""
    with suppress(OSError):
        return [Path.cwd()]
    return []


def _sensible(folders: Iterable[Path]) -> list[Path]:
    """Leave out folders that hold everything: a client that starts us in one of them did not mean to open it."""
    with suppress(RuntimeError):
        home = Path.home().resolve()
        return [folder for folder in folders if _holds_little(folder, home)]
    return []


def _holds_little(folder: Path, home: Path) -> bool:
    try:
        real = folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return False
    return folder.is_absolute() and real.parent != real and not home.is_relative_to(real)
