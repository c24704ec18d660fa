"""What every command does before its work: read the settings, start the log, let the garbage collector begin."""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager

import click

from server import log
from server.home import InUseError
from server.settings import Settings, SettingsError, load


def settings_at(level: str) -> Settings:
    """Read the settings and start the log at ``level`` unless they name one; or say what is wrong and leave."""
    try:
        settings = load()
    except SettingsError as error:
        click.echo(f"postwright cannot start:\n{error}\nRun `postwright doctor` for help.", err=True)
        sys.exit(2)
    log.configure(settings.log, settings.log_level or level, settings.hidden)
    return settings


@contextmanager
def told() -> Generator[None]:
    """Say in words, on stderr, why a command cannot use the home now."""
    try:
        yield
    except InUseError as error:
        click.echo(f"postwright cannot start: {error}", err=True)
        sys.exit(1)


def collect_from_now() -> None:
    """Let the garbage collector begin (see server.start), sparing what is loaded for good."""
    gc.freeze()
    gc.enable()
