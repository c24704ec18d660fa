"""create_post: check everything, record the intent, send once, tell what happened."""

import sqlite3
from contextlib import suppress
from dataclasses import replace

import structlog
from anyio import fail_after

from engine import reach, telling
from engine.attaching import Attached, attach, brought, held_against
from engine.call import PREPARING_SECONDS, Call
from engine.desk import Desk
from engine.intent import GOES_NOW, Wanted
from engine.limits import warned
from engine.modes import Ruling
from engine.orders import content, order
from engine.sending import Checked, repeated, send_once
from engine.verdict import read_failed, refused
from providers.protocol import Failure, Provider
from schemas.checker import check_accounts, check_shape
from schemas.errors import ErrorCode
from schemas.instant import resolve, wire
from schemas.intake import Reading
from schemas.jsonvalue import items, members
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import PostRequest
from schemas.result import Result, failure
from schemas.rule import Situation

log = structlog.get_logger(__name__)


async def create(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    """Create, schedule, draft or (``dry_run``) only check a post. Every path ends in a verdict."""
    provider = _provider(desk, items(reading.arguments.get("accounts")))[0]
    given = reading
    if call.approval is None:
        reading = reach.as_the_mode_has_it(desk, reading, provider)
    checked = await check(desk, reading, call)
    if reading is not given and isinstance(checked, Checked):
        checked = reach.only_a_draft(desk, checked)
    request = reading.request
    if request is None:
        return checked if isinstance(checked, Result) else refused(reading.problems, create=True)
    if request.dry_run:
        return checked if isinstance(checked, Result) else await _rehearse(desk, request, checked)
    try:
        if isinstance(checked, Result):
            return await _stands(desk, request, call) or checked
        held = await _held(desk, request, call, checked)
        return held or await _send(desk, request, call, checked)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unwritable")
        return await _unwritable(desk, request, call, error)


async def _send(desk: Desk, request: PostRequest, call: Call, checked: Checked) -> Result:
    """Bring the files of a checked post to its service, and send it once."""
    if checked.assets:
        there = await brought(desk, call, checked.provider, checked.assets)
        if isinstance(there, Result):
            return there
        await desk.media.keep(there, checked.scheduled_at)
        checked = replace(checked, assets=there)
    return await send_once(desk, checked, _wanted(desk, request, call, checked), request.timezone)


async def _held(desk: Desk, request: PostRequest, call: Call, checked: Checked) -> Result | None:
    """Answer for a post that may not be made now. One that a person approves or would have to may stand already."""
    if call.approval or reach.ruling(desk, request, checked) is Ruling.HELD:
        told = await _stands(desk, request, replace(call, approval=None), checked)
        if told:
            return told
    return await reach.allow(desk, request, call, checked)


async def _stands(desk: Desk, request: PostRequest, call: Call, checked: Checked | None = None) -> Result | None:
    """Answer a repeat that would be refused today, because its time has passed or its service is down, by its case."""
    twin = await desk.journal.peek(_wanted(desk, request, call, checked))
    return await repeated(desk, *twin, request.timezone) if twin else None


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
    if checked and checked.media:
        body["media"] = checked.media
    if checked and request.scheduled_at and checked.scheduled_at is None:
        body[GOES_NOW] = True
    return Wanted(
        provider=provider.name,
        request=body,
        tenant=desk.tenants.get(provider.name, ""),
        key=request.idempotency_key or (f"approved-{call.approval}" if call.approval else None),
        hint=call.hint,
        allow_duplicate=request.allow_duplicate or False,
        approved=call.approval is not None,
    )


async def check(desk: Desk, reading: Reading[PostRequest], call: Call) -> Checked | Result:
    """Hold a request against every rule; problems of the shape give 422, those of accounts alone 400."""
    provider, problems = _provider(desk, items(reading.arguments.get("accounts")))
    problems = [*reading.problems, *problems]
    now = desk.clock()
    situation = Situation(reading.arguments, (), now)
    problems += check_shape(provider.rules, situation)
    ids = [name for name in items(reading.arguments.get("accounts")) if isinstance(name, str)][:_LOOKED_UP]
    try:
        with fail_after(call.time_left):
            accounts, strangers = await desk.directory.find(provider.name, ids)
    except (Failure, TimeoutError) as found:
        late = f"The accounts were not listed within {PREPARING_SECONDS:g} s. Nothing was sent."
        error = found if isinstance(found, Failure) else Failure(ErrorCode.PROVIDER_TIMEOUT, late)
        return refused(problems, create=True) if problems else read_failed(error, provider.name)
    situation = Situation(reading.arguments, accounts, now)
    by_account = check_accounts(provider.rules, situation)
    attached = await _attached(desk, call, provider, situation, problems)
    if isinstance(attached, Result):
        return attached
    by_account += attached.problems
    if problems:
        return refused([*problems, *strangers, *by_account], create=True)
    if strangers:
        return refused([*strangers, *by_account], ErrorCode.UNKNOWN_ACCOUNTS, create=True)
    if by_account:
        return refused(by_account, ErrorCode.VALIDATION_FAILED, create=True)
    moment = resolve(str(situation.arguments.get("scheduled_at", wire(now))), situation.arguments.get("timezone"), now)
    warnings = tuple(warn for hint in provider.rules.hints for warn in hint(situation))
    scheduled_at = None if isinstance(moment, Problem) else moment
    return Checked(provider, accounts, scheduled_at, (*warnings, *attached.warnings), attached.media, attached.assets)


async def _attached(
    desk: Desk, call: Call, provider: Provider, situation: Situation, problems: list[Problem]
) -> Attached | Result:
    """Take in and measure the media, unless their own form is wrong."""
    media = members(situation.arguments.get("media"))
    if not media or any(problem.path.startswith("/media") for problem in problems):
        return Attached()
    try:
        attached = await attach(desk, call, provider, media)
    except Failure as error:
        return read_failed(error, provider.name)
    except (sqlite3.Error, OSError) as error:
        log.exception("media_unusable")
        return failure(ErrorCode.STORAGE_FAILED, f"The files could not be looked up ({error}). Nothing was sent.")
    held_against(provider, attached, situation.accounts)
    return attached


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
    foreseen = reach.foreseen(desk, request, checked)
    if isinstance(foreseen, Result):
        return foreseen
    wanted = order({**content(request), "media": checked.media}, checked.accounts)
    wanted = replace(wanted, scheduled_at=checked.scheduled_at, assets=checked.assets)
    try:
        found = await checked.provider.rehearse(wanted)
    except Failure as error:
        if error.problems:
            return refused(list(error.problems), ErrorCode.VALIDATION_FAILED, create=True)
        unasked = f"The service did not check this post; only the rules here did. {error.message}"
        found = (Warn("NOT_CHECKED_BY_SERVICE", unasked),)
    met = warned(await desk.limits.met(checked.provider.name), desk.clock())
    warnings = checked.warnings + found + met + ((foreseen,) if foreseen else ())
    return telling.rehearsed(desk, request, checked.accounts, checked.scheduled_at, warnings, draft=wanted.draft)


#: More accounts than any provider takes are not looked up one by one: that they are too many is told anyway.
_LOOKED_UP = 50
