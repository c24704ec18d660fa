"""A post's time as it is told: in UTC, on the caller's wall clock, and how far away."""

from datetime import datetime

from engine.desk import Desk
from schemas.instant import UTC_NAME, local, relative, wire
from schemas.jsonvalue import JsonObject


def planned(desk: Desk, moment: datetime | None, timezone: str | None, *, due: bool) -> JsonObject:
    """The members that tell when a post is planned for; ``due``: it waits for that time.

    ``timezone`` is the caller's; without one it is told in that of this server.
    """
    if moment is None:
        return {}
    there, now = local(moment, timezone or desk.zone), desk.clock()
    return {
        "scheduled_at": wire(moment),
        **({"scheduled_at_local": there} if there else {}),
        **({"due": relative(moment, now)} if due and moment > now else {}),
    }


def when(desk: Desk, moment: datetime | None, timezone: str | None) -> str:
    """Say a time to come in a sentence; ``None`` is now."""
    if moment is None:
        return "now"
    zone = timezone or desk.zone
    there = local(moment, zone) if zone != UTC_NAME else None
    return f"for {wire(moment)}{f' ({there} {zone})' if there else ''}, {relative(moment, desk.clock())}"
