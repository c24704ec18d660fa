"""``postwright doctor``: is all well."""

import sys

import anyio
import click

from server import log


@click.command()
def doctor() -> None:
    """Check the configuration, reach the providers, and say how to mend what is wrong."""
    from server.doctor import Finding, examine  # noqa: PLC0415  (loads the MCP SDK)

    def show(finding: Finding) -> None:
        click.echo(f"{click.style(f'{finding.mark:>5}', fg=_COLOURS[finding.mark])}  {finding.what}")
        if finding.fix:
            click.echo(f"       {finding.fix}")

    log.configure("console", "error", ())
    if not anyio.run(examine, show):
        sys.exit(1)


_COLOURS = {"ok": "green", "note": "yellow", "wrong": "red"}
