"""Waking whoever delivers, on PostgreSQL: rows arm an alarm in their own transaction (reference engine 0 and 1.5).

An alarm may be lost, late or double: what is due, and for whom, the rows of the ledger say. So an alarm carries no more
than the account that something is due on, and whoever hears it looks.

A trigger arms what is due within twice the horizon; what lies further ahead stays in the rows, for the cost of an alarm
clock grows with what it holds. A sweep arms what has come within the horizon since the last: what was being written
meanwhile, unseen, was armed by its trigger. It arms again what is due and still waits, its alarm having been lost.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from anyio import create_task_group, sleep, to_thread

from providers.local.ledger import span
from providers.store import Connection, Store

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger(__name__)

#: What hears an alarm: it is given the account, and looks for what is due on it.
Ring = Callable[[str], Coroutine[Any, Any, None]]

HORIZON = timedelta(minutes=5)
#: How long something due may wait before it is armed again.
LOST = timedelta(seconds=15)
#: How often what has come within the horizon is armed (seconds), and a database that is away asked again.
SWEEP_SECONDS, AWAY_SECONDS = 10.0, 1.0


class Alarm(Protocol):
    """An alarm clock in the same database."""

    def install(self, connection: "psycopg.Connection") -> None:
        """Make what it needs, unless it is there, and the SQL function ``postwright_arm(account, at)``.

        It is called in a transaction that nobody else installs in; ``at`` is in microseconds since 1970.
        """
        ...

    async def run(self, ring: Ring) -> None:
        """Ring for each alarm, several at once, until cancelled or the database is away."""
        ...

    async def tidy(self) -> None:
        """Let go of alarms that somebody heard who has died since: the rows arm them anew."""
        ...


class Rousing:
    """Wakes a courier by an alarm clock in the database at ``url``; the sweep goes through the ``store`` there."""

    def __init__(self, store: Store, url: str, alarm: Alarm) -> None:
        self._store = store
        self._url = url
        self._alarm = alarm

    async def run(self, ring: Ring) -> None:
        """Ring for everything that comes due, until cancelled."""
        while not await self._installed():  # noqa: ASYNC110  (a database that comes back sets no event)
            await sleep(AWAY_SECONDS)
        async with create_task_group() as group:
            group.start_soon(self._listen, partial(_safely, ring))
            while True:
                await self._sweep()
                await sleep(SWEEP_SECONDS)

    async def _installed(self) -> bool:
        """Install once the tables are there that it arms by."""
        try:
            await self._store.read(_nothing)
            await to_thread.run_sync(install, self._url, self._alarm)
        except Exception as error:  # noqa: BLE001  (a database that is away, or says no, is asked again)
            log.warning("alarm_not_installed", error=type(error).__name__)
            return False
        return True

    async def _listen(self, ring: Ring) -> None:
        """Let the clock run, and again where the database went away under it."""
        while True:
            try:
                await self._alarm.run(ring)
            except Exception as error:  # noqa: BLE001  (whatever ends it, the clock goes on)
                log.warning("alarm_failed", error=type(error).__name__)
            await sleep(AWAY_SECONDS)

    async def _sweep(self) -> None:
        try:
            await self._store.write(_swept, turn=())
            await self._alarm.tidy()
        except Exception as error:  # noqa: BLE001  (the next sweep makes up for it)
            log.warning("alarm_sweep_failed", error=type(error).__name__)


async def _safely(ring: Ring, account: str) -> None:
    """Let nothing that an account meets end the clock: its rows are armed anew."""
    try:
        await ring(account)
    except Exception:
        log.exception("alarm_unheard", account=account)


def _nothing(connection: Connection) -> None:
    connection.execute("SELECT 1 FROM delivery WHERE id = ?", ("",))


def _swept(connection: Connection) -> None:
    connection.execute("SELECT postwright_sweep()")


def install(url: str, alarm: Alarm) -> None:
    """Make the alarm clock, the trigger that arms it, and the sweep.

    Raises:
        psycopg.Error: the database cannot be reached, or does not allow it.
    """
    import psycopg  # noqa: PLC0415  (only those with PostgreSQL have it)

    script = files("providers.alarms").joinpath("arming.sql").read_text(encoding="utf-8")
    values = {"horizon": span(HORIZON), "lost": span(LOST), "waiting": _WAITING}
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('postwright alarm', 0))")
        alarm.install(connection)
        connection.execute(script.format_map(values).encode())


# The states in which a row waits for its time.
_WAITING = "'scheduled', 'queued', 'settling'"
