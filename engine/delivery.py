"""The delivery loop of the embedded engine (design section 9; reference engine 2.2).

Any number of processes may have a courier; an OS file lock elects the one that works, and the next takes over when
it dies. The lock only keeps them out of each other's way: what makes delivery safe is that each delivery is claimed
under a lease and a fence, that the intent to send is on the disk before the first byte leaves, and that what may
have left is never sent again where a repeat would be a second post.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from anyio import (
    CancelScope,
    Event,
    create_task_group,
    current_time,
    move_on_after,
    sleep,
    sleep_forever,
    to_thread,
)
from anyio.abc import TaskStatus
from filelock import FileLock, Timeout
from opentelemetry.trace import SpanKind

from providers.database import Database
from providers.local import dispatch
from providers.local.dispatch import Claim
from providers.local.roster import Roster
from providers.local.state import Spread, State, Verdict, full_jitter, judge
from providers.meter import Meter, Unmetered
from providers.networks.network import Network, Step, Window
from providers.protocol import Failure
from providers.tracing import back_in, tracer
from schemas.errors import ErrorCode
from schemas.instant import Clock, relative, wire

log = structlog.get_logger(__name__)

MAX_LATENESS = timedelta(hours=1)
LEASE = timedelta(seconds=60)
#: Seconds after which other processes' posts are noticed at the latest, and a dead process replaced.
POLL_SECONDS = 1.0
ELECTION_SECONDS = 0.5
#: Seconds that a delivery under way gets to finish when the process is asked to stop.
GRACE_SECONDS = 3.0
#: Deliveries decided in one transaction when many were left lying.
BATCH = 200

#: What the loop does again and again: one round, which tells when the next is due (``None``: nobody knows).
Round = Callable[[], Awaitable[datetime | None]]


class Courier:
    """Carries deliveries that are due to their networks, one at a time and in order per account.

    ``lock`` is the file that elects; a delivery late by more than ``max_lateness`` is given up as missed;
    ``lease`` is how long a delivery stays with a process that no longer moves.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        roster: Roster,
        lock: Path,
        *,
        max_lateness: timedelta = MAX_LATENESS,
        lease: timedelta = LEASE,
        spread: Spread = full_jitter,
        meter: Meter | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._lock = lock
        self._max_lateness = max_lateness
        self._lease = lease
        self._spread = spread
        self._meter = meter or Unmetered()
        self._woken = Event()

    def wake(self) -> None:
        """Look at once for what is due. Call it from the event loop that ``run`` is on."""
        self._woken.set()
        self._woken = Event()

    async def run(self) -> None:
        """Wait to be elected, then deliver until cancelled; a delivery under way gets a few seconds to finish."""
        lock = FileLock(self._lock, thread_local=False)
        try:
            await _elected(lock)
            async with create_task_group() as group:
                group.start_soon(self._repeat, self._tidy)
                for network in (await self._roster.networks()).values():
                    group.start_soon(self._repeat, partial(self._carry_due, network))
        finally:
            lock.release()

    async def step(self) -> None:
        """Do all that is due now, elected or not, and return."""
        await self._tidy()
        async with create_task_group() as group:
            for network in (await self._roster.networks()).values():
                group.start_soon(self._carry_due, network)

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
            await self._database.write(
                partial(
                    dispatch.lapse, now=now, judge=partial(self._orphaned, await self._roster.networks()), limit=BATCH
                )
            )
            lapses_at = await self._database.read(dispatch.next_lapse)
        waiting_since = await self._database.read(dispatch.longest_waiting)
        while waiting_since and waiting_since < earliest:
            await self._database.write(partial(dispatch.miss, earliest=earliest, tell=self._too_late, limit=BATCH))
            waiting_since = await self._database.read(dispatch.longest_waiting)
        return lapses_at

    async def _carry_due(self, network: Network) -> datetime | None:
        """Deliver all that is due on one network; tell when the next is."""
        account = network.account.id
        while True:
            now = self._clock()
            earliest = now - self._max_lateness
            due = await self._database.read(partial(dispatch.next_due, account=account, earliest=earliest))
            if due is None or due > now:
                return due
            claim = await self._database.write(
                partial(dispatch.claim, account=account, earliest=earliest, now=now, until=now + self._lease)
            )
            if claim is not None:
                await self._sheltered(network, claim)

    async def _sheltered(self, network: Network, claim: Claim) -> None:
        """Carry one delivery, its lease renewed; cancelled from outside, it gets its grace before it is cut off."""
        async with create_task_group() as group:
            with CancelScope(shield=True) as shelter:
                await group.start(_cut_off, shelter)
                group.start_soon(self._hold, claim)
                await self._carry(network, claim)
            group.cancel_scope.cancel()

    async def _hold(self, claim: Claim) -> None:
        while True:
            await sleep(self._lease.total_seconds() / 3)
            until = self._clock() + self._lease
            try:
                await self._database.write(partial(dispatch.renew, claim=claim, until=until))
            except (sqlite3.Error, OSError):
                log.exception("lease_not_renewed", delivery=claim.parcel.delivery_id)

    async def _carry(self, network: Network, claim: Claim) -> None:
        platform, parcel = network.account.platform, claim.parcel
        names = {"postwright.platform": platform, "postwright.post": parcel.post_id}
        with tracer.start_as_current_span(
            f"deliver {platform}", back_in(parcel.trace), SpanKind.CONSUMER, names, record_exception=False
        ) as span:
            verdict = await self._tried(network, claim)
            if verdict is None:
                return
            span.set_attribute("postwright.outcome", verdict.state.value)
            late = (verdict.published_at - claim.record.due_at).total_seconds() if verdict.published_at else None
            self._meter.delivered(platform, verdict.state.value, late)

    async def _tried(self, network: Network, claim: Claim) -> Verdict | None:
        """Prepare, record the intent, send, and write down what came of it; ``None``: it is another's now."""
        try:
            step: Step | Failure = await network.prepare(claim.parcel)
        except Failure as failure:
            step = failure
        window = Window(self._clock)
        until = self._clock() + self._lease
        if not await self._database.write(partial(dispatch.intend, claim=claim, until=until)):
            return None
        verdict = await self._deliver(network, claim, step, window)
        log.info(
            "delivered" if verdict.state is State.PUBLISHED else "not_delivered",
            delivery=claim.parcel.delivery_id,
            account=claim.parcel.account,
            state=verdict.state.value,
            error=verdict.error,
        )
        await self._conclude(claim, verdict)
        return verdict

    async def _deliver(self, network: Network, claim: Claim, step: Step | Failure, window: Window) -> Verdict:
        if isinstance(step, Failure):
            return self._judge(step, claim, exact=network.exact)
        try:
            published = await step(window)
        except Failure as failure:
            return self._judge(failure, claim, exact=network.exact)
        except Exception:
            # Whatever a network trips over, the delivery must be accounted for.
            log.exception("network_failed", delivery=claim.parcel.delivery_id)
            failure = Failure(ErrorCode.OUTCOME_UNKNOWN, "postwright failed while sending this.", doubt=True)
            return self._judge(failure, claim, exact=network.exact)
        return Verdict(State.PUBLISHED, published=published, published_at=self._clock())

    async def _conclude(self, claim: Claim, verdict: Verdict) -> None:
        """Write an outcome; a database that cannot be written gets as long as the lease lasts."""
        with move_on_after(self._lease.total_seconds()):
            while True:
                try:
                    told = await self._database.write(partial(dispatch.conclude, claim=claim, verdict=verdict))
                except (sqlite3.Error, OSError):
                    log.exception("outcome_not_written", delivery=claim.parcel.delivery_id, state=verdict.state.value)
                    await sleep(POLL_SECONDS)
                else:
                    break
            if not told:
                log.warning("outcome_too_late", delivery=claim.parcel.delivery_id, state=verdict.state.value)

    def _orphaned(self, networks: Mapping[str, Network], claim: Claim) -> Verdict:
        network = networks.get(claim.parcel.account)
        exact = network is not None and network.exact
        message = "The process that was sending this ended before the outcome was known."
        if not exact:
            message += " It may be published, so it is not sent again."
        return self._judge(Failure(ErrorCode.OUTCOME_UNKNOWN, message, doubt=True), claim, exact=exact)

    def _judge(self, failure: Failure, claim: Claim, *, exact: bool) -> Verdict:
        return judge(failure, claim.record, self._clock(), self._spread, exact=exact)

    def _too_late(self, due_at: datetime, doubt: bool) -> str:
        now = self._clock()
        most = relative(now + self._max_lateness, now).removeprefix("in ")
        return (
            f"{_MAYBE_SENT if doubt else 'Nothing was sent'}: this was due at {wire(due_at)} ({relative(due_at, now)}),"
            f" no running server could send it then, and it may be at most {most} late."
        )


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


async def _cut_off(shelter: CancelScope, *, task_status: TaskStatus[None]) -> None:
    try:
        task_status.started()
        await sleep_forever()
    finally:
        shelter.deadline = current_time() + GRACE_SECONDS
