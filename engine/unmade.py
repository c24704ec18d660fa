"""What is no post at a provider, told as one: what awaits approval, and what nobody knows to have been made."""

import sqlite3
from collections.abc import Collection

import structlog

from engine import waiting
from engine.desk import Desk
from engine.held import Held
from engine.intent import GOES_NOW, Intent, State
from engine.orders import order
from engine.planned import Planned, placed
from schemas.jsonvalue import JsonObject, members
from schemas.post import Delivery, Post, Query
from schemas.status import Status

log = structlog.get_logger(__name__)

#: So many held actions are told.
MOST_HELD = 1_000
#: Arguments that say when and how a post is made, not what it is.
_ASIDE = frozenset({"accounts", "scheduled_at", "timezone", "mode", "idempotency_key", "allow_duplicate", GOES_NOW})


async def unmade(desk: Desk, account: str | None, status: Status | None, known: Collection[str]) -> list[Planned]:
    """List held actions and open cases that pass the filters; not a case whose post is ``known`` to be there."""
    # Of a list that is not theirs alone, what waits gets half.
    query = Query(2 * MOST_HELD, status)
    held = await waiting.waiting(desk, query, provider=None, account=account, platform=None)
    told = [_held(desk, one) for one in held]
    if status in (None, Status.UNKNOWN):
        told += [_case(desk, one) for one in await _open(desk) if f"{one.provider}:{one.post_id}" not in known]
    return [one for one in told if account is None or any(sent.account == account for sent in one.post.deliveries)]


async def _open(desk: Desk) -> list[Intent]:
    try:
        return [case for case in await desk.cases.open() if case.state is State.UNKNOWN]
    except (sqlite3.Error, OSError):
        log.exception("journal_unreadable")
        return []


def _held(desk: Desk, held: Held) -> Planned:
    stands = waiting.status(held)
    post = Post(
        id=held.id,
        status=stands,
        provider_status=held.state.value,
        caption=waiting.caption(held),
        deliveries=tuple(Delivery(name, stands) for name in held.accounts),
        scheduled_at=waiting.planned_at(desk, held),
        created_at=held.created_at,
        media=members(held.arguments.get("media")) or None,
    )
    content = _content(held.arguments) if held.tool == "create_post" else {}
    return placed(desk, desk.providers[held.provider], held.id, post, content)


def _case(desk: Desk, case: Intent) -> Planned:
    wanted = order(case.request)
    post = Post(
        id=case.id,
        status=Status.UNKNOWN,
        provider_status=case.state.value,
        caption=wanted.caption,
        deliveries=tuple(Delivery(one.id, Status.UNKNOWN) for one in wanted.accounts),
        scheduled_at=wanted.scheduled_at,
        created_at=case.opened_at,
        media=wanted.media,
    )
    return placed(desk, desk.providers[case.provider], case.id, post, _content(case.request))


def _content(arguments: JsonObject) -> JsonObject:
    return {name: value for name, value in arguments.items() if name not in _ASIDE}
