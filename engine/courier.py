"""The delivery loop of the embedded engine (design section 9; reference engine 2.2).

Any number of processes may have a courier; an OS file lock elects the one that works, and the next takes over when
it dies. The lock only keeps them out of each other's way: what makes delivery safe is that each delivery is claimed
under a lease and a fence, that the intent to send is on the disk before the first byte leaves, and that what may
have left is never sent again where a repeat would be a second post.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from anyio import CapacityLimiter, Event, create_task_group, move_on_after, sleep, to_thread
from anyio.abc import TaskGroup
from filelock import FileLock, Timeout

from engine.delivery import Carrier
from providers.alarms.alarm import Ring
from providers.jitter import Spread, full_jitter
from providers.local import dispatch
from providers.local.dispatch import Claim, Terms
from providers.local.roster import Roster
from providers.local.state import Settling, Verdict
from providers.meter import Meter, Unmetered
from providers.networks.kind import Pace
from providers.networks.network import SEND_SECONDS, Network
from providers.store import Store
from schemas.instant import Clock, relative, wire

log = structlog.get_logger(__name__)

#: Seconds after which other processes' posts are noticed at the latest, and a dead process replaced.
POLL_SECONDS = 1.0
ELECTION_SECONDS = 0.5
#: Deliveries decided in one transaction when many were left lying.
BATCH = 200

#: What the loop does again and again: one round, which tells when the next is due (``None``: nobody knows).
Round = Callable[[], Awaitable[datetime | None]]
#: Rings for accounts on which something comes due, until cancelled.
Rouse = Callable[[Ring], Coroutine[Any, Any, None]]


class Courier:
    """Carries deliveries that are due to their networks: many accounts at once, each in the order of its line.

    ``lock`` is the file that elects; a delivery late by more than ``max_lateness`` is given up as missed;
    ``lease`` is how long a delivery stays with a process that no longer moves; ``settling`` says how a network is
    looked at that may have one; ``paces`` how fast a platform may be posted to; ``send_within`` are the seconds from
    the decision to send to the first byte. With ``rouse`` nobody is elected: every courier that shares the database
    attends to the accounts that it is rung for.
    """

    def __init__(
        self,
        database: Store,
        clock: Clock,
        roster: Roster,
        lock: Path,
        *,
        max_lateness: timedelta,
        lease: timedelta,
        settling: Settling | None = None,
        paces: Mapping[str, Pace] | None = None,
        spread: Spread = full_jitter,
        meter: Meter | None = None,
        rouse: Rouse | None = None,
        send_within: float = SEND_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._lock = lock
        self._max_lateness = max_lateness
        self._rouse = rouse
        self._lease = lease
        self._paces = paces or {}
        self._carrier = Carrier(
            database, clock, settling or Settling(), spread, meter or Unmetered(), send_within=send_within
        )
        self._woken = Event()
        # Accounts that somebody here attends to: whether to look once more before leaving.
        self._attended: dict[str, bool] = {}
        # Accounts that are not worth a look before a time.
        self._shut: dict[str, datetime] = {}
        self._turns: dict[str, CapacityLimiter] = {}

    def wake(self) -> None:
        """Look at once for what is due. Call it from the event loop that ``run`` is on."""
        self._shut.clear()
        self._woken.set()
        self._woken = Event()

    async def run(self) -> None:
        """Deliver until cancelled, once elected; a delivery under way gets a few seconds to finish."""
        if self._rouse is not None:
            async with create_task_group() as group:
                group.start_soon(self._repeat, self._tidy)
                group.start_soon(self._rouse, self.ring)
            return
        lock = FileLock(self._lock, thread_local=False)
        try:
            await _elected(lock)
            async with create_task_group() as group:
                group.start_soon(self._repeat, self._tidy)
                group.start_soon(self._repeat, partial(self._look_around, group))
        finally:
            lock.release()

    async def step(self) -> None:
        """Do all that is due now, elected or not, and return."""
        await self._tidy()
        self._shut.clear()
        async with create_task_group() as group:
            await self._look_around(group)

    async def ring(self, account: str) -> None:
        """Do all that is due on one account now."""
        network = await self._roster.network(account)
        if network is None:
            return
        if account in self._attended:
            self._attended[account] = True
            return
        self._attended[account] = False
        await self._attend(network)

    async def _repeat(self, round_: Round) -> None:
        while True:
            woken = self._woken
            try:
                due = await round_()
            except (sqlite3.Error, OSError) as error:
                log.warning("delivery_round_failed", error=str(error))
                due = None
            except Exception:
                # A bug in one round must not end all deliveries.
                log.exception("delivery_round_failed")
                due = None
            rest = (due - self._clock()).total_seconds() if due else POLL_SECONDS
            with move_on_after(min(max(rest, 0.0), POLL_SECONDS)):
                await woken.wait()

    async def _tidy(self) -> datetime | None:
        """Decide what was left in hand by the dead, and what is too late to send."""
        now = self._clock()
        earliest = now - self._max_lateness
        lapses_at = await self._database.read(dispatch.next_lapse)
        while lapses_at and lapses_at <= now:
            judge = partial(self._orphaned, await self._roster.networks())
            await self._database.write(partial(dispatch.lapse, now=now, judge=judge, limit=BATCH))
            lapses_at = await self._database.read(dispatch.next_lapse)
        waiting_since = await self._database.read(dispatch.longest_waiting)
        while waiting_since and waiting_since < earliest:
            await self._database.write(partial(dispatch.miss, earliest=earliest, tell=self._too_late, limit=BATCH))
            waiting_since = await self._database.read(dispatch.longest_waiting)
        return lapses_at

    async def _look_around(self, group: TaskGroup) -> datetime | None:
        """Attend to every account on which something is due; tell when the next comes to be."""
        now = self._clock()
        accounts, following = await self._database.read(partial(dispatch.accounts_due, now=now))
        self._shut = {account: until for account, until in self._shut.items() if until > now}
        for account in accounts:
            if account in self._attended or account in self._shut:
                continue
            network = await self._roster.network(account)
            if network is not None and account not in self._attended:
                self._attended[account] = False
                group.start_soon(self._attend, network)
        return min((until for until in (following, *self._shut.values()) if until), default=None)

    async def _attend(self, network: Network) -> None:
        """Deliver all that is due on one account."""
        account, taken = network.account.id, None
        try:
            while True:
                self._attended[account] = False
                taken = await self._deliver_next(network)
                if not isinstance(taken, Claim) and not self._attended[account]:
                    break
        except (sqlite3.Error, OSError) as error:
            log.warning("delivery_failed", account=account, error=str(error))
        finally:
            del self._attended[account]
        soonest = self._clock() + timedelta(seconds=POLL_SECONDS)
        # Whatever keeps it shut may change by hand: it is looked at again soon.
        self._shut[account] = min(taken, soonest) if isinstance(taken, datetime) else soonest

    async def _deliver_next(self, network: Network) -> Claim | datetime | None:
        """Deliver what is first in the line of an account, and tell it; or when that may be tried again."""
        account = network.account
        pace = self._paces.get(account.platform, _ANY_PACE)
        terms = Terms(self._max_lateness, self._lease, pace)
        turns = self._turns.setdefault(account.platform, CapacityLimiter(pace.at_once))
        async with turns:
            take = partial(dispatch.take, account=account.id, now=self._clock(), terms=terms)
            claim = await self._database.write(take, ())
            if isinstance(claim, Claim):
                await self._carrier.carry(network, claim, terms)
            return claim

    def _orphaned(self, networks: Mapping[str, Network], claim: Claim) -> Verdict:
        return self._carrier.orphaned(networks.get(claim.parcel.account), claim)

    def _too_late(self, due_at: datetime, doubt: bool, closed: str | None) -> str:
        now = self._clock()
        most = relative(now + self._max_lateness, now).removeprefix("in ")
        return (
            f"{_MAYBE_SENT if doubt else 'Nothing was sent'}: this was due at {wire(due_at)} ({relative(due_at, now)}),"
            f" {_why(closed)}, and it may be at most {most} late."
        )


def _why(closed: str | None) -> str:
    return f"its account was closed ({closed.rstrip('.')})" if closed else "no running server could send it then"


_ANY_PACE = Pace()
_MAYBE_SENT = "An earlier try may have sent it, and it was not sent again"


async def _elected(lock: FileLock) -> None:
    """Return once the lock is ours. It is tried, never waited for: a thread that waits cannot be cancelled."""
    while True:
        try:
            await to_thread.run_sync(_take, lock)
        except Timeout:
            await sleep(ELECTION_SECONDS)
        except OSError as error:
            log.warning("election_failed", error=str(error))
            await sleep(POLL_SECONDS)
        else:
            return


def _take(lock: FileLock) -> None:
    Path(lock.lock_file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock.acquire(blocking=False)
