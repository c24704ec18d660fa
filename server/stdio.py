"""The stdio transport: one client, for as long as its pipe is open."""

from mcp.server.stdio import stdio_server

from server.app import build
from server.settings import Settings


async def serve(settings: Settings) -> None:
    """Serve the client on stdin and stdout until it closes."""
    async with build(settings) as app, stdio_server() as (read, write):
        await app.server.run(read, write, app.server.create_initialization_options())
