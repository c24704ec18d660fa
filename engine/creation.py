"""create_post: check everything, record the intent, send once, tell what happened."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from anyio import create_task_group, fail_after

from engine import carriers, reach, telling
from engine.attaching import Attached, attach, brought, doubt_files, held_against, keep
from engine.call import PREPARING_SECONDS, Call
from engine.desk import Desk
from engine.intent import GOES_NOW, Wanted
from engine.limits import warned
from engine.modes import Ruling
from engine.orders import content, draft, order
from engine.sending import Checked, repeated, send_once
from engine.verdict import read_failed, refused
from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.checker import check_accounts, check_shape
from schemas.errors import ErrorCode
from schemas.instant import resolve, wire
from schemas.intake import Reading
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import PostRequest
from schemas.result import Result, failure
from schemas.rule import Situation

log = structlog.get_logger(__name__)


async def create(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    """Create, schedule, draft or (``dry_run``) only check a post. Every path ends in a verdict."""
    return await carriers.warned(desk, await _create(desk, reading, call))


async def _create(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    provider = _provider(desk, items(reading.arguments.get("accounts")))[0]
    given = reading
    if call.approval is None:
        reading = reach.as_the_mode_has_it(desk, reading, provider)
    seen = await _look_up(desk, reading, call)
    checked = _judged(seen)
    if reading is not given and isinstance(checked, Checked):
        checked = reach.only_a_draft(desk, checked)
    request = reading.request
    if request is None:
        return checked if isinstance(checked, Result) else refused(reading.problems, create=True)
    if request.dry_run:
        return checked if isinstance(checked, Result) else await _rehearse(desk, request, checked)
    try:
        if isinstance(checked, Result):
            return await _stands(desk, request, call, media=seen.attached.media) or checked
        held = await _held(desk, request, call, checked)
        return held or await _send(desk, request, call, checked)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unwritable")
        return await _unwritable(desk, request, call, seen.attached.media, error)


async def _send(desk: Desk, request: PostRequest, call: Call, checked: Checked) -> Result:
    """Bring the files of a checked post to its service, unless it stands already, and send it once."""
    known = checked.assets
    if known:
        there = await _stands(desk, request, call, checked) or await brought(desk, call, checked.provider, known)
        if isinstance(there, Result):
            return there
        await keep(desk, checked.media, checked.scheduled_at, waits=draft(content(request)))
        checked = replace(checked, assets=there)
    result = await send_once(desk, checked, _wanted(desk, request, call, checked), request.timezone)
    if not result.ok:
        await doubt_files(desk, checked.provider.name, known, result)
    return result


async def _held(desk: Desk, request: PostRequest, call: Call, checked: Checked) -> Result | None:
    """Answer for a post that may not be made now. One that a person approves or would have to may stand already."""
    if call.approval or reach.ruling(desk, request, checked) is Ruling.HELD:
        told = await _stands(desk, request, replace(call, approval=None), checked)
        if told:
            return told
    return await reach.allow(desk, request, call, checked)


async def _stands(
    desk: Desk, request: PostRequest, call: Call, checked: Checked | None = None, media: JsonObject | None = None
) -> Result | None:
    """Answer a repeat that would be refused today, because its time has passed or its service is down, by its case.

    ``media`` are those of a request that did not pass, as they would be recorded.
    """
    twin = await desk.journal.peek(_wanted(desk, request, call, checked, media))
    return await repeated(desk, *twin, request.timezone) if twin else None


async def _unwritable(
    desk: Desk, request: PostRequest, call: Call, media: JsonObject | None, error: Exception
) -> Result:
    """Send nothing without an intent; but a full disk can still be read, and the post may stand there."""
    with suppress(sqlite3.Error, OSError):
        told = await _stands(desk, request, call, media=media)
        if told:
            return told
    return failure(ErrorCode.STORAGE_FAILED, f"The journal could not be written ({error}). Nothing was sent.")


def _wanted(
    desk: Desk, request: PostRequest, call: Call, checked: Checked | None = None, media: JsonObject | None = None
) -> Wanted:
    provider = checked.provider if checked else _provider(desk, list(request.accounts))[0]
    body = content(request)
    named = checked.media if checked else media
    if named:
        body["media"] = named
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


@dataclass(slots=True)
class _Seen:
    """What a request names, and what was found out about it; what could not be is said instead."""

    provider: Provider
    arguments: JsonObject
    now: datetime
    zone: str
    problems: list[Problem]
    accounts: tuple[Account, ...] = ()
    strangers: list[Problem] = field(default_factory=list[Problem])
    unlisted: Failure | None = None
    attached: Attached = field(default_factory=Attached)
    unkept: Result | None = None

    @property
    def situation(self) -> Situation:
        """The request and its accounts, as rules look at them."""
        return Situation(self.arguments, self.accounts, self.now, self.zone)


async def _look_up(desk: Desk, reading: Reading[PostRequest], call: Call) -> _Seen:
    """Hold a request against the rules of its shape, and find its accounts and its media, both at once."""
    provider, mixed = _provider(desk, items(reading.arguments.get("accounts")))
    seen = _Seen(provider, reading.arguments, desk.clock(), desk.zone, [*reading.problems, *mixed])
    seen.problems += check_shape(provider.rules, seen.situation)
    async with create_task_group() as group:
        group.start_soon(_find_accounts, desk, call, seen)
        group.start_soon(_attach, desk, call, seen)
    return seen


async def _find_accounts(desk: Desk, call: Call, seen: _Seen) -> None:
    ids = [name for name in items(seen.arguments.get("accounts")) if isinstance(name, str)][:_LOOKED_UP]
    try:
        with fail_after(call.time_left):
            seen.accounts, seen.strangers = await desk.directory.find(seen.provider.name, ids)
    except Failure as error:
        seen.unlisted = error
    except TimeoutError:
        late = f"The accounts were not listed within {PREPARING_SECONDS:g} s. Nothing was sent."
        seen.unlisted = Failure(ErrorCode.PROVIDER_TIMEOUT, late)


async def _attach(desk: Desk, call: Call, seen: _Seen) -> None:
    """Take in and measure the media, unless their own form is wrong."""
    media = members(seen.arguments.get("media"))
    if not media or any(problem.path.startswith("/media") for problem in seen.problems):
        return
    try:
        seen.attached = await attach(desk, call, seen.provider, media)
    except Failure as error:
        seen.unkept = read_failed(error, seen.provider.name)
    except (sqlite3.Error, OSError) as error:
        log.exception("media_unusable")
        message = f"The files could not be looked up ({error}). Nothing was sent."
        seen.unkept = failure(ErrorCode.STORAGE_FAILED, message)


def _judged(seen: _Seen) -> Checked | Result:
    """Hold what was found against every rule; problems of the shape give 422, those of accounts alone 400."""
    provider, attached = seen.provider, seen.attached
    if seen.unlisted:
        wrong = [*seen.problems, *attached.problems]
        return refused(wrong, create=True) if wrong else read_failed(seen.unlisted, provider.name)
    situation = seen.situation
    by_account = check_accounts(provider.rules, situation)
    held_against(provider, attached, seen.accounts)
    by_account += attached.problems
    if seen.problems:
        return refused([*seen.problems, *seen.strangers, *by_account], create=True)
    if seen.unkept:
        return seen.unkept
    if seen.strangers:
        return refused([*seen.strangers, *by_account], ErrorCode.UNKNOWN_ACCOUNTS, create=True)
    if by_account:
        return refused(by_account, ErrorCode.VALIDATION_FAILED, create=True)
    asked = str(seen.arguments.get("scheduled_at", wire(seen.now)))
    moment = resolve(asked, seen.arguments.get("timezone"), seen.now)
    warnings = tuple(warn for hint in provider.rules.hints for warn in hint(situation))
    scheduled_at = None if isinstance(moment, Problem) else moment
    return Checked(
        provider, seen.accounts, scheduled_at, (*warnings, *attached.warnings), attached.media, attached.assets
    )


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
