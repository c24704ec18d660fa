"""Who would carry a post that this server itself delivers: told honestly, before its time comes and nobody is there."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from engine.desk import Desk
from engine.workers import Worker
from schemas.instant import parse, relative
from schemas.jsonvalue import text
from schemas.post import Warn
from schemas.result import Result
from schemas.status import Status

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Carriage:
    """How things stand with those who deliver: does anybody, and does anybody who stays."""

    delivering: int
    staying: int


def carriage(alive: Iterable[Worker]) -> Carriage:
    """Count who delivers among the processes that are alive."""
    delivering = [worker for worker in alive if worker.delivers]
    return Carriage(len(delivering), sum(worker.stays for worker in delivering))


async def warned(desk: Desk, result: Result) -> Result:
    """Add to what is told of a post, if it waits for a process to deliver it, that there may be none."""
    data = result.data or {}
    if not result.ok or data.get("status") not in _WAITING or result.provider not in desk.carried:
        return result
    scheduled_at = parse(text(data.get("scheduled_at")) or "")
    warn = await alone(desk, result.provider or "", ahead=scheduled_at is not None and scheduled_at > desk.clock())
    if warn is None:
        return result
    entry = {"code": warn.code, "message": warn.message}
    return result.model_copy(update={"data": {**data, "warnings": [*data.get("warnings", []), entry]}})


async def alone(desk: Desk, provider: str, *, ahead: bool) -> Warn | None:
    """Say what keeps the posts of this provider from going out, as far as it hangs on who delivers them.

    ``ahead``: they wait for a time to come.
    """
    if provider not in desk.carried or desk.workers is None:
        return None
    try:
        found = carriage(await desk.workers.alive())
    except (sqlite3.Error, OSError) as error:
        log.warning("workers_unreadable", error=str(error))
        return None
    if found.staying or (found.delivering and not ahead):
        return None
    return _warn(found, desk.carried[provider], ahead=ahead)


def _warn(found: Carriage, max_lateness: timedelta, *, ahead: bool) -> Warn:
    late = relative(_SOME_TIME + max_lateness, _SOME_TIME).removeprefix("in ")
    rest = f"At most {late} late it still goes out, after that it is missed."
    if not found.delivering:
        message = f"No postwright that delivers is alive. Have the user run `postwright worker`. {rest}"
        return Warn("NOBODY_DELIVERS", message)
    message = (
        "Only MCP sessions deliver now, and they end with their client: unless one is open at that time, it does not go"
        f" out. Have the user keep `postwright worker` running (docs/operations.md). {rest}"
    )
    return Warn("ONLY_WHILE_OPEN", message)


_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_WAITING = (Status.SCHEDULED, Status.QUEUED, Status.PUBLISHING)
