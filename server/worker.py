"""``postwright worker``: delivers and settles without an agent, until a signal ends it."""

import os
import signal
import sqlite3

import structlog
from anyio import CancelScope, create_task_group, open_signal_receiver

from engine.modes import ServerMode
from engine.workers import Kind
from server.app import Opened, open_desk
from server.http import listen, watched_app
from server.metrics import Metrics
from server.settings import PREFIX, Settings
from server.version import own_version
from server.watching import Watched, nothing

log = structlog.get_logger(__name__)


class CannotWorkError(Exception):
    """Raised when a worker would be of no use; the message says why, and what to do."""


async def work(settings: Settings, metrics_port: int | None = None) -> None:
    """Deliver what is due and settle open cases until told to stop; what is under way then gets a few seconds.

    On ``metrics_port`` of this machine ``/healthz`` and ``/metrics`` are served.

    Raises:
        CannotWorkError: the mode lets nothing go out, or the database cannot be used.
        InUseError: a restore is at work on the home.
    """
    if settings.mode is ServerMode.READ:
        raise CannotWorkError(f"{PREFIX}MODE=read sends nothing, so there is nothing for a worker to do.")
    metrics = Metrics() if metrics_port is not None else None
    async with open_desk(settings, kind=Kind.WORKER, meter=metrics) as opened:
        await _begin(opened, settings)
        async with create_task_group() as group:
            # Windows has no such receiver: there Ctrl-C cancels everything by itself.
            if os.name != "nt":
                group.start_soon(_stop_on_signal, group.cancel_scope)
            for run in opened.beside:
                group.start_soon(run)
            if metrics is not None and metrics_port is not None:
                await _serve(Watched(opened.lookout, opened.workers, metrics), settings, metrics_port)
    log.info("worker_stopped")


async def _begin(opened: Opened, settings: Settings) -> None:
    try:
        await opened.workers.beat()
    except (sqlite3.Error, OSError) as error:
        raise CannotWorkError(
            f"the database in {settings.home} cannot be used ({error}). "
            f"Set {PREFIX}HOME to a folder of yours with room in it; `postwright doctor` looks at the rest."
        ) from error
    me, providers = opened.workers.me, ",".join(opened.desk.providers)
    log.info("worker_started", id=me.id, version=own_version(), providers=providers, delivers=me.delivers)
    if not me.delivers:
        log.warning("nothing_to_deliver", why="the provider local is not on: this worker only settles open outcomes")


async def _serve(watched: Watched, settings: Settings, port: int) -> None:
    async def say(bound: int) -> None:
        log.info("listening", url=f"http://{_HOST}:{bound}/metrics")

    await listen(watched_app(nothing, watched, settings, _HOST), _HOST, port, say, signals=False)


async def _stop_on_signal(scope: CancelScope) -> None:
    with open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for received in signals:
            log.info("worker_stopping", signal=signal.Signals(received).name)
            scope.cancel()
            return


_HOST = "127.0.0.1"
