"""``postwright backup`` and ``restore``."""

import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import anyio
import click

from engine.clock import utc_now
from server.commands.starting import settings_at, told
from server.settings import Settings

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@_file
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
def backup(file: Path, *, replace: bool) -> None:
    """Write the database and its media to FILE, while all runs on."""
    from server.backup import back_up  # noqa: PLC0415  (loads the MCP SDK)

    settings = _of_a_file()
    with _failing():
        made = anyio.run(partial(back_up, settings.home, file, utc_now(), replace=replace))
    click.echo(f"{file}: {made.bytes:,} bytes, {made.posts} posts, {made.files} media files.")
    if made.missing:
        click.echo(f"{made.missing} media files were not there any more: posts that wait for them will fail.")


@click.command()
@_file
@click.option(
    "--keep-schedule",
    is_flag=True,
    help="Nothing was published ahead of its time since the backup: let go out what is due later.",
)
def restore(file: Path, *, keep_schedule: bool) -> None:
    """Put the backup in FILE in the place of the database. Stop everything that uses it first.

    What went out since the backup was made is taken over from the database that is there. Without one, what may have
    gone out is not sent again: docs/operations.md says what becomes of it.
    """
    from server.restore import restore as run  # noqa: PLC0415  (loads the MCP SDK)

    settings = _of_a_file()

    async def restored() -> None:
        found = await run(settings, file, utc_now, keep_schedule=keep_schedule)
        click.echo(f"Restored {found.posts} posts and {found.files} media files of {found.made_at:%Y-%m-%d %H:%M:%S}Z.")
        if found.aside:
            click.echo(f"The database that was there lies in {found.aside}.")
        if found.taken_over:
            click.echo(f"{found.taken_over} posts that went out, or may have, were taken over from it.")
        if found.left_out:
            click.echo(f"{found.left_out} posts of it that wait are not in the backup: they are there alone now.")
        for kind, count in found.doubts.items():
            if count:
                click.echo(_WORDS[kind].format(count=count))

    with _failing(), told():
        anyio.run(restored)


def _of_a_file() -> Settings:
    """Read the settings, where the database is a file of the home."""
    settings = settings_at("error")
    if settings.database_url is not None:
        raise click.ClickException(
            "POSTWRIGHT_DATABASE_URL is set, and this is for the SQLite file of a home. Use pg_dump and pg_restore, "
            "and keep the home's media folder with them (docs/operations.md)."
        )
    return settings


@contextmanager
def _failing() -> Generator[None]:
    from server.backup import BackupError  # noqa: PLC0415  (loads the MCP SDK)

    try:
        yield
    except (BackupError, sqlite3.Error, OSError) as error:
        click.echo(f"Nothing was done: {error}", err=True)
        sys.exit(1)


_WORDS = {
    "looked_for": "{count} deliveries may have gone out since: they are looked for at their networks first.",
    "unknown": "{count} deliveries may have gone out since: they are `unknown`, and not sent. Look on the accounts.",
    "held": "{count} deliveries of later are held back as drafts, for they may have been published early. "
    "If you know that none was: restore again with --keep-schedule.",
    "not_again": "{count} failed or missed deliveries may have been sent again since: they are not repeated.",
    "withdrawn": "{count} actions that waited for a person were withdrawn: they may have been approved since.",
    "open_cases": "{count} open outcomes are looked into.",
}
