"""``postwright setup``: write this server into the configuration of a client."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from engine.clock import utc_now

if TYPE_CHECKING:
    from server.clients.change import Change, Named
    from server.clients.entry import Wanted
    from server.clients.table import Client, Scope

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")


@click.command()
@click.argument("client", required=False)
@click.option("--scope", type=click.Choice(["user", "project"]), help="Your own file, or that of this folder.")
@click.option("--file", type=click.Path(path_type=Path), help="Another file; shared with others, unless --scope user.")
@click.option("--name", default="postwright", show_default=True, help="What the client is to call the server.")
@click.option("--from", "source", help="What uvx runs it from: a checkout, a wheel, postwright[keyring], ...")
@click.option("--url", help="A server over HTTP that runs already, such as http://127.0.0.1:8765/mcp.")
@click.option("--env", "variables", multiple=True, metavar="NAME", help="Pass on a setting that is not set here.")
@click.option("--write-keys", is_flag=True, help="Write the values of keys into the file; it must be yours alone.")
@click.option("--print", "only_print", is_flag=True, help="Print the entry, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def setup(
    client: str | None,
    *,
    scope: str | None,
    file: Path | None,
    name: str,
    source: str | None,
    url: str | None,
    variables: tuple[str, ...],
    write_keys: bool,
    only_print: bool,
    yes: bool,
) -> None:
    """Write this server into a client's configuration.

    The change is shown first.

    Without CLIENT it shows which clients are on this machine, and how each stands. Settings that are set here
    (POSTWRIGHT_...) go along: keys and tokens as references to their variable, so that they stand in no file.
    """
    if not _NAME.fullmatch(name):
        raise click.UsageError("--name takes a letter, then letters, digits, - and _: 24 characters at most.")
    if write_keys and only_print:
        raise click.UsageError("--print shows no keys: leave --write-keys out.")
    wanted = _wanted(source, url, variables, write_keys=write_keys)
    if client is None:
        if file or scope or write_keys or only_print or yes:
            raise click.UsageError("of which client? `postwright setup` alone shows them.")
        _show_all(name, wanted)
        return
    row = _row(client)
    chosen = _scope(row, scope, file)
    if write_keys and chosen != "user":
        raise click.UsageError("--write-keys is for a file of your own: --scope user, where the client has one.")
    named = _named(row, chosen, name, wanted)
    if only_print:
        click.echo(named.alone(), nl=False)
    else:
        _change(named, chosen, file, wanted, yes=yes)
    for note in _notes(named, chosen, wanted):
        click.echo(note, err=only_print)


def _change(named: "Named", scope: "Scope", file: Path | None, wanted: "Wanted", *, yes: bool) -> None:
    from server.clients.change import place  # noqa: PLC0415  (for this command alone, as all that is below)
    from server.clients.jsontext import UnreadableError  # noqa: PLC0415

    path = file.absolute() if file else place(named.client, scope, Path.cwd())
    try:
        change = named.into(path)
    except UnreadableError as error:
        _refuse(named, f"{path}: {error}.")
    except OSError as error:
        _refuse(named, f"{path} cannot be read ({error.strerror}).")
    if not change.needed:
        click.echo(f"{named.name} is already there, in {path}. Nothing was changed.")
        return
    _show(named, change, wanted)
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: give --yes to write it")
    if not yes and not click.confirm("Write it?"):
        click.echo("Nothing was changed.")
        sys.exit(1)
    _write(named, change, private=scope == "user")


def _write(named: "Named", change: "Change", *, private: bool) -> None:
    from server.clients import files  # noqa: PLC0415
    from server.clients.jsontext import UnreadableError  # noqa: PLC0415

    try:
        copy = files.write(change.file, change.before, change.after, utc_now(), private=private)
    except (files.ChangedError, UnreadableError) as error:
        _refuse(named, f"{error}.")
    except OSError as error:
        _refuse(named, f"{change.file} cannot be written ({error.strerror}).")
    click.echo("Written." + (f" What was there lies in {copy}" if copy else ""))


def _refuse(named: "Named", why: str) -> NoReturn:
    """Say why nothing is written, print the entry to be put in by hand, and leave."""
    click.echo(f"{why} Nothing was written. What belongs into it:", err=True)
    click.echo(named.alone(), nl=False)
    sys.exit(1)


def _show(named: "Named", change: "Change", wanted: "Wanted") -> None:
    from server.clients import showing  # noqa: PLC0415

    state = "a new file" if change.before is None else "changed" if change.there else "added"
    click.echo(f"{named.client.title}: {named.name} in {change.file} ({state})\n")
    for line in showing.lines(change.before, change.after, wanted.settings.keys() - wanted.secret):
        click.echo(click.style(f"  {line}", fg=_COLOURS.get(line[0])))
    click.echo()


def _show_all(name: str, wanted: "Wanted") -> None:
    from server.clients.survey import found, survey  # noqa: PLC0415
    from server.clients.table import CLIENTS  # noqa: PLC0415

    here = Path.cwd()
    click.echo(f"Each gets: {wanted.url or ' '.join(('uvx', *wanted.arguments))}")
    if wanted.settings:
        click.echo(f"with {', '.join(sorted(wanted.settings))}")
    for standing in survey(here, name, wanted):
        scope = "" if standing.scope == "user" else f" --scope {standing.scope}"
        click.echo(f"\n{standing.client.title}: postwright setup {standing.client.name}{scope}")
        click.echo(f"  {standing.file}\n  {standing.words}")
    others = [row.name for row in CLIENTS.values() if not found(row, here)]
    click.echo(f"\nNot found here: {', '.join(others)}. Each can be written all the same." if others else "")


def _wanted(source: str | None, url: str | None, variables: tuple[str, ...], *, write_keys: bool) -> "Wanted":
    from server.clients.wish import WishError, wished  # noqa: PLC0415

    try:
        return wished(source, url, variables, write_keys=write_keys)
    except WishError as error:
        raise click.UsageError(str(error)) from None


def _row(client: str) -> "Client":
    from server.clients.table import CLIENTS  # noqa: PLC0415

    if client not in CLIENTS:
        raise click.UsageError(f"there is no client {client[:60]}; there are {', '.join(CLIENTS)}.")
    return CLIENTS[client]


def _scope(row: "Client", scope: str | None, file: Path | None) -> "Scope":
    from server.clients.table import Scope  # noqa: PLC0415

    if scope is None:
        return Scope.PROJECT if file else next(iter(row.files))
    if file is None and Scope(scope) not in row.files:
        raise click.UsageError(f"{row.title} has no file of this scope: --scope {next(iter(row.files))}, or --file.")
    return Scope(scope)


def _named(row: "Client", scope: "Scope", name: str, wanted: "Wanted") -> "Named":
    from server.clients.change import Named  # noqa: PLC0415
    from server.clients.entry import NoEntryError, entry, uvx  # noqa: PLC0415

    try:
        command = "" if wanted.url else uvx(row, scope)
        return Named(row, name, entry(row, scope, wanted, command))
    except NoEntryError as error:
        raise click.ClickException(str(error)) from None


def _notes(named: "Named", scope: "Scope", wanted: "Wanted") -> list[str]:
    """Tell what is left for a person to do."""
    row, made = named.client, named.entry
    notes: list[str] = []
    if made.left_out:
        fix = "give --write-keys to have it stand in the file" if scope == "user" else "it has to get it otherwise"
        notes.append(f"Left out: {', '.join(made.left_out)}. The client expands no variables: {fix}.")
    own = [name for name in (*made.names, *made.references) if name in wanted.secret and not row.asks]
    if own:
        notes.append(f"Not in the file: {', '.join(own)}. Set it in the environment that the client runs in.")
    if wanted.write_keys and os.name == "posix":
        notes.append("The file holds keys now: see that nobody else may read it, nor its copies.")
    return [*notes, row.then.replace("{name}", named.name)]


_COLOURS = {"+": "green", "-": "red"}
