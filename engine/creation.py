"""create_post: check everything, record the intent, send once, tell what happened."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from anyio import CancelScope, fail_after, move_on_after, sleep

from engine import settling, telling
from engine.call import Call
from engine.desk import Desk
from engine.intent import GOES_NOW, Intent, State, Wanted
from engine.journal import Standing
from engine.orders import content, leave_by, order
from engine.verdict import create_failed, look, read_failed, refused
from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.checker import check_accounts, check_shape
from schemas.errors import ErrorCode, Outcome
from schemas.instant import resolve, wire
from schemas.intake import Reading
from schemas.jsonvalue import items
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import PostRequest
from schemas.result import Result, failure
from schemas.rule import Situation

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that passed every rule: its provider, accounts, time (``None``: now) and warnings."""

    provider: Provider
    accounts: tuple[Account, ...]
    scheduled_at: datetime | None
    warnings: tuple[Warn, ...]


async def create(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    """Create, schedule, draft or (``dry_run``) only check a post. Every path ends in a verdict."""
    checked = await check(desk, reading)
    request = reading.request
    if request is None:
        return checked if isinstance(checked, Result) else refused(reading.problems, create=True)
    if request.dry_run:
        return checked if isinstance(checked, Result) else await _rehearse(desk, request, checked)
    try:
        if isinstance(checked, Result):
            return await _stands(desk, request, call) or checked
        standing, intent = await desk.journal.open(_wanted(desk, request, call, checked))
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unwritable")
        return await _unwritable(desk, request, call, error)
    if standing is Standing.NEW:
        return await _send(desk, checked, intent, request.timezone)
    return await _repeated(desk, standing, intent, request.timezone)


async def _stands(desk: Desk, request: PostRequest, call: Call) -> Result | None:
    """Answer a repeat that would be refused today, because its time has passed or its service is down, by its case."""
    twin = await desk.journal.peek(_wanted(desk, request, call))
    return await _repeated(desk, *twin, request.timezone) if twin else None


async def _unwritable(desk: Desk, request: PostRequest, call: Call, error: Exception) -> Result:
    """Send nothing without an intent; but a full disk can still be read, and the post may stand there."""
    with suppress(sqlite3.Error, OSError):
        told = await _stands(desk, request, call)
        if told:
            return told
    return failure(ErrorCode.STORAGE_FAILED, f"The journal could not be written ({error}). Nothing was sent.")


def _wanted(desk: Desk, request: PostRequest, call: Call, checked: Checked | None = None) -> Wanted:
    provider = checked.provider if checked else _provider(desk, list(request.accounts))[0]
    body = content(request)
    if checked and request.scheduled_at and checked.scheduled_at is None:
        body[GOES_NOW] = True
    return Wanted(
        provider=provider.name,
        request=body,
        tenant=desk.tenants.get(provider.name, ""),
        key=request.idempotency_key,
        hint=call.hint,
        allow_duplicate=request.allow_duplicate or False,
    )


async def check(desk: Desk, reading: Reading[PostRequest]) -> Checked | Result:
    """Hold a request against every rule; problems of the shape give 422, those of accounts alone 400."""
    provider, problems = _provider(desk, items(reading.arguments.get("accounts")))
    problems = [*reading.problems, *problems]
    now = desk.clock()
    situation = Situation(reading.arguments, (), now)
    problems += check_shape(provider.rules, situation)
    ids = [name for name in items(reading.arguments.get("accounts")) if isinstance(name, str)][:_LOOKED_UP]
    try:
        with fail_after(_LOOK_UP_SECONDS):
            accounts, strangers = await desk.directory.find(provider.name, ids)
    except (Failure, TimeoutError) as found:
        late = f"The accounts were not listed within {_LOOK_UP_SECONDS:g} s. Nothing was sent."
        error = found if isinstance(found, Failure) else Failure(ErrorCode.PROVIDER_TIMEOUT, late)
        return refused(problems, create=True) if problems else read_failed(error, provider.name)
    situation = Situation(reading.arguments, accounts, now)
    by_account = check_accounts(provider.rules, situation)
    if problems:
        return refused([*problems, *strangers, *by_account], create=True)
    if strangers:
        return refused([*strangers, *by_account], ErrorCode.UNKNOWN_ACCOUNTS, create=True)
    if by_account:
        return refused(by_account, ErrorCode.VALIDATION_FAILED, create=True)
    moment = resolve(str(situation.arguments.get("scheduled_at", wire(now))), situation.arguments.get("timezone"), now)
    warnings = tuple(warn for hint in provider.rules.hints for warn in hint(situation))
    return Checked(provider, accounts, None if isinstance(moment, Problem) else moment, warnings)


def _provider(desk: Desk, ids: list[object]) -> tuple[Provider, list[Problem]]:
    """Choose the one provider that all ids name; a mixed call gets its ready-made split."""
    groups: dict[str, list[str]] = {}
    for name in ids:
        if isinstance(name, str):
            groups.setdefault(name.partition(":")[0], []).append(name)
    known = {prefix: names for prefix, names in groups.items() if prefix in desk.providers}
    if len(known) > 1:
        split = " and ".join(f"one with accounts {names}" for names in known.values())
        problem = Problem(
            path="/accounts",
            code=ProblemCode.MIXED_PROVIDERS,
            message=f"accounts of {len(known)} providers in one post",
            fix=f"Make {len(known)} posts: {split}.",
            rule="one_provider",
        )
        return desk.providers[next(iter(known))], [problem]
    return desk.providers[next(iter(known or desk.providers))], []


async def _rehearse(desk: Desk, request: PostRequest, checked: Checked) -> Result:
    """Ask the service too, where it can check without making anything; one that does not answer is only a warning."""
    wanted = replace(order(content(request), checked.accounts), scheduled_at=checked.scheduled_at)
    try:
        found = await checked.provider.rehearse(wanted)
    except Failure as error:
        if error.problems:
            return refused(list(error.problems), ErrorCode.VALIDATION_FAILED, create=True)
        unasked = f"The service did not check this post; only the rules here did. {error.message}"
        found = (Warn("NOT_CHECKED_BY_SERVICE", unasked),)
    warnings = checked.warnings + found
    return telling.rehearsed(desk, request, checked.accounts, checked.scheduled_at, warnings, draft=wanted.draft)


async def _send(desk: Desk, checked: Checked, intent: Intent, timezone: str | None) -> Result:
    """Send an intent once, and write down what came of it."""
    wanted = order(intent.request, checked.accounts, intent.key)
    wanted = replace(wanted, opened_at=intent.opened_at, leave_by=leave_by(intent, desk.clock, desk.send_window))
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


async def _repeated(desk: Desk, standing: Standing, intent: Intent, timezone: str | None) -> Result:
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


#: How long the accounts may take: with a turn and the sending itself, a call answers in under 50 s.
_LOOK_UP_SECONDS = 10.0
#: More accounts than any provider takes are not looked up one by one: that they are too many is told anyway.
_LOOKED_UP = 50
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
