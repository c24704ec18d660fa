"""The command line: without a command, the MCP server on stdio."""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import anyio
import click
from starlette.types import ASGIApp

from schemas.instant import parse
from server import log
from server.settings import Settings, SettingsError, load


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postwright", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """An MCP server with which AI agents publish to social media.

    Without a command it serves MCP on stdin and stdout, which is what MCP clients start.
    Settings are environment variables with the prefix POSTWRIGHT_; `postwright doctor` lists and checks them.
    """
    if context.invoked_subcommand is None:
        settings = _settings("warning")
        from server import stdio  # noqa: PLC0415  (loads the MCP SDK, which no other command should wait for)

        _collect_from_now()
        anyio.run(stdio.serve, settings)
    elif context.invoked_subcommand != "serve":
        _collect_from_now()


@main.command()
@click.option("--transport", type=click.Choice(["http", "sse"]), default="http", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than loopback needs a token.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
def serve(transport: str, host: str, port: int) -> None:
    """Serve many clients over Streamable HTTP (/mcp) or SSE (/sse)."""
    from server import http  # noqa: PLC0415  (loads the MCP SDK)

    settings = _settings("info")
    try:
        http.refuse_open_door(host, settings.http_token)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    _collect_from_now()
    anyio.run(http.serve, settings, transport, host, port)


@main.command()
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


@main.command()
def pending() -> None:
    """Show what agents asked for and a person has to approve."""
    from server import people  # noqa: PLC0415  (loads the MCP SDK)

    anyio.run(people.pending, _settings("error"))


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def approve(ids: tuple[str, ...]) -> None:
    """Show each action that waits, and do it if you say yes. Only at a terminal."""
    _decide(ids, "approve")


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def decline(ids: tuple[str, ...]) -> None:
    """Show each action that waits, and decline it if you say yes. Only at a terminal."""
    _decide(ids, "decline")


def _decide(ids: tuple[str, ...], verb: str) -> None:
    from server import people  # noqa: PLC0415  (loads the MCP SDK)

    people.refuse_no_terminal()
    if not anyio.run(people.decide, _settings("error"), ids, verb):
        sys.exit(1)


@main.command("log")
@click.option("--json", "raw", is_flag=True, help="The lines as they stand.")
@click.option("--since", metavar="TIME", help="ISO 8601, such as 2026-12-01 or 2026-12-01T15:00:00Z.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(0), help="Only the last; 0: all.")
@click.option("--verify", is_flag=True, help="Check the chain of digests, and say where it breaks.")
def show_log(since: str | None, limit: int, *, raw: bool, verify: bool) -> None:
    """Show the audit trail: who did what, with which verdict."""
    from server import audit_log  # noqa: PLC0415  (no other command needs it)

    home = _settings("error").home
    if verify:
        sys.exit(0 if audit_log.verify(home, click.echo) else 1)
    moment = parse(since if "T" in since else f"{since}T00:00:00Z") if since else None
    if since and moment is None:
        raise click.BadParameter("not an ISO 8601 time with an offset, or a date", param_hint="--since")
    audit_log.show(home, click.echo, moment, limit, raw=raw)


@main.command()
def demo() -> None:
    """Watch an agent post: a mistake, the correction, the schedule, the delivery. Needs no key and no network."""
    from server.demo import play  # noqa: PLC0415  (loads the MCP SDK)

    anyio.run(play, click.echo)


@main.group()
def sandbox() -> None:
    """Serve a stand-in of a hosted API on loopback, to try things and to rehearse failures."""


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


@contextmanager
def _named(option: str) -> Generator[None]:
    try:
        yield
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _serve_sandbox(app: ASGIApp, port: int, base: str, names: tuple[str, str]) -> None:
    from sandbox.serve import serve as serve_app  # noqa: PLC0415

    name, key = names

    def say(bound: int) -> None:
        click.echo(f"Listening on http://127.0.0.1:{bound}; stop with Ctrl-C. Point postwright at it:")
        click.echo(f"  POSTWRIGHT_{name}_API_KEY={key}")
        click.echo(f"  POSTWRIGHT_{name}_BASE_URL=http://127.0.0.1:{bound}{base}")

    try:
        anyio.run(partial(serve_app, app, port=port, on_ready=say))
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.")


_COLOURS = {"ok": "green", "note": "yellow", "wrong": "red"}


def _collect_from_now() -> None:
    """Let the garbage collector begin (see server.start), sparing what is loaded for good."""
    gc.freeze()
    gc.enable()


def _settings(level: str) -> Settings:
    """Read the settings and start the log at ``level`` unless they name one; or say what is wrong and leave."""
    try:
        settings = load()
    except SettingsError as error:
        click.echo(f"postwright cannot start:\n{error}\nRun `postwright doctor` for help.", err=True)
        sys.exit(2)
    log.configure(settings.log, settings.log_level or level, settings.secrets)
    return settings
