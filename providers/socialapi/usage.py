"""What a SocialAPI plan allows, and what of it is used (reference socialapi 8, 10)."""

from contextlib import suppress
from datetime import datetime

import anyio

from providers.protocol import Failure
from providers.socialapi.api import Api
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, text
from schemas.post import Limit, Usage
from schemas.untrusted import clean

#: How long the plan's name, and the storage, may take (seconds): the rest can do without.
ASIDE_SECONDS = 4.0

#: What GET /usage counts -> whether it starts anew with each period.
_COUNTED = {"posts": True, "interactions": True, "brands": False, "profile_units": False}
_PACE = (
    "SocialAPI also limits how many posts go to one account in an hour and in a day; it tells that only when it "
    "refuses one (rate_limited, with the wait)."
)
_COSTS = "A post that is published or scheduled counts, and so does each retry_post. Drafts are free."


async def usage(api: Api) -> Usage:
    """Read GET /usage; with it the storage and the plan's name, where the key may.

    Raises:
        Failure: the service could not be asked.
    """
    counts = await api.call("GET", "/usage", check=_check)
    storage, user = await _aside(api, "/media/storage"), await _aside(api, "/users/me")
    ends = parse(text(counts.get("period_end")) or "")
    limits = [_counted(counts, name, ends if renewed else None) for name, renewed in _COUNTED.items()]
    kept = _limit("storage_bytes", storage.get("limit_bytes"), storage.get("used_bytes"))
    told = tuple(limit for limit in (*limits, kept) if limit)
    endless = [limit.metric for limit in told if limit.limit is None]
    notes = [f"Without limit: {', '.join(endless)}."] if endless else []
    notes += [] if storage else ["The storage could not be read; a key needs the scope media:read for that."]
    notes += ["SocialAPI waits for a payment, and refuses posts until then."] if user.get("billing_blocked") else []
    plan = text(user.get("plan"))
    return Usage(clean(plan, 40) if plan else None, told, (*notes, _COSTS, _PACE))


def _counted(counts: JsonObject, name: str, ends: datetime | None) -> Limit | None:
    return _limit(name, counts.get(f"{name}_limit"), counts.get(f"{name}_used"), ends)


def _limit(metric: str, most: object, used: object, ends: datetime | None = None) -> Limit | None:
    """Make one allowance; ``None`` where the service does not tell it. A negative limit is none."""
    limit, spent = _number(most), _number(used)
    if limit is None or spent is None:
        return None
    if limit < 0:
        return Limit(metric, used=spent, resets_at=ends)
    return Limit(metric, limit, spent, max(limit - spent, 0), ends)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _check(found: JsonObject) -> None:
    if _counted(found, "posts", None) is None:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered without the posts of the plan.")


async def _aside(api: Api, path: str) -> JsonObject:
    with anyio.move_on_after(ASIDE_SECONDS), suppress(Failure):
        return await api.call("GET", path)
    return {}
