"""What the mode of this server lets a call do."""

import sqlite3
from collections.abc import Sequence

import structlog

from engine import approving
from engine.approvals import MOST, Approvals
from engine.call import Call
from engine.desk import Desk
from engine.held import Answer, Held, Intended
from engine.intent import Intent
from engine.modes import Effect, Ruling, ServerMode
from engine.orders import draft
from schemas.asset import HANDLE
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.result import Result, failure

__all__ = ["Effect", "may_settle", "permit"]

log = structlog.get_logger(__name__)


async def permit(desk: Desk, call: Call, effect: Effect, accounts: Sequence[str], summary: str) -> Result | None:
    """Answer for a call that may not go on now: forbidden, or held for a person; ``None``: it may.

    ``summary`` says to a person what would happen, in one sentence.
    """
    ruling = desk.modes.ruling(effect, accounts)
    if ruling is Ruling.ALLOWED or (ruling is Ruling.HELD and call.approval):
        return None
    if ruling is Ruling.FORBIDDEN or desk.approvals is None:
        return forbidden(desk, accounts)
    try:
        held = await desk.approvals.hold(_intended(desk, call, accounts, summary))
        if held is None:
            return _too_many()
        await desk.media.keep(_files(call.arguments), held.expires_at)
        return await _decided(desk, desk.approvals, call, held)
    except (sqlite3.Error, OSError) as error:
        log.exception("approvals_unusable")
        message = f"The list of what awaits approval could not be used ({error}). Nothing was sent."
        return failure(ErrorCode.STORAGE_FAILED, message)


async def _decided(desk: Desk, approvals: Approvals, call: Call, held: Held) -> Result:
    """Ask a person where the client can; whoever was asked already for the same action is not asked again."""
    if call.person is None:
        return approving.stands(desk, held)
    answer = Answer.YES if held.under_way else await call.person.ask(held)
    if answer is Answer.YES:
        return await approving.approve(desk, approvals, held, call.caller, call.person.carry_out)
    if answer is Answer.NO:
        return await approving.decline(desk, approvals, held, call.caller)
    return approving.stands(desk, held)


def _intended(desk: Desk, call: Call, accounts: Sequence[str], summary: str) -> Intended:
    named = accounts[0] if accounts else text(call.arguments.get("post_id")) or ""
    provider = named.partition(":")[0]
    tenant = desk.tenants.get(provider, "")
    return Intended(provider, tenant, call.tool, call.arguments, summary, tuple(accounts), call.caller)


def _files(arguments: JsonObject) -> list[str]:
    """Name the files of ours that a call uses: a person may be long in deciding."""
    media = members(arguments.get("media"))
    links = [media.get("url"), *items(media.get("urls"))]
    return [link for link in links if isinstance(link, str) and link.startswith(HANDLE)]


def _too_many() -> Result:
    message = f"{MOST} actions await approval already. Nothing was sent."
    advice = "Ask the user to look through `postwright pending`, or withdraw some with delete_post."
    return failure(ErrorCode.MODE_FORBIDS, message, advice=advice)


def forbidden(desk: Desk, accounts: Sequence[str] = ()) -> Result:
    """Tell that the mode does not allow a call, which setting says so, and who can change it."""
    setting = desk.modes.setting(accounts)
    message = f"{_WHY[desk.modes.of(accounts)]} ({setting}). Nothing was sent."
    advice = f"Tell the user. Whoever runs postwright can change {setting.partition('=')[0].partition(' ')[0]}."
    return failure(ErrorCode.MODE_FORBIDS, message, advice=advice)


def may_settle(desk: Desk, intent: Intent) -> bool:
    """Tell whether this process may look into a case: a service may finish its post while it is looked for."""
    effect = Effect.KEEP if draft(intent.request) else Effect.PUBLISH
    ruling = desk.modes.ruling(effect, intent.request["accounts"])
    return ruling is Ruling.ALLOWED or (ruling is Ruling.HELD and intent.approved)


_WHY = {
    ServerMode.READ: "This server only reads",
    ServerMode.DRAFT: "This server keeps drafts, and lets nothing go out",
    ServerMode.APPROVE: "This server lets nothing go out without a person's approval",
    ServerMode.PUBLISH: "This server publishes",
}
