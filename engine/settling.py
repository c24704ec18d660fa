"""What becomes of an intent: the answer that is written down and told, and the search for one that was lost."""

import sqlite3
from dataclasses import dataclass, replace

import structlog
from anyio import fail_after, move_on_after, sleep

from engine import telling
from engine.attaching import recorded
from engine.cases import Pauses
from engine.desk import Desk
from engine.intent import Intent, State
from engine.orders import draft, order
from engine.permits import may_settle
from engine.verdict import doubtful
from providers.protocol import Failure, Provider
from schemas.errors import ErrorCode, Outcome
from schemas.jsonvalue import JsonObject
from schemas.post import Absent, Receipt, Warn
from schemas.result import NextCall, Result, failure

log = structlog.get_logger(__name__)

#: How long one call waits for another's look at the same case, and how long a look may take (seconds): with the look
#: at the accounts before it, a repeated create answers in under 50 s.
PATIENCE, LOOK_SECONDS = 8.0, 30.0


async def accepted(
    desk: Desk, intent: Intent, receipt: Receipt, timezone: str | None, warnings: tuple[Warn, ...] = ()
) -> Result:
    """Record an accepted post and tell it; the answer is stored, for repeats to get the same."""
    data = telling.created(desk, intent, receipt, warnings)
    await record(desk, intent, State.ACCEPTED, data, receipt.id)
    return telling.success(desk, data, intent.provider, timezone, replayed=receipt.replayed)


async def refused(desk: Desk, intent: Intent, verdict: Result) -> Result:
    """Record that nothing came of a post, with the verdict, and tell it.

    Another process may have taken the case over, while this one slept, and made the post: then that is told.
    """
    if await record(desk, intent, State.REFUSED, verdict.model_dump(mode="json")):
        return verdict
    found = await desk.journal.find(intent.id)
    told = stored(desk, found, None) if found else None
    return told or still_open(desk, intent, "Another process has taken this post over.")


async def record(
    desk: Desk,
    intent: Intent,
    state: State,
    answer: JsonObject | None = None,
    post_id: str | None = None,
    *,
    told: bool = False,
) -> bool:
    """Close the intent; false if another process has taken it over.

    Where the disk fails now, it stays open and is settled later, so nothing is lost.
    """
    pauses = desk.cases.pauses(intent)
    look_at = desk.clock() + pauses.first if pauses and state is State.UNKNOWN else None
    try:
        closed = await desk.journal.close(intent, state, answer, post_id, look_at=look_at, told=told)
    except (sqlite3.Error, OSError):
        log.exception("journal_unwritable", intent=intent.id, state=state)
        return True
    if not closed:
        log.warning("intent_was_taken_over", intent=intent.id, state=state)
    return closed


async def settle(desk: Desk, intent: Intent, timezone: str | None) -> Result:
    """Look what became of an open case, if nobody else is looking; it stays open while nobody can tell."""
    provider, pauses = desk.providers.get(intent.provider), desk.cases.pauses(intent)
    if provider is None or pauses is None:
        return _foreign(intent)
    if not may_settle(desk, intent):
        return _left_open(desk, intent)
    try:
        claimed = await _claimed(desk, intent)
        if isinstance(claimed, Intent):
            return await _looked(desk, provider, pauses, claimed, timezone)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unusable", intent=intent.id)
        return still_open(desk, intent, f"The journal could not be used ({error}).")
    told = stored(desk, claimed.intent, timezone) if claimed.intent else None
    return told or still_open(desk, claimed.intent or intent, "Another call is looking into it.")


def _foreign(intent: Intent) -> Result:
    """Tell a case that this process has no key to look into."""
    message = (
        f"It was sent through {intent.provider} with another API key or server: with this one it cannot be looked up."
    )
    return failure(
        ErrorCode.OUTCOME_UNKNOWN,
        message,
        outcome=Outcome.UNKNOWN,
        provider=intent.provider,
        advice="Ask the user to look at the account. If it is not there, create it with allow_duplicate true.",
        next_calls=[NextCall(tool="list_posts", arguments={}, why="See whether the post is there after all.")],
    )


