"""delete_post of an action that awaits approval: take it back."""

import sqlite3

import structlog

from engine import approving
from engine.call import Call
from engine.desk import Desk
from engine.finding import identify
from engine.held import Held
from engine.permits import Effect, permit
from schemas.errors import ErrorCode
from schemas.result import Result, failure

log = structlog.get_logger(__name__)


async def withdraw(desk: Desk, held_id: str, call: Call) -> Result | None:
    """Take back what awaits approval; of what was decided, tell how it stands. ``None``: it is no such id."""
    named = await identify(desk, held_id)
    if not isinstance(named, Held) or desk.approvals is None:
        return None
    refused = await permit(desk, call, Effect.KEEP, named.accounts, f"{named.id}: withdraw.")
    if refused:
        return refused
    try:
        return await approving.withdraw(desk, desk.approvals, named, call.caller)
    except (sqlite3.Error, OSError) as error:
        log.exception("approvals_unusable")
        message = f"The list of what awaits approval could not be used ({error}). Nothing was changed."
        return failure(ErrorCode.STORAGE_FAILED, message)
