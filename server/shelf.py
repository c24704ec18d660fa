"""What is offered beside the tools: pages to read, prompts, and completions; loaded when a client asks for them."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from engine.desk import Desk
from server.board import apps

if TYPE_CHECKING:
    from server.completions import Completions
    from server.prompts import Prompts
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

    @cached_property
    def _prompts(self) -> "Prompts":
        from server.prompts import Prompts  # noqa: PLC0415  (as above)

        return Prompts(self._desk, self._secrets)

    @cached_property
    def _completions(self) -> "Completions":
        from server.completions import Completions  # noqa: PLC0415  (as above)

        return Completions(self._desk, self._prompts, self._resources)

    async def list_resources(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """List the pages that stand by themselves."""
        return apps.with_board(ctx, self._resources.listed())

    async def list_templates(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """List the pages of which there is one for each code or provider."""
        return apps.with_posts(ctx, self._resources.templates())

    async def read_resource(self, ctx: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """Read one page.

        Raises:
            MCPError: there is no such page, or it could not be asked for like this.
        """
        uri = str(params.uri)
        return await apps.read(self._desk, self._secrets, uri) or self._resources.read(uri)

    async def list_prompts(self, ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        """List the prompts that the mode allows."""
        return self._prompts.listed()

    async def get_prompt(self, ctx: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """Write one prompt with its arguments.

        Raises:
            MCPError: there is no such prompt, or the arguments do not fit it.
        """
        return self._prompts.filled(params.name, params.arguments or {})

    async def complete(self, ctx: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        """Tell what an argument that is being typed may become.

        Raises:
            MCPError: there is no such argument.
        """
        return await self._completions.complete(params.ref, params.argument)
