"""One delivery that was taken up, carried to its end: sent, or looked for, and what came of it written down."""

import sqlite3
from functools import partial

import structlog
from anyio import (
    CancelScope,
    create_task_group,
    current_time,
    get_cancelled_exc_class,
    move_on_after,
    sleep,
)
from anyio.abc import TaskStatus
from opentelemetry.trace import SpanKind

from providers.jitter import Spread
from providers.local import dispatch
from providers.local.dispatch import Claim, Terms
from providers.local.state import Nature, Settling, State, Verdict, found_nothing, judge, unreadable
from providers.meter import Meter
from providers.networks.network import SEND_SECONDS, Network, Step, Window
from providers.protocol import Failure
from providers.store import Store
from providers.tracing import back_in, tracer
from schemas.errors import ErrorCode
from schemas.instant import Clock

log = structlog.get_logger(__name__)

#: Seconds that a delivery under way gets to finish when the process is asked to stop.
GRACE_SECONDS = 3.0
#: Seconds until a database that cannot be written is tried again.
AGAIN_SECONDS = 1.0


class Carrier:
    """Carries claimed deliveries; a claim lasts as long as its terms say, and is renewed while its holder works.

    ``send_within`` are the seconds from the recorded decision to send to the first byte.
    """

    def __init__(
        self,
        database: Store,
        clock: Clock,
        settling: Settling,
        spread: Spread,
        meter: Meter,
        *,
        send_within: float = SEND_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settling = settling
        self._spread = spread
        self._meter = meter
        self._send_within = send_within

    async def carry(self, network: Network, claim: Claim, terms: Terms) -> None:
        """Carry one delivery; cancelled from outside, it gets its grace before it is cut off and given back."""
        async with create_task_group() as group:
            with CancelScope(shield=True) as shelter:
                await group.start(self._watch, claim, terms, shelter)
                try:
                    await self._traced(network, claim, terms)
                except get_cancelled_exc_class():
                    with CancelScope(shield=True), move_on_after(AGAIN_SECONDS):
                        await self._database.write(partial(dispatch.give_back, claim=claim, at=self._clock()), ())
                    raise
            group.cancel_scope.cancel()

    def orphaned(self, network: Network | None, claim: Claim) -> Verdict:
        """Judge a delivery whose sender has died."""
        nature = self._nature(network)
        message = "The process that was sending this ended before the outcome was known."
        if not nature.exact and not nature.tells:
            message += " It may be published, so it is not sent again."
        return self._judge(Failure(ErrorCode.OUTCOME_UNKNOWN, message, doubt=True), claim, nature)

    async def _watch(self, claim: Claim, terms: Terms, shelter: CancelScope, *, task_status: TaskStatus[None]) -> None:
        """Renew the lease of what is being carried; once cancelled, let it go on for the grace."""
        try:
            task_status.started()
            while True:
                await sleep(terms.lease.total_seconds() / 3)
                until = self._clock() + terms.lease
                try:
                    await self._database.write(partial(dispatch.renew, claim=claim, until=until), ())
                except (sqlite3.Error, OSError):
                    log.exception("lease_not_renewed", delivery=claim.parcel.delivery_id)
        finally:
            shelter.deadline = current_time() + GRACE_SECONDS

    async def _traced(self, network: Network, claim: Claim, terms: Terms) -> None:
        platform, parcel = network.account.platform, claim.parcel
        names = {"postwright.platform": platform, "postwright.post": parcel.post_id}
        looks = claim.state is State.RECONCILING
        with tracer.start_as_current_span(
            f"{'look for' if looks else 'deliver'} {platform}",
            back_in(parcel.trace),
            SpanKind.CONSUMER,
            names,
            record_exception=False,
        ) as span:
            verdict = await (self._looked_for(network, claim) if looks else self._sent(network, claim, terms))
            if verdict is None:
                return
            await self._conclude(claim, verdict, terms)
            span.set_attribute("postwright.outcome", verdict.state.value)
            late = (verdict.published_at - claim.record.due_at).total_seconds() if verdict.published_at else None
            self._meter.delivered(platform, verdict.state.value, late)

    async def _sent(self, network: Network, claim: Claim, terms: Terms) -> Verdict | None:
        """Prepare, record the intent, send; ``None``: it is another's now."""
        nature = self._nature(network)
        try:
            step: Step | Failure = await network.prepare(claim.parcel)
        except Failure as failure:
            step = failure
        except Exception:
            log.exception("network_failed", delivery=claim.parcel.delivery_id)
            step = Failure(ErrorCode.INTERNAL_ERROR, "postwright failed while preparing this; nothing was sent.")
        window = Window(self._clock, self._send_within)
        until = self._clock() + terms.lease
        if not await self._database.write(partial(dispatch.intend, claim=claim, until=until), ()):
            return None
        if isinstance(step, Failure):
            return self._judge(step, claim, nature)
        try:
            published = await step(window)
        except Failure as failure:
            return self._judge(failure, claim, nature)
        except Exception:
            # Whatever a network trips over, the delivery must be accounted for.
            log.exception("network_failed", delivery=claim.parcel.delivery_id)
            failure = Failure(ErrorCode.OUTCOME_UNKNOWN, "postwright failed while sending this.", doubt=True)
            return self._judge(failure, claim, nature)
        return Verdict(State.PUBLISHED, published=published, published_at=self._clock(), down=False)

    async def _looked_for(self, network: Network, claim: Claim) -> Verdict:
        try:
            found = await network.find(claim.parcel)
        except Failure as failure:
            return unreadable(failure, claim.record, self._clock(), self._settling)
        except Exception:
            log.exception("network_failed", delivery=claim.parcel.delivery_id)
            failure = Failure(ErrorCode.INTERNAL_ERROR, "postwright failed while looking for this.")
            return unreadable(failure, claim.record, self._clock(), self._settling)
        if found is None:
            return found_nothing(claim.record, self._clock(), self._settling)
        return Verdict(State.PUBLISHED, published=found, published_at=self._clock(), down=False)

    async def _conclude(self, claim: Claim, verdict: Verdict, terms: Terms) -> None:
        """Write an outcome; a database that cannot be written gets as long as the lease lasts."""
        delivery, state = claim.parcel.delivery_id, verdict.state.value
        event = "delivered" if verdict.state is State.PUBLISHED else "not_delivered"
        log.info(event, delivery=delivery, account=claim.parcel.account, state=state, error=verdict.error)
        write = partial(dispatch.conclude, claim=claim, verdict=verdict, now=self._clock())
        with move_on_after(terms.lease.total_seconds()):
            while True:
                try:
                    told = await self._database.write(write, ())
                except (sqlite3.Error, OSError):
                    log.exception("outcome_not_written", delivery=delivery, state=state)
                    await sleep(AGAIN_SECONDS)
                else:
                    break
            if not told:
                log.warning("outcome_too_late", delivery=delivery, state=state)

    def _nature(self, network: Network | None) -> Nature:
        if network is None:
            return Nature(exact=False)
        return Nature(network.exact, network.tells, self._settling)

    def _judge(self, failure: Failure, claim: Claim, nature: Nature) -> Verdict:
        return judge(failure, claim.record, self._clock(), self._spread, nature)
