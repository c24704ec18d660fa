"""The plan and its credits (reference genviral 16.1)."""

from providers.genviral.api import Api
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, members, text
from schemas.post import Limit, Usage
from schemas.untrusted import clean

_UNTOLD = (
    "Genviral tells no limit on posts or requests. Credits pay for its own generation of media, as far as is known."
)


async def usage(api: Api) -> Usage:
    """Read GET /subscription.

    Raises:
        Failure: the service could not be asked, or told no subscription.
    """
    found = members((await api.read("/subscription", check=_check)).get("subscription"))
    tier = clean(text(found.get("tier")) or "", 60) or None
    return Usage(tier, _credits(members(found.get("credits"))), (*_notes(found), _UNTOLD))


def _credits(found: JsonObject) -> tuple[Limit, ...]:
    limit, used, left = (_amount(found.get(name)) for name in ("limit", "used_this_period", "remaining"))
    if limit is None and used is None and left is None:
        return ()
    return (Limit("credits", limit, used, left, parse(text(found.get("reset_at")) or "")),)


def _notes(found: JsonObject) -> list[str]:
    """Tell what of the subscription keeps, or will keep, posts from going out."""
    dates = {name: text(found.get(name)) for name in ("current_period_end", "canceled_at", "paused_until")}
    at = {name: clean(date, 40) for name, date in dates.items() if date}
    status, until = text(found.get("status")), at.get("paused_until")
    notes = [f"The subscription is {clean(status, 40)}."] if status and status != "active" else []
    if found.get("is_paused") is True:
        notes.append(f"The subscription is paused{f' until {until}' if until else ''}.")
    if "canceled_at" in at:
        end = at.get("current_period_end")
        notes.append(f"The subscription was cancelled{f' and ends at {end}' if end else ''}.")
    return notes


def _amount(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _check(data: JsonObject) -> None:
    if not members(data.get("subscription")):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral answered without a subscription.", doubt=True)
