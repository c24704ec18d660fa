"""``postwright doctor`` and ``status``: is all well."""

import json
import sqlite3
import sys

import anyio
import click

from server import log
from server.commands.starting import settings_at, told


@click.command()
def doctor() -> None:
    """Check settings and providers, and say how to mend them."""
    from server.doctor import Finding, examine  # noqa: PLC0415  (loads the MCP SDK)

    def show(finding: Finding) -> None:
        click.echo(f"{click.style(f'{finding.mark:>5}', fg=_COLOURS[finding.mark])}  {finding.what}")
        if finding.fix:
            click.echo(f"       {finding.fix}")

    log.configure("console", "error", ())
    if not anyio.run(examine, show):
        sys.exit(1)


@click.command()
@click.option("--json", "raw", is_flag=True, help="As one JSON object.")
def status(*, raw: bool) -> None:
    """Show what waits, who delivers it, how late, and what is wrong.

    Ends with 0 when all is well, with 1 when something is wrong, with 2 when a setting cannot be used.
    """
    from server.status import look, report, show  # noqa: PLC0415  (loads the MCP SDK)

    settings = settings_at("error")
    try:
        with told():
            found = anyio.run(look, settings)
    except (sqlite3.Error, OSError) as error:
        click.echo(f"The database in {settings.home} cannot be read ({error}). Run `postwright doctor`.", err=True)
        sys.exit(1)
    if raw:
        click.echo(json.dumps(report(found), indent=2))
    else:
        show(found, _say)
    sys.exit(1 if found.wrong else 0)


def _say(good: bool, words: str) -> None:
    mark = "ok" if good else "wrong"
    click.echo(f"{click.style(f'{mark:>5}', fg=_COLOURS[mark])}  {words}")


_COLOURS = {"ok": "green", "note": "yellow", "wrong": "red"}
