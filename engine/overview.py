"""How everything stands at one moment: what waits, who is alive, what is wrong and how to mend it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.carriers import carriage
from engine.workers import Worker, Workers
from providers.breaker import OpenBreaker, open_breakers
from providers.local import gates
from providers.local.figures import Lateness, Queue, lateness, queue
from providers.local.state import Hold
from providers.store import Connection, Store
from schemas.instant import Clock, relative
from schemas.untrusted import clean

#: What is due longer than this while somebody delivers is late.
LATE = timedelta(seconds=60)
#: Over which span lateness is told.
SPAN = timedelta(hours=1)
_REASON = 120


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not as it should be, and what to do about it."""

    code: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Overview:
    """One look.

    ``late_seconds`` is how long the delivery that is due longest has been so; ``paused`` are the accounts on which
    nothing goes out now, and why; ``held`` counts what waits for a person.
    """

    now: datetime
    queue: Queue
    late_seconds: float
    lateness: Lateness | None
    workers: tuple[Worker, ...]
    breakers: tuple[OpenBreaker, ...]
    paused: dict[str, Hold]
    open_cases: int
    held: int
    wrong: tuple[Wrong, ...]


class Lookout:
    """Looks at the shared database. ``delivers``: the provider is on whose posts are delivered from here."""

    def __init__(self, database: Store, clock: Clock, workers: Workers, *, delivers: bool) -> None:
        self._database = database
        self._clock = clock
        self._workers = workers
        self._delivers = delivers

    async def look(self, *, lately: bool = True) -> Overview:
        """Look at everything; ``lately``: also at how late the last hour's posts were.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        workers = tuple(await self._workers.alive())
        now = self._clock()
        found = await self._database.read(lambda connection: _counted(connection, now, lately=lately))
        late = (now - found.queue.due_since).total_seconds() if found.queue.due_since else 0.0
        wrong = tuple(self._wrong(found, workers, late, now))
        return Overview(
            now,
            found.queue,
            late,
            found.lateness,
            workers,
            found.breakers,
            found.paused,
            found.open_cases,
            found.held,
            wrong,
        )

    def _wrong(self, found: "_Counted", workers: tuple[Worker, ...], late: float, now: datetime) -> list[Wrong]:
        wrong: list[Wrong] = []
        waiting = found.queue.scheduled + found.queue.in_hand + found.queue.settling
        nobody = self._delivers and waiting and not carriage(workers).delivering
        if nobody:
            message = f"{waiting} deliveries wait, and no process that delivers is alive"
            wrong.append(Wrong("nobody_delivers", message, "Run `postwright worker`."))
        elif late > LATE.total_seconds():
            since = relative(now - timedelta(seconds=late), now)
            message = f"{found.queue.due} deliveries are due, the first since {since}"
            wrong.append(Wrong("late", message, "Look at the log of the worker: what keeps it?"))
        for account, hold in found.paused.items():
            if hold.until is None:
                message = f"Nothing goes out on {account}: {clean(hold.reason, _REASON)}"
                wrong.append(Wrong("account_paused", message.rstrip("."), "Log in again: `postwright accounts add`."))
        for breaker in found.breakers:
            message = (
                f"{breaker.name} failed {breaker.failures} times and is left alone until {breaker.until:%H:%M:%S}Z"
            )
            wrong.append(Wrong("service_paused", message, "Nothing, unless it stays so: then look whether it is down."))
        return wrong


@dataclass(frozen=True, slots=True)
class _Counted:
    queue: Queue
    lateness: Lateness | None
    breakers: tuple[OpenBreaker, ...]
    paused: dict[str, Hold]
    open_cases: int
    held: int


def _counted(connection: Connection, now: datetime, *, lately: bool) -> _Counted:
    cases = connection.execute(_CASES).fetchone()["count"]
    held = connection.execute(_HELD, (now.timestamp(),)).fetchone()["count"]
    late = lateness(connection, now - SPAN) if lately else None
    breakers, paused = tuple(open_breakers(connection, now)), dict(gates.held(connection, now))
    return _Counted(queue(connection, now), late, breakers, paused, cases, held)


_CASES = "SELECT count(*) AS count FROM intent WHERE state IN ('sending', 'unknown')"
_HELD = "SELECT count(*) AS count FROM held WHERE state = 'awaiting' AND expires_at > ?"
