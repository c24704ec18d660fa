"""``postwright demo`` and ``sandbox``: to try things without a service."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import anyio
import click
from starlette.types import ASGIApp


@click.command()
def demo() -> None:
    """Watch an agent err, correct itself, schedule and deliver.

    It needs no key and no network.
    """
    from server.demo import play  # noqa: PLC0415  (loads the MCP SDK)

    anyio.run(play, click.echo)


@click.group()
def sandbox() -> None:
    """Stand in for a service or a network, to rehearse failures.

    It is served on loopback, with state of its own, and fails when it is told to: docs/sandbox.md.
    """


_port = click.option("--port", default=8790, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
_seeds = click.option(
    "--seed-accounts", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON list of accounts."
)


@sandbox.command("genviral")
@_port
@_seeds
@click.option("--generation", type=click.Choice(["v1", "v2"]), default="v1", show_default=True)
def sandbox_genviral(port: int, seed_accounts: Path | None, generation: Literal["v1", "v2"]) -> None:
    """Stand in for Genviral's Partner API."""
    from sandbox.genviral import BASE_PATH, create_app, load_accounts  # noqa: PLC0415  (no other command needs it)

    with _named("--seed-accounts"):
        app = create_app(load_accounts(seed_accounts) if seed_accounts else None, generation=generation)
    _serve_sandbox(app, port, BASE_PATH, ("GENVIRAL", "gva_live_sandbox.secret"))


@sandbox.command("postpost")
@_port
@_seeds
def sandbox_postpost(port: int, seed_accounts: Path | None) -> None:
    """Stand in for PostPost's API."""
    from sandbox.postpost import BASE_PATH, create_app, load_connections  # noqa: PLC0415  (no other command needs it)

    with _named("--seed-accounts"):
        app = create_app(load_connections(seed_accounts) if seed_accounts else None)
    _serve_sandbox(app, port, BASE_PATH, ("POSTPOST", "sk_sandbox.secret"))


@sandbox.command("socialapi")
@_port
@_seeds
def sandbox_socialapi(port: int, seed_accounts: Path | None) -> None:
    """Stand in for SocialAPI.ai's API."""
    from sandbox.socialapi import BASE_PATH, create_app, load_accounts  # noqa: PLC0415  (no other command needs it)

    with _named("--seed-accounts"):
        app = create_app(load_accounts(seed_accounts) if seed_accounts else None)
    _serve_sandbox(app, port, BASE_PATH, ("SOCIALAPI", "sapi_key_sandbox"))


@sandbox.command("telegram")
@_port
def sandbox_telegram(port: int) -> None:
    """Stand in for Telegram's Bot API, with a bot and chats."""
    from sandbox.telegram import TOKEN, create_app  # noqa: PLC0415  (no other command needs it)

    _serve_network(create_app(), port, f"telegram --token {TOKEN} --chat @sandbox_news --api {{url}}")


@sandbox.command("discord")
@_port
def sandbox_discord(port: int) -> None:
    """Stand in for Discord's webhooks, with one of them."""
    from sandbox.discord import LINK, create_app  # noqa: PLC0415  (no other command needs it)

    _serve_network(create_app(), port, f"discord --url {{url}}{LINK}")


@sandbox.command("slack")
@_port
def sandbox_slack(port: int) -> None:
    """Stand in for Slack's incoming webhooks, with one of them."""
    from sandbox.slack import LINK, create_app  # noqa: PLC0415  (no other command needs it)

    _serve_network(create_app(), port, f"slack --url {{url}}{LINK} --name sandbox")


@sandbox.command("mastodon")
@_port
@click.option(
    "--profile",
    type=click.Choice(["mastodon", "gotosocial", "snac", "takahe", "hollo"]),
    default="mastodon",
    show_default=True,
    help="The implementation that it behaves as.",
)
def sandbox_mastodon(port: int, profile: str) -> None:
    """Stand in for a server of the Mastodon API, with one account."""
    from sandbox.mastodon import PROFILES, TOKEN, create_app  # noqa: PLC0415  (no other command needs it)

    _serve_network(create_app(PROFILES[profile]), port, f"mastodon --server {{url}} --token {TOKEN}")


@contextmanager
def _named(option: str) -> Generator[None]:
    try:
        yield
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _serve_sandbox(app: ASGIApp, port: int, base: str, names: tuple[str, str]) -> None:
    name, key = names
    _serve(
        app,
        port,
        "Point postwright at it:",
        f"POSTWRIGHT_{name}_API_KEY={key}",
        f"POSTWRIGHT_{name}_BASE_URL={{url}}{base}",
    )


def _serve_network(app: ASGIApp, port: int, account: str) -> None:
    _serve(app, port, "Add an account on it:", f"postwright accounts add {account}")


def _serve(app: ASGIApp, port: int, *words: str) -> None:
    """Serve until Ctrl-C, and say how it is reached: ``words``, in which ``{url}`` is its address."""
    from sandbox.serve import serve as serve_app  # noqa: PLC0415

    first, *rest = words

    def say(bound: int) -> None:
        url = f"http://127.0.0.1:{bound}"
        click.echo(f"Listening on {url}; stop with Ctrl-C. {first}")
        for line in rest:
            click.echo(f"  {line.format(url=url)}")

    try:
        anyio.run(partial(serve_app, app, port=port, on_ready=say))
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.")
