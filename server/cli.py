"""The command line: without a command, the MCP server on stdio."""

import sys

import anyio
import click

from server import log
from server.settings import Settings, SettingsError, load


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postwright", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """An MCP server with which AI agents publish to social media.

    Without a command it serves MCP on stdin and stdout, which is what MCP clients start.
    Settings are environment variables with the prefix POSTWRIGHT_; `postwright doctor` lists and checks them.
    """
    if context.invoked_subcommand is None:
        from server import stdio  # noqa: PLC0415  (loads the MCP SDK, which no other command should wait for)

        anyio.run(stdio.serve, _settings())


@main.command()
@click.option("--transport", type=click.Choice(["http", "sse"]), default="http", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than loopback needs a token.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
def serve(transport: str, host: str, port: int) -> None:
    """Serve many clients over Streamable HTTP (/mcp) or SSE (/sse)."""
    from server import http  # noqa: PLC0415  (loads the MCP SDK)

    settings = _settings()
    try:
        http.refuse_open_door(host, settings.http_token)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    anyio.run(http.serve, settings, transport, host, port)


def _settings() -> Settings:
    """Read the settings and start the log, or say what is wrong and leave with exit code 2."""
    try:
        settings = load()
    except SettingsError as error:
        click.echo(f"postwright cannot start:\n{error}\nRun `postwright doctor` for help.", err=True)
        sys.exit(2)
    log.configure(settings.log, settings.log_level, settings.secrets)
    return settings
