"""update_post: hold a change against the rules and against what the provider can do, then make it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from engine import carriers, telling
from engine.abilities import ADVICE, impossible, words
from engine.attaching import attach, brought, doubt_files, held_against, keep
from engine.call import Call
from engine.desk import Desk
from engine.finding import Found, find
from engine.permits import Effect, permit
from engine.verdict import change_failed, refused
from providers.protocol import Failure
from schemas.ability import Act
from schemas.account import Account
from schemas.change_intake import PostChange
from schemas.checker import check_accounts, check_shape
from schemas.errors import ErrorCode
from schemas.instant import resolve, wire
from schemas.intake import Reading
from schemas.jsonvalue import JsonObject
from schemas.post import Change, Post
from schemas.problem import Problem, ProblemCode
from schemas.request import Mode
from schemas.result import Result, failure
from schemas.rule import Situation
from schemas.status import Status

log = structlog.get_logger(__name__)


async def update(desk: Desk, reading: Reading[PostChange], call: Call) -> Result:
    """Change a post: what it says and where, when it goes out, whether it does. Every path ends in a verdict."""
    request = reading.request
    if request is None:
        return refused(reading.problems)
    found = await find(desk, request.post_id)
    if isinstance(found, Result):
        return found
    if found.id != request.post_id:
        return refused([_by_its_own_id(found)])
    change = await _check(desk, found, reading.arguments)
    if isinstance(change, Result):
        return change
    return await carriers.warned(desk, await _made(desk, found, change, request.timezone, call))


async def _made(desk: Desk, found: Found, change: Change, timezone: str | None, call: Call) -> Result:
    try:
        return await _make(desk, found, change, timezone, call)
    except Failure as error:
        return change_failed(error, found.provider.name, found.id)
    except (sqlite3.Error, OSError) as error:
        log.exception("media_unusable")
        return failure(ErrorCode.STORAGE_FAILED, f"The files could not be looked up ({error}). Nothing was sent.")


async def _make(desk: Desk, found: Found, change: Change, timezone: str | None, call: Call) -> Result:
    done = [words(act) for act in change.acts]
    if not done:
        return telling.changed(desk, found.post, found.provider.name, timezone, ["nothing, for it is so already"])
    attached = await attach(desk, call, found.provider, change.media)
    named = _accounts(found.post, change)
    known = tuple(account for account in map(desk.directory.known, named) if account)
    held_against(found.provider, attached, known, anew=False)
    if attached.problems:
        return refused(attached.problems, ErrorCode.VALIDATION_FAILED)
    summary = f"{found.id}: {', '.join(done)}."
    held = await permit(desk, call.with_media(attached.media), _effect(found.post, change), named, summary)
    there = held or await brought(desk, call, found.provider, attached.assets)
    if isinstance(there, Result):
        return there
    moment, waits = change.scheduled_at or found.post.scheduled_at, change.pause or _stays(found.post, change)
    await keep(desk, attached.media or found.post.media, moment, waits=waits)
    try:
        post = await found.provider.update(found.post, replace(change, media=attached.media, assets=there))
    except Failure as error:
        verdict = change_failed(error, found.provider.name, found.id)
        await doubt_files(desk, found.provider.name, attached.assets, verdict)
        return verdict
    told = telling.changed(desk, post, found.provider.name, timezone, done + _moved(change, post))
    return telling.with_warnings(told, attached.warnings)


def _moved(change: Change, post: Post) -> list[str]:
    """Tell a time that the service chose instead of the one asked for: some keep posts apart."""
    asked, told = change.scheduled_at, post.scheduled_at
    if asked is None or told is None or abs(told - asked) < _SAME:
        return []
    return [f"but the service moved it from {wire(asked)} to {wire(told)}"]


def _effect(post: Post, change: Change) -> Effect:
    """Tell how far a change reaches: a draft that stays one is nobody's business yet."""
    return Effect.KEEP if _stays(post, change) else Effect.PUBLISH


def _stays(post: Post, change: Change) -> bool:
    """Tell whether a post is a draft, and is one still after a change."""
    return post.status is Status.DRAFT and not {Act.SCHEDULE, Act.PUBLISH} & set(change.acts)


