"""``postwright accounts``: add, list, test and remove who the embedded engine posts as."""

import sqlite3
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import click

from server.commands.starting import settings_at, told
from server.settings import PREFIX

if TYPE_CHECKING:
    from providers.local.accounts import Waiting
    from providers.networks.kind import Ask, Kind
    from schemas.account import Account

T = TypeVar("T")

#: What stands for a secret that is written to standard input.
STDIN = "-"
_EXAMPLE = "Example: postwright accounts add bluesky --identifier alice.example --password - < file"


@click.group()
def accounts() -> None:
    """Add, list, test and remove the accounts of the provider local."""


class _Networks(click.Group):
    """One command for each network, made of what its login asks for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the networks."""
        return list(_kinds())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Make the command of a network."""
        kind = _kinds().get(cmd_name)
        return _adding(kind) if kind else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show each network with what it asks for."""
        for kind in _kinds().values():
            with formatter.section(f"{kind.platform}  {kind.title}"):
                formatter.write_dl([(f"--{ask.name}", _words(ask)) for ask in kind.asks])


@accounts.command(cls=_Networks, subcommand_metavar="NETWORK [--option value ...]", epilog=_EXAMPLE)
def add() -> None:
    """Log in on a network, and keep the login. Adding an account again renews its login.

    What is not given is asked for at a terminal; secrets are not shown. Without a terminal give every option that has
    no default, and for a secret `-`: it is then the next line of standard input, and stands in no list of processes.
    """


def _adding(kind: "Kind") -> click.Command:
    options = [
        click.Option(
            [f"--{ask.name}", ask.name.replace("-", "_")], help=_words(ask), metavar="-" if ask.secret else None
        )
        for ask in kind.asks
    ]
    words = f"{kind.title}: log in, and keep the login."
    return click.Command(kind.platform, params=[*options], callback=partial(_add, kind), help=words)


def _add(kind: "Kind", **given: str | None) -> None:
    told_so_far = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    asked = _asked(kind, {ask.name: told_so_far[ask.name] for ask in kind.asks if ask.name in told_so_far})
    settings = settings_at("error")
    from server import accounts as books  # noqa: PLC0415  (loads all networks)

    if not _run(partial(books.add, settings, kind, asked, _say)):
        sys.exit(1)


def _asked(kind: "Kind", given: dict[str, str]) -> dict[str, str]:
    """Complete what was given: by standard input where it says so, by asking at a terminal, by defaults."""
    terminal = sys.stdin.isatty()
    for ask in kind.asks:
        if ask.secret and given.get(ask.name) == STDIN:
            given[ask.name] = _prompted(ask) if terminal else sys.stdin.readline().rstrip("\r\n")
        elif ask.secret and given.get(ask.name):
            click.echo(f"--{ask.name} stands on the command line, where others may see it: give - instead.", err=True)
    missing = [ask for ask in kind.asks if ask.default is None and not given.get(ask.name)]
    if missing and not terminal:
        lines = "\n".join(f"  --{ask.name}{' -' if ask.secret else ''}  {_words(ask)}" for ask in missing)
        raise click.UsageError(f"not given, and there is no terminal to ask at:\n{lines}")
    if missing:
        click.echo(f"{kind.title}. Enter alone takes what stands in brackets.")
    asked_for = kind.asks if missing else ()
    given.update({ask.name: _prompted(ask) for ask in asked_for if not given.get(ask.name)})
    return {ask.name: ask.default for ask in kind.asks if ask.default is not None} | given


def _prompted(ask: "Ask") -> str:
    shows = bool(ask.default) and not ask.secret
    return click.prompt(f"  {ask.words}", default=ask.default, hide_input=ask.secret, show_default=shows, type=str)


def _words(ask: "Ask") -> str:
    needs = "" if ask.default is None else f" [{ask.default}]" if ask.default else " [may be left out]"
    return f"{ask.words}{' (secret)' if ask.secret else ''}{needs}"


