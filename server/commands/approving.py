"""``postwright pending``, ``approve`` and ``decline``: what a person decides."""

import sys

import anyio
import click

from server.commands.starting import settings_at


@click.command()
def pending() -> None:
    """Show what agents asked for and a person has to approve."""
    from server import people  # noqa: PLC0415  (loads the MCP SDK)

    anyio.run(people.pending, settings_at("error"))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def approve(ids: tuple[str, ...]) -> None:
    """Show each action that waits, and do it if you say yes. Only at a terminal."""
    _decide(ids, "approve")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def decline(ids: tuple[str, ...]) -> None:
    """Show each action that waits, and decline it if you say yes. Only at a terminal."""
    _decide(ids, "decline")


def _decide(ids: tuple[str, ...], verb: str) -> None:
    from server import people  # noqa: PLC0415  (loads the MCP SDK)

    people.refuse_no_terminal()
    if not anyio.run(people.decide, settings_at("error"), ids, verb):
        sys.exit(1)
