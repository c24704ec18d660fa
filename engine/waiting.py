"""What awaits approval, as rows of list_posts."""

import sqlite3
from datetime import datetime

import structlog

from engine.desk import Desk
from engine.held import Held
from engine.modes import ServerMode
from schemas.instant import resolve, wire
from schemas.jsonvalue import JsonObject, text
from schemas.post import Query
from schemas.problem import Problem
from schemas.status import Status
from schemas.untrusted import clean

log = structlog.get_logger(__name__)


async def waiting(
    desk: Desk, query: Query, *, provider: str | None, account: str | None, platform: str | None
) -> list[Held]:
    """List what awaits approval and passes the filters; unasked only where calls are held at all."""
    asked = query.status is Status.AWAITING_APPROVAL
    holds = ServerMode.APPROVE in (desk.modes.server, *desk.modes.accounts.values())
    if desk.approvals is None or not (asked or (query.status is None and holds)):
        return []
    try:
        found = await desk.approvals.open({name: desk.tenants.get(name, "") for name in desk.providers})
    except (sqlite3.Error, OSError):
        log.exception("approvals_unusable")
        return []
    kept = [
        one
        for one in found
        if provider in (None, one.provider)
        and (account is None or account in one.accounts)
        and (platform is None or platform in _platforms(desk, one))
        and (query.since is None or one.created_at >= query.since)
        and (query.until is None or one.created_at <= query.until)
    ]
    # They may fill a page that is theirs, and half of one that is not.
    return kept[: query.limit if asked else query.limit // 2]


def told(desk: Desk, held: Held, longest: int) -> JsonObject:
    """One held action as list_posts tells a post."""
    return {
        "id": held.id,
        "status": status(held).value,
        "at": wire(planned_at(desk, held) or held.created_at),
        "accounts": [desk.directory.name(name) for name in held.accounts],
        "caption": clean(caption(held), longest),
    }


def status(held: Held) -> Status:
    """How a held action reads among posts."""
    return Status.PUBLISHING if held.under_way else Status.AWAITING_APPROVAL


def caption(held: Held) -> str:
    """What would be written; of an action that writes nothing, what would be done."""
    return text(held.arguments.get("caption")) or held.summary


def planned_at(desk: Desk, held: Held) -> datetime | None:
    """For when it was asked; ``None`` is at once, also where that time has passed."""
    asked, zone = text(held.arguments.get("scheduled_at")), text(held.arguments.get("timezone"))
    moment = resolve(asked, zone, desk.clock()) if asked else None
    return None if isinstance(moment, Problem) else moment


def _platforms(desk: Desk, held: Held) -> set[str]:
    return {known.platform for known in map(desk.directory.known, held.accounts) if known}
