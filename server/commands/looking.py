"""``postwright board``: the posts in a browser."""

import sys

import anyio
import click

from server.commands.starting import collect_from_now, settings_at, told


@click.command()
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--open/--no-open", "opens", default=True, help="Whether to open a browser.  [default: open]")
def board(port: int, *, opens: bool) -> None:
    """Show the posts in a browser, as a list and a calendar.

    What failed stands there with how to mend it. The page is for this machine and this user alone, and changes nothing.
    Ctrl-C ends it.
    """
    from server.board import serving  # noqa: PLC0415  (loads the MCP SDK)

    settings = settings_at("warning")
    collect_from_now()
    click.echo("The board is read here, until Ctrl-C. Whoever has the address can read it too:", err=True)
    try:
        with told():
            anyio.run(lambda: serving.serve(settings, port, click.echo, opens=opens))
    except KeyboardInterrupt:
        sys.exit(0)
