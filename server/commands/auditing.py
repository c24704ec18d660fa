"""``postwright log``: who did what."""

import sys
from functools import partial

import click

from schemas.instant import parse
from server.commands.starting import settings_at


@click.command("log")
@click.option("--json", "raw", is_flag=True, help="The lines as they stand.")
@click.option("--since", metavar="TIME", help="ISO 8601, such as 2026-12-01 or 2026-12-01T15:00:00Z.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(0), help="Only the last; 0: all.")
@click.option("--verify", is_flag=True, help="Check the chain of digests, and say where it breaks.")
def show_log(since: str | None, limit: int, *, raw: bool, verify: bool) -> None:
    """Show the audit trail: who did what, with which verdict."""
    from server import audit_log  # noqa: PLC0415  (no other command needs it)

    home = settings_at("error").home
    if verify:
        sys.exit(0 if audit_log.verify(home, click.echo) else 1)
    moment = parse(since if "T" in since else f"{since}T00:00:00Z") if since else None
    if since and moment is None:
        raise click.BadParameter("not an ISO 8601 time with an offset, or a date", param_hint="--since")
    audit_log.show(home, click.echo, partial(click.echo, err=True), moment, limit, raw=raw)