@accounts.command(name="list")
def show() -> None:
    """Show all accounts, how each stands, and what waits there."""
    settings = settings_at("error")
    from server import accounts as books  # noqa: PLC0415  (loads all networks)

    found = _run(partial(books.rows, settings))
    widest = max(len(account.id) for account, _ in found)
    for account, waiting in found:
        name = books.who(account)
        waits = f"  {waiting.count} waiting" if waiting.count else ""
        drafts = f"  {_drafts(waiting.drafts)}" if waiting.drafts else ""
        state = click.style(f"{account.status:15}", fg="green" if account.status == "active" else "red")
        click.echo(f"{account.id:{widest}}  {state}  {name}{waits}{drafts}")
        if account.note:
            click.echo(f"{'':{widest}}  {account.note}")
    if len(found) == 1:
        click.echo("Add one with `postwright accounts add NETWORK`; `accounts add --help` shows the networks.")


@accounts.command(name="test")
@click.argument("ids", nargs=-1, metavar="[ID...]")
def try_them(ids: tuple[str, ...]) -> None:
    """Ask networks whether logins still work; nothing is published.

    Without an ID, all accounts are tried.
    """
    settings = settings_at("error")
    from server import accounts as books  # noqa: PLC0415  (loads all networks)

    if not _run(partial(books.try_all, settings, ids, _say)):
        sys.exit(1)


@accounts.command()
@click.argument("account", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(account: str, *, yes: bool) -> None:
    """Remove an account and its secrets from this server. What waits there is cancelled; what is published stays."""
    settings = settings_at("error")
    from server import accounts as books  # noqa: PLC0415  (loads all networks)

    found = _run(partial(books.look, settings, account))
    if found is None:
        _say(False, f"{account[:100]} is no account that was added. `postwright accounts list` shows all.")
        sys.exit(1)
    _warn(*found)
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: give --yes to remove it")
    if not yes and not click.confirm(f"Remove {account}?"):
        click.echo("Nothing was changed.")
        sys.exit(1)
    cancelled = _run(partial(books.remove, settings, account))
    _say(True, f"{account} is removed, and its secrets with it")
    if cancelled:
        _say(True, f"{cancelled} deliver{'y' if cancelled == 1 else 'ies'} cancelled: list_posts tells which")


def _warn(account: "Account", waiting: "Waiting") -> None:
    from server.accounts import who  # noqa: PLC0415  (loads all networks)

    click.echo(who(account))
    if waiting.count:
        first = f", the first on {waiting.soonest:%Y-%m-%d at %H:%M} UTC" if waiting.soonest else ""
        wait = "y waits" if waiting.count == 1 else "ies wait"
        click.echo(f"  {waiting.count} deliver{wait} there{first}: cancelled with it.")
    if waiting.drafts:
        click.echo(f"  {_drafts(waiting.drafts)} there: cancelled with it.")
    if waiting.in_hand:
        click.echo(f"  {waiting.in_hand} under way at this moment: that ends as it ends.")
    click.echo("  What is published there stays.")


def _drafts(number: int) -> str:
    return f"{number} draft{'' if number == 1 else 's'}"


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    from providers.local.vault import VaultError  # noqa: PLC0415  (not needed to show help)

    with told():
        try:
            return anyio.run(work)
        except VaultError as error:
            click.echo(f"{error}", err=True)
        except (sqlite3.Error, OSError) as error:
            click.echo(
                f"The database cannot be used ({error}). Run `postwright doctor`; {PREFIX}HOME names its folder.",
                err=True,
            )
    sys.exit(1)


def _say(good: bool, words: str) -> None:
    mark = click.style("   ok" if good else "wrong", fg="green" if good else "red")
    click.echo(f"{mark}  {words}")


def _kinds() -> "dict[str, Kind]":
    from providers.networks.catalogue import KINDS  # noqa: PLC0415  (all networks, for which no other command waits)

    return KINDS
