"""``postwright worker``: deliver without an agent."""

import sys

import anyio
import click

from server import traces
from server.commands.starting import collect_from_now, settings_at, told


@click.command()
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /healthz and /metrics there, to this machine; 0: any free one.",
)
def worker(metrics_port: int | None) -> None:
    """Deliver what is due and settle open outcomes, until stopped.

    Any number may run on one machine: one of them delivers at a time, and the next takes over when it ends.
    docs/operations.md has units for systemd, launchd and the Windows Task Scheduler.
    """
    from server.worker import CannotWorkError, work  # noqa: PLC0415  (loads the MCP SDK)

    settings = settings_at("info")
    traces.take()
    collect_from_now()
    try:
        with told():
            anyio.run(work, settings, metrics_port)
    except CannotWorkError as error:
        click.echo(f"postwright cannot start: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)
