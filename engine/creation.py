"""create_post: check everything, record the intent, send once, tell what happened."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import structlog
from anyio import CancelScope, fail_after

from engine import telling
from engine.desk import Desk
from engine.journal import Intent, Standing, State, Wanted
from engine.verdict import create_failed, doubtful, look, read_failed, refused
from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.checker import check_accounts, check_shape
from schemas.errors import ErrorCode, Outcome
from schemas.instant import parse, resolve, wire
from schemas.intake import Reading
from schemas.jsonvalue import JsonObject, items
from schemas.post import Order, Receipt, Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import Mode, PostRequest
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


async def create(desk: Desk, reading: Reading[PostRequest]) -> Result:
    """Create, schedule, draft or (``dry_run``) only check a post. Every path ends in a verdict."""
    checked = await check(desk, reading)
    if isinstance(checked, Result):
        return checked
    request = reading.request
    if request is None:
        return refused(reading.problems, create=True)
    if request.dry_run:
        return await _rehearse(desk, request, checked)
    wanted = Wanted(
        provider=checked.provider.name,
        request=_content(request, checked),
        key=request.idempotency_key,
        allow_duplicate=request.allow_duplicate or False,
    )
    try:
        standing, intent = await desk.journal.open(wanted)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unwritable")
        return failure(ErrorCode.STORAGE_FAILED, f"The journal could not be written ({error}). Nothing was sent.")
    if standing is Standing.NEW:
        return await _send(desk, checked, intent, request.timezone)
    return await _repeated(desk, standing, intent, request.timezone)


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
    wanted = order(_content(request, checked), "", checked.accounts)
    try:
        found = await checked.provider.rehearse(wanted)
    except Failure as error:
        if error.problems:
            return refused(list(error.problems), ErrorCode.VALIDATION_FAILED, create=True)
        unasked = f"The service did not check this post; only the rules here did. {error.message}"
        found = (Warn("NOT_CHECKED_BY_SERVICE", unasked),)
    warnings = checked.warnings + found
    return telling.rehearsed(desk, request, checked.accounts, checked.scheduled_at, warnings, draft=wanted.draft)


def _content(request: PostRequest, checked: Checked) -> JsonObject:
    """What the post is, in one canonical form: the fingerprint is taken of it, and an order can be made of it."""
    body = request.model_dump(mode="json", exclude_none=True, exclude=_ASIDE)
    body["accounts"] = sorted(account.id for account in checked.accounts)
    if checked.scheduled_at:
        body["scheduled_at"] = wire(checked.scheduled_at)
    return body


def order(content: JsonObject, key: str, accounts: tuple[Account, ...] = ()) -> Order:
    """Make the order from recorded content; after a restart, accounts are known by their ids alone."""
    known = {account.id: account for account in accounts}
    named = [known.get(name) or Account(id=name, platform="", name=name) for name in content["accounts"]]
    return Order(
        caption=content["caption"],
        accounts=tuple(named),
        key=key,
        media=content.get("media"),
        scheduled_at=parse(content.get("scheduled_at", "")),
        draft=content.get("mode") == Mode.DRAFT,
        extras={name: value for name, value in content.items() if name not in _ORDERED},
    )


async def _send(desk: Desk, checked: Checked, intent: Intent, timezone: str | None) -> Result:
    provider = checked.provider
    try:
        receipt = await provider.create(order(intent.request, intent.key, checked.accounts))
    except Failure as error:
        await _record(desk, intent, State.UNKNOWN if error.doubt else State.REFUSED)
        return create_failed(error, provider.name, intent.id)
    except BaseException:
        # Cancelled or crashed while the request may have been under way: the case stays open.
        with CancelScope(shield=True):
            await _record(desk, intent, State.UNKNOWN)
        raise
    return await accepted(desk, intent, receipt, timezone, checked.warnings)


async def accepted(
    desk: Desk, intent: Intent, receipt: Receipt, timezone: str | None, warnings: tuple[Warn, ...] = ()
) -> Result:
    """Record an accepted post and tell it; the answer is stored, for repeats to get the same."""
    data = telling.created(desk, intent, receipt, warnings)
    await _record(desk, intent, State.ACCEPTED, data, receipt.id)
    return telling.success(desk, data, intent.provider, timezone, replayed=receipt.replayed)


async def _record(
    desk: Desk, intent: Intent, state: State, answer: JsonObject | None = None, post_id: str | None = None
) -> None:
    """Close the intent; where the disk fails now, it stays open and is settled later, so nothing is lost."""
    try:
        await desk.journal.close(intent, state, answer, post_id)
    except (sqlite3.Error, OSError):
        log.exception("journal_unwritable", intent=intent.id, state=state)


async def _repeated(desk: Desk, standing: Standing, intent: Intent, timezone: str | None) -> Result:
    """Answer a create that stands in the journal already; nothing is sent for it a second time."""
    if standing is Standing.REPLAY and intent.answer:
        return telling.success(desk, intent.answer, intent.provider, timezone, replayed=True)
    if standing is Standing.OPEN:
        return await settle(desk, intent, timezone)
    case = f"{intent.provider}:{intent.post_id}" if intent.post_id else intent.id
    code = _REFUSALS[standing]
    return failure(
        code,
        _WHY[standing].format(case=case),
        outcome=Outcome.UNKNOWN if standing is Standing.BUSY else Outcome.NOTHING_SENT,
        provider=intent.provider,
        next_calls=[look(case, "See the post that was made.")],
    )


async def settle(desk: Desk, intent: Intent, timezone: str | None) -> Result:
    """Ask the provider what became of an open case; it stays open while nobody can tell."""
    provider = desk.providers.get(intent.provider)
    if provider is None:
        return doubtful(intent.id, f"{intent.provider} is not on, so it cannot be asked.", intent.provider)
    try:
        receipt = await provider.settle(order(intent.request, intent.key))
    except Failure as error:
        return doubtful(intent.id, error.message, provider.name, error)
    if receipt is not None:
        return await accepted(desk, intent, receipt, timezone)
    await _record(desk, intent, State.REFUSED)
    message = "The post was not made. It is safe to create it again."
    return failure(ErrorCode.REJECTED, message, provider=provider.name, outcome=Outcome.REJECTED)


#: Arguments that do not belong to the content, or are recorded in another form.
_ASIDE = {"accounts", "scheduled_at", "timezone", "idempotency_key", "allow_duplicate", "dry_run"}
#: Members of the content that every provider's order has a place for.
_ORDERED = {"caption", "accounts", "media", "scheduled_at", "mode"}
#: How long the accounts may take: with a turn and the sending itself, a call answers in under 50 s.
_LOOK_UP_SECONDS = 10.0
#: More accounts than any provider takes are not looked up one by one: that they are too many is told anyway.
_LOOKED_UP = 50
_REFUSALS = {
    Standing.CONFLICT: ErrorCode.IDEMPOTENCY_CONFLICT,
    Standing.DUPLICATE: ErrorCode.DUPLICATE_POST,
    Standing.BUSY: ErrorCode.IN_PROGRESS,
}
_WHY = {
    Standing.CONFLICT: "This idempotency_key was used for another post ({case}). Nothing was sent.",
    Standing.DUPLICATE: "The same post was made less than 24 hours ago ({case}). Nothing was sent.",
    Standing.BUSY: "The same post is being sent at this moment ({case}).",
}