async def _check(desk: Desk, found: Found, arguments: JsonObject) -> Change | Result:
    """Hold a change against every rule: as the post would be with it, blaming it only for what it brings."""
    wanted = {name: value for name, value in arguments.items() if name != "post_id"}
    named = list(wanted.get("accounts", [sent.account for sent in found.post.deliveries]))
    try:
        accounts, strangers = await desk.directory.find(found.provider.name, named)
    except Failure as error:
        return change_failed(error, found.provider.name, found.id)
    change = _change(desk, found.post, wanted, accounts)
    cannot, code = impossible(found, change.acts, _PATHS)
    wrong = [*_contradictions(wanted), *_brought(desk, found, wanted, accounts)]
    wrong += strangers if "accounts" in wanted else []
    if cannot:
        return refused([*cannot, *wrong], code, advice=ADVICE)
    return refused(wrong) if wrong else change


def _change(desk: Desk, post: Post, wanted: JsonObject, accounts: tuple[Account, ...]) -> Change:
    mode, asked = wanted.get("mode"), wanted.get("scheduled_at")
    moment = resolve(asked, wanted.get("timezone"), desk.clock()) if isinstance(asked, str) else None
    return Change(
        caption=wanted.get("caption"),
        media=wanted.get("media"),
        accounts=accounts if "accounts" in wanted else None,
        scheduled_at=moment if isinstance(moment, datetime) else None,
        now=(asked is not None and moment is None) or (mode == Mode.PUBLISH and asked is None),
        pause=mode == Mode.DRAFT and post.status is not Status.DRAFT,
        extras={name: value for name, value in wanted.items() if name not in PostChange.model_fields},
    )


def _contradictions(wanted: JsonObject) -> Iterable[Problem]:
    if not wanted.keys() - {"timezone"}:
        message = "nothing to change is named"
        yield Problem(path="", code=ProblemCode.MISSING, message=message, fix="Give the fields that are to change.")
    if wanted.get("mode") == Mode.DRAFT and "scheduled_at" in wanted:
        yield Problem(
            path="/mode",
            code=ProblemCode.TOGETHER,
            message="mode draft keeps a post from going out, scheduled_at sends it",
            fix="Leave one of them out.",
        )


def _brought(desk: Desk, found: Found, wanted: JsonObject, accounts: tuple[Account, ...]) -> list[Problem]:
    """Find the problems that the post would have with the change, and has not without it."""
    ids = [sent.account for sent in found.post.deliveries]
    before: JsonObject = {"caption": found.post.caption, "accounts": ids}
    before |= {"media": found.post.media} if found.post.media else {}
    stood = tuple(account for account in map(desk.directory.known, ids) if account)
    known = {_identity(problem) for problem in _problems(desk, found, before, stood)}
    after = _problems(desk, found, before | wanted, accounts)
    return [problem for problem in after if _identity(problem) not in known]


def _problems(desk: Desk, found: Found, arguments: JsonObject, accounts: tuple[Account, ...]) -> list[Problem]:
    rules, now = found.provider.rules, desk.clock()
    shape = check_shape(rules, Situation(arguments, (), now, desk.zone))
    return shape + check_accounts(rules, Situation(arguments, accounts, now, desk.zone))


def _identity(problem: Problem) -> tuple[object, ...]:
    return problem.path, problem.code, problem.rule, problem.limit, problem.actual


def _accounts(post: Post, change: Change) -> list[str]:
    before = [sent.account for sent in post.deliveries]
    return list(dict.fromkeys([*before, *(account.id for account in change.accounts or ())]))


def _by_its_own_id(found: Found) -> Problem:
    message, fix = "this is the journal's id of the post", f"Call it {found.id}."
    return Problem(path="/post_id", code=ProblemCode.NOT_ALLOWED, message=message, fix=fix)


#: The argument that asks for each act.
_PATHS = {
    Act.CAPTION: "/caption",
    Act.MEDIA: "/media",
    Act.ACCOUNTS: "/accounts",
    Act.SETTINGS: "",
    Act.SCHEDULE: "/scheduled_at",
    Act.PAUSE: "/mode",
    Act.PUBLISH: "/mode",
}
_SAME = timedelta(seconds=1)
