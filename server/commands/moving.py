"""``postwright export`` and ``import``: everything as JSON lines, from one database into another."""

import sqlite3
import sys
from pathlib import Path

import anyio
import click

from engine.clock import utc_now
from schemas.instant import parse
from server.commands.starting import settings_at, told


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
@click.option("--since", metavar="TIME", help="Only what was made since then: 2026-12-01, or with a time.")
@click.option(
    "--hand-over",
    is_flag=True,
    help="Give away what waits: it is cancelled here, and goes out from where FILE is imported.",
)
def export(file: Path | None, since: str | None, *, hand_over: bool, replace: bool) -> None:
    """Write everything but secrets to FILE or stdout, as JSON lines.

    That is posts with their deliveries, accounts, and the journal.
    """
    from server.app import database_of  # noqa: PLC0415  (loads the MCP SDK)
    from server.exchange import export as run  # noqa: PLC0415  (likewise)
    from server.exchange import whole_file  # noqa: PLC0415  (likewise)
    from server.home import using  # noqa: PLC0415  (likewise)

    moment = parse(since if "T" in since else f"{since}T00:00:00Z") if since else None
    if since and moment is None:
        raise click.BadParameter("not an ISO 8601 time with an offset, or a date", param_hint="--since")
    if hand_over and file is None:
        raise click.UsageError("--hand-over needs a FILE: what it gives away must not get lost on the way.")
    if file is not None and file.exists() and not replace:
        click.echo(f"Nothing was done: {file} is there already: name another file, or give --replace.", err=True)
        sys.exit(1)
    settings = settings_at("error")

    async def written() -> dict[str, int]:
        database = database_of(settings)
        try:
            with using(settings.home):
                if file is None:
                    return await run(database, sys.stdout.write, utc_now(), moment, hand_over=False)
                with whole_file(file) as opened:
                    return await run(database, opened.write, utc_now(), moment, hand_over=hand_over)
        finally:
            await database.aclose()

    try:
        with told():
            found = anyio.run(written)
    except (sqlite3.Error, OSError) as error:
        click.echo(f"The export was not written ({error}). Nothing is lost: try again.", err=True)
        sys.exit(1)
    click.echo(f"Written: {_counts(found['post'], found['intent'], found['account'])}.", err=True)
    if hand_over:
        click.echo(
            f"{found['handed_over']} deliveries are handed over: import {file} where they are to go out.", err=True
        )


def _counts(posts: int, intents: int, accounts: int) -> str:
    return f"{posts} posts, {intents} entries of the journal, {accounts} accounts"


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Take an export in. Nothing that is here is lost, and the same file twice is the same as once.

    What waited where the file comes from becomes a draft, unless it was handed over: then it goes out from here.
    """
    from server.app import database_of  # noqa: PLC0415  (loads the MCP SDK)
    from server.exchange import UnreadableError, take_in  # noqa: PLC0415  (likewise)
    from server.home import using  # noqa: PLC0415  (likewise)

    settings = settings_at("error")

    async def taken() -> dict[str, int]:
        database = database_of(settings)
        try:
            with using(settings.home):
                return await take_in(database, file, settings.home)
        finally:
            await database.aclose()

    try:
        with told():
            found = anyio.run(taken)
    except UnreadableError as error:
        click.echo(f"Nothing was imported: {error}", err=True)
        sys.exit(1)
    except (sqlite3.Error, OSError) as error:
        click.echo(f"The database could not be written ({error}). Import the same file again.", err=True)
        sys.exit(1)
    click.echo(f"New: {_counts(found.get('new', 0), found.get('intents', 0), found.get('accounts', 0))}.")
    if found.get("learned"):
        click.echo(f"{found['learned']} posts that were here learned what became of them.")
    if found.get("clashing"):
        click.echo(f"{found['clashing']} posts were made here too, under the same key: those that are here stay.")
    if found.get("accounts"):
        click.echo("Accounts come without their logins: run `postwright accounts add` for each.")
