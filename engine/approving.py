"""From an action that is held to what a person makes of it: asked, approved and done once, declined, withdrawn."""

import sqlite3
from collections.abc import Awaitable, Callable

import structlog

from engine.approvals import Approvals
from engine.desk import Desk
from engine.held import Held, HeldState
from engine.verdict import look
from schemas.errors import Decision, ErrorCode, Outcome
from schemas.instant import wire
from schemas.jsonvalue import JsonObject
from schemas.result import NextCall, Result, failure
from schemas.status import Status

log = structlog.get_logger(__name__)

#: Runs the tool of a held action again, with a person's authority.
Run = Callable[[Held], Awaitable[Result]]


async def approve(desk: Desk, approvals: Approvals, held: Held, by: str, run: Run) -> Result:
    """Do what a person was shown and said yes to, once, whoever else approves it at this moment.

    Raises:
        sqlite3.Error, OSError: the file cannot be used; nothing was sent, or what came of it is in the journal.
    """
    taken = await approvals.approve(held, by)
    if taken is None:
        found = await approvals.find(held.id)
        return stands(desk, found) if found and found.digest == held.digest else _changed(held)
    result = await run(taken)
    nothing = result.outcome in (Outcome.NOTHING_SENT, Outcome.REJECTED)
    again = nothing and result.retry is not None and result.retry.decision in _LATER
    try:
        await approvals.close(taken, result.model_dump(mode="json"), again=again)
    except (sqlite3.Error, OSError):
        # It was done, or not: that stands in the journal and is told; a run of it again would find it there.
        log.exception("approval_unwritable", held=held.id)
    return _of(held, result)


async def decline(desk: Desk, approvals: Approvals, held: Held, by: str) -> Result:
    """Write down a person's no, and tell it.

    Raises:
        sqlite3.Error, OSError: the file cannot be used.
    """
    if await approvals.refuse(held, HeldState.DECLINED, by):
        return failure(ErrorCode.DECLINED, f"A person declined this ({held.id}). Nothing was sent.")
    found = await approvals.find(held.id)
    return stands(desk, found) if found else _changed(held)


async def withdraw(desk: Desk, approvals: Approvals, held: Held, by: str) -> Result:
    """Take back an action that still waits.

    Raises:
        sqlite3.Error, OSError: the file cannot be used.
    """
    done = await approvals.refuse(held, HeldState.WITHDRAWN, by)
    found = await approvals.find(held.id)
    told = stands(desk, found) if found else _changed(held)
    if done or not told.ok:
        return told
    message = f"{held.id} does not await approval any more. {told.message}"
    return failure(ErrorCode.STATE_CONFLICT, message, provider=held.provider, next_calls=[look(held.id, "See it.")])


def unalterable(held: Held) -> Result:
    """Refuse to change what a person is to see as it was asked for."""
    again = NextCall(tool="delete_post", arguments={"post_id": held.id}, why="Withdraw it, then create it anew.")
    message = f"{held.id} is an action that awaits approval, and stays as it is. Nothing was changed."
    advice = "Withdraw it with delete_post, then call create_post with what you want instead."
    if held.state is not HeldState.AWAITING:
        again, advice = look(held.id, "See what came of it."), "Look at it, and use the id of the post that came of it."
        message = f"{held.id} is an action that was held for approval, and no post itself. Nothing was changed."
    return failure(ErrorCode.STATE_CONFLICT, message, provider=held.provider, advice=advice, next_calls=[again])


def stands(desk: Desk, held: Held) -> Result:
    """Tell how a held action stands."""
    if held.state is HeldState.APPROVED and held.result is not None:
        return _of(held, Result.model_validate(held.result))
    waits = held.state is HeldState.AWAITING
    status = Status.AWAITING_APPROVAL if waits else Status.PUBLISHING if held.under_way else Status.CANCELLED
    tried = f" The last try: {held.result['message']}" if waits and held.result else ""
    return Result(
        ok=True,
        code=202 if waits else 200,
        message=f"{_SAID[held.state].format(id=held.id)} {held.summary}{tried}",
        outcome=Outcome.NOTHING_SENT if not held.under_way else Outcome.UNKNOWN,
        provider=held.provider,
        data=_data(desk, held, status),
        next=[look(held.id, "See whether a person has decided.")] if not status.terminal else [],
    )


def _data(desk: Desk, held: Held, status: Status) -> JsonObject:
    known = [(name, desk.directory.known(name)) for name in held.accounts]
    return {
        "id": held.id,
        "status": status.value,
        "provider_status": held.state.value,
        "tool": held.tool,
        "summary": held.summary,
        "deliveries": [
            {"account": name, **({"platform": one.platform, "name": one.name} if one else {}), "status": status.value}
            for name, one in known
        ],
        "created_at": wire(held.created_at),
        "expires_at": wire(held.expires_at),
        "warnings": [],
        "replayed": False,
        "terminal": status.terminal,
        **({} if status.terminal else {"poll_after_seconds": _POLL_SECONDS}),
    }


def _of(held: Held, result: Result) -> Result:
    """Tell the verdict of a run as that of the action that was held."""
    if not result.ok:
        return result.model_copy(update={"message": f"Approved ({held.id}), but: {result.message}"})
    return result.model_copy(update={"data": {**(result.data or {}), "approval": held.id}})


def _changed(held: Held) -> Result:
    message = f"{held.id} is not what was shown any more. Nothing was sent."
    return failure(ErrorCode.STATE_CONFLICT, message, provider=held.provider)


_SAID = {
    HeldState.AWAITING: "Awaiting a person's approval (`postwright approve {id}`); nothing was sent.",
    HeldState.APPROVED: "Approved, and being done. If that broke off, approving {id} again goes on with it.",
    HeldState.DECLINED: "A person declined this; nothing was sent.",
    HeldState.WITHDRAWN: "Withdrawn; nothing was sent.",
    HeldState.EXPIRED: "Nobody approved this in time; nothing was sent.",
}
#: After these, the very same action may be approved once more.
_LATER = (Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED, Decision.ASK_USER)
_POLL_SECONDS = 30
