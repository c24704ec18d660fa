"""What the mode of this server lets a call do."""

from collections.abc import Sequence

from engine.call import Call
from engine.desk import Desk
from engine.intent import Intent
from engine.modes import Effect, Ruling, ServerMode
from engine.orders import draft
from schemas.errors import ErrorCode
from schemas.result import Result, failure

__all__ = ["Effect", "may_settle", "permit"]


async def permit(desk: Desk, call: Call, effect: Effect, accounts: Sequence[str], summary: str) -> Result | None:
    """Answer for a call that may not go on now: forbidden, or held for a person; ``None``: it may.

    ``summary`` says to a person what would happen, in one sentence.
    """
    ruling = desk.modes.ruling(effect, accounts)
    if ruling is Ruling.ALLOWED:
        return None
    return forbidden(desk, accounts)


def forbidden(desk: Desk, accounts: Sequence[str] = ()) -> Result:
    """Tell that the mode does not allow a call, which setting says so, and who can change it."""
    setting = desk.modes.setting(accounts)
    message = f"{_WHY[desk.modes.of(accounts)]} ({setting}). Nothing was sent."
    advice = f"Tell the user. Whoever runs postwright can change {setting.partition('=')[0].partition(' ')[0]}."
    return failure(ErrorCode.MODE_FORBIDS, message, advice=advice)


def may_settle(desk: Desk, intent: Intent) -> bool:
    """Tell whether this process may look into a case: a service may finish its post while it is looked for."""
    effect = Effect.KEEP if draft(intent.request) else Effect.PUBLISH
    return desk.modes.ruling(effect, intent.request["accounts"]) is Ruling.ALLOWED


_WHY = {
    ServerMode.READ: "This server only reads",
    ServerMode.DRAFT: "This server keeps drafts, and lets nothing go out",
    ServerMode.APPROVE: "This server lets nothing go out without a person's approval",
    ServerMode.PUBLISH: "This server publishes",
}
