"""``postwright serve``: many clients over HTTP."""

import anyio
import click

from server import traces
from server.commands.starting import collect_from_now, settings_at, told
from server.settings import SettingsError


@click.command()
@click.option("--transport", type=click.Choice(["http", "sse"]), default="http", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than loopback needs a token.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
def serve(transport: str, host: str, port: int) -> None:
    """Serve many clients over Streamable HTTP (/mcp) or SSE (/sse)."""
    from server import http  # noqa: PLC0415  (loads the MCP SDK)

    settings = settings_at("info")
    try:
        http.refuse_open_door(host, settings.http_token)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    traces.take()
    collect_from_now()
    try:
        with told():
            anyio.run(http.serve, settings, transport, host, port)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