def _left_open(desk: Desk, intent: Intent) -> Result:
    """Tell a case that the mode does not let this process look into: its post might go out by that."""
    accounts = intent.request["accounts"]
    told = still_open(desk, intent, f"Nobody looked: {desk.modes.setting(accounts)} does not let this server do so.")
    advice = "Do not create it again. Ask the user to look at the account, or to run postwright in mode publish: that"
    retry = told.retry and told.retry.model_copy(update={"advice": f"{advice} finds out what became of it."})
    return told.model_copy(update={"retry": retry})


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A case that was closed meanwhile, or is being looked into by another call; as it stands now."""

    intent: Intent | None


async def _claimed(desk: Desk, intent: Intent) -> Intent | _Elsewhere:
    """Take a case for a look; while another call is at it, wait for what that finds."""
    found: Intent | None = intent
    with move_on_after(PATIENCE):
        while found and found.state in (State.UNKNOWN, State.SENDING):
            claimed = await desk.cases.claim(intent.id)
            if claimed:
                return claimed
            await sleep(0.05)
            found = await desk.journal.find(intent.id)
    return _Elsewhere(found)


async def _looked(desk: Desk, provider: Provider, pauses: Pauses, intent: Intent, timezone: str | None) -> Result:
    taken = await desk.cases.taken(intent)
    assets = await recorded(desk, intent.provider, intent.tenant, intent.request)
    sent = replace(order(intent.request, key=intent.key), assets=assets, taken=taken)
    wanted = replace(sent, opened_at=intent.opened_at, post_id=intent.post_id, told=intent.told)
    try:
        with fail_after(LOOK_SECONDS):
            found = await provider.settle(wanted)
    except (Failure, TimeoutError) as error:
        failed = error if isinstance(error, Failure) else None
        # A look that began to finish one post must go on with that one.
        begun = failed.post_id if failed else None
        case = await desk.cases.unreadable(replace(intent, post_id=begun or intent.post_id))
        why = failed.message if failed else f"No answer within {LOOK_SECONDS:g} s."
        return still_open(desk, case or intent, why, failed)
    if isinstance(found, Receipt):
        return await accepted(desk, intent, found, timezone)
    return await _absent(desk, pauses, intent, found)


async def _absent(desk: Desk, pauses: Pauses, intent: Intent, found: Absent) -> Result:
    """Close a case of which nothing can come any more, or of which enough looks found nothing; else leave it open."""
    case = None if found.certain else await desk.cases.found_nothing(intent)
    if found.certain or (case and case.looks >= pauses.looks):
        message = "The post was not made. It is safe to create it again."
        verdict = failure(ErrorCode.REJECTED, message, provider=intent.provider, outcome=Outcome.REJECTED)
        return await refused(desk, case or intent, verdict)
    rest = pauses.looks - (case or intent).looks
    return still_open(desk, case or intent, f"The service does not show the post (yet); looks still needed: {rest}.")


def stored(desk: Desk, intent: Intent, timezone: str | None) -> Result | None:
    """Tell a closed intent by the answer that is stored."""
    if intent.state is State.ACCEPTED and intent.answer:
        return telling.success(desk, intent.answer, intent.provider, timezone, replayed=True)
    if intent.state is State.REFUSED and intent.answer:
        return Result.model_validate(intent.answer)
    return None


def still_open(desk: Desk, intent: Intent, why: str, error: Failure | None = None) -> Result:
    """Tell a case of which nobody knows what became, and when the next look makes sense."""
    rest = (intent.look_at - desk.clock()).total_seconds() if intent.look_at else 0.0
    after = error.after_seconds if error else None
    return doubtful(
        intent.id,
        why,
        intent.provider,
        error,
        draft=draft(intent.request),
        after_seconds=after or (max(1.0, round(rest, 1)) if rest > 0 else None),
    )
