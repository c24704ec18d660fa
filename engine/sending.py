"""Send a checked post once, under the journal: whoever calls with it again gets its answer, and sends nothing."""

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from anyio import CancelScope, move_on_after, sleep

from engine import settling
from engine.desk import Desk
from engine.intent import Intent, State, Wanted
from engine.journal import Standing
from engine.orders import leave_by, order
from engine.verdict import create_failed, look
from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.asset import Asset
from schemas.errors import ErrorCode, Outcome
from schemas.jsonvalue import JsonObject
from schemas.post import Warn
from schemas.result import Result, failure


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that passed every rule: its provider, accounts, time (``None``: now) and warnings.

    ``media`` are those of the request with each file under its handle, ``assets`` the files.
    """

    provider: Provider
    accounts: tuple[Account, ...]
    scheduled_at: datetime | None
    warnings: tuple[Warn, ...]
    media: JsonObject | None = None
    assets: Mapping[str, Asset] = field(default_factory=dict[str, Asset])


async def send_once(desk: Desk, checked: Checked, wanted: Wanted, timezone: str | None) -> Result:
    """Record the intent and send it; or answer by the one that stands already.

    Raises:
        sqlite3.Error, OSError: the journal cannot be written, so nothing was sent.
    """
    standing, intent = await desk.journal.open(wanted)
    if standing is Standing.NEW:
        return await _send(desk, checked, intent, timezone)
    return await repeated(desk, standing, intent, timezone)


async def repeated(desk: Desk, standing: Standing, intent: Intent, timezone: str | None) -> Result:
    """Answer a create that stands in the journal already; nothing is sent for it a second time."""
    if standing is Standing.BUSY:
        return await _joined(desk, intent, timezone)
    if standing is Standing.OPEN:
        return await settling.settle(desk, intent, timezone)
    told = settling.stored(desk, intent, timezone) if standing is Standing.REPLAY else None
    if told:
        return told
    case = f"{intent.provider}:{intent.post_id}" if intent.post_id else intent.id
    return failure(
        _REFUSALS[standing],
        _WHY[standing].format(case=case),
        provider=intent.provider,
        next_calls=[look(case, "See the post that was made.")],
    )


async def _send(desk: Desk, checked: Checked, intent: Intent, timezone: str | None) -> Result:
    """Send an intent once, and write down what came of it."""
    wanted = order(intent.request, checked.accounts, intent.key)
    until = leave_by(intent, desk.clock, desk.send_window)
    wanted = replace(wanted, opened_at=intent.opened_at, leave_by=until, assets=checked.assets)
    try:
        receipt = await checked.provider.create(wanted)
    except Failure as error:
        verdict = create_failed(error, intent.provider, intent.id, draft=wanted.draft)
        if not error.doubt:
            return await settling.refused(desk, intent, verdict)
        await settling.record(desk, intent, State.UNKNOWN, post_id=error.post_id, told=True)
        return verdict
    except BaseException:
        # Cancelled or crashed while the request may have been under way: the case stays open.
        with CancelScope(shield=True):
            await settling.record(desk, intent, State.UNKNOWN)
        raise
    return await settling.accepted(desk, intent, receipt, timezone, checked.warnings)


async def _joined(desk: Desk, intent: Intent, timezone: str | None) -> Result:
    """Wait for the call that is sending the same post, in this process or another, and answer as it does."""
    found: Intent | None = intent
    with move_on_after(_JOIN_SECONDS), suppress(sqlite3.Error, OSError):
        pause = 0.02
        while found and found.state is State.SENDING:
            await sleep(pause)
            pause = min(pause * 1.5, 1.0)
            found = await desk.journal.find(intent.id)
    if found and found.state is State.UNKNOWN:
        return settling.still_open(desk, found, "The call that sent this post got no answer.")
    told = settling.stored(desk, found, timezone) if found else None
    return told or failure(
        ErrorCode.IN_PROGRESS,
        f"The same post is being sent at this moment ({intent.id}).",
        outcome=Outcome.UNKNOWN,
        provider=intent.provider,
        next_calls=[look(intent.id, "See what became of it.")],
    )


#: How long a repeat waits for the call that it repeats; with the look at the accounts, it answers in under 50 s.
_JOIN_SECONDS = 38.0
_REFUSALS = {
    Standing.CONFLICT: ErrorCode.IDEMPOTENCY_CONFLICT,
    Standing.DUPLICATE: ErrorCode.DUPLICATE_POST,
}
_WHY = {
    Standing.CONFLICT: "This idempotency_key was used for another post ({case}). Nothing was sent.",
    Standing.DUPLICATE: "The same post was made less than 24 hours ago ({case}). Nothing was sent.",
}
