"""What is offered beside the tools: pages to read, prompts, and completions; loaded when a client asks for them."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from engine.desk import Desk

if TYPE_CHECKING:
    from server.resources import Resources

Context = ServerRequestContext[Any, Any]


class Shelf:
    """The handlers of all that is no tool. ``secrets`` never leave in an answer."""

    def __init__(self, desk: Desk, secrets: Sequence[str]) -> None:
        self._desk = desk
        self._secrets = secrets

    @cached_property
    def _resources(self) -> "Resources":
        from server.resources import Resources  # noqa: PLC0415  (a start waits for nothing that may not be asked for)

        return Resources(self._desk)

    async def list_resources(self, ctx: Context, params: types.PaginatedRequestParams | None) -> Any:
        """List the pages that stand by themselves."""
        return self._resources.listed()

    async def list_templates(self, ctx: Context, params: types.PaginatedRequestParams | None) -> Any:
        """List the pages of which there is one for each code or provider."""
        return self._resources.templates()

    async def read_resource(self, ctx: Context, params: types.ReadResourceRequestParams) -> Any:
        """Read one page.

        Raises:
            MCPError: there is no such page.
        """
        return self._resources.read(str(params.uri))
