"""The body that says that a limit is reached (seed 002; reference postpost 6.1, 6.2)."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.javascript import stamp
from sandbox.postpost.plans import PLANS, PLATFORMS, Plan

FORBIDDEN = 403

HORIZON = "SCHEDULE_HORIZON_REACHED"

#: code -> (label, metric, text). The label and the metric of the last are not documented, nor are any of the texts.
LIMITS: dict[str, tuple[str, str, str]] = {
    "POST_LIMIT_REACHED": (
        "Post limit reached",
        "posts.platform_monthly",
        "Your {plan} plan allows {limit} platform posts per month.",
    ),
    "SCHEDULED_POST_LIMIT_REACHED": (
        "Scheduled post limit reached",
        "posts.scheduled_active",
        "Your {plan} plan allows {limit} pending scheduled posts.",
    ),
    "SCHEDULE_HORIZON_REACHED": (
        "Schedule horizon reached",
        "posts.schedule_horizon_days",
        "Your {plan} plan allows scheduling up to {limit} days ahead.",
    ),
    "PLATFORM_NOT_AVAILABLE": (
        "Platform not available",
        "posts.platform_monthly",
        "Some platforms are not available on the {plan} plan.",
    ),
    "CONNECTIONS_OVER_LIMIT": (
        "Account over channel limit",
        "connections.total",
        "Your {plan} plan allows {limit} connected channels.",
    ),
    "CHANNEL_LIMIT_REACHED": (
        "Channel limit reached",
        "connections.total",
        "Your {plan} plan allows {limit} connected channels.",
    ),
}

#: The forms of CHANNEL_LIMIT_REACHED that are not the usual body: they stand in for it as a whole. Connecting a
#: channel is no call of the API, so all of them are to be had as faults alone. The inside of ``pricing`` is ours.
CHANNEL_FORMS: dict[str, JsonObject] = {
    "expandable": {
        "canExpand": True,
        "planKey": "pro",
        "planName": "Pro",
        "currentQuantity": 3,
        "targetQuantity": 4,
        "connectionCount": 3,
        "pricing": {"currency": "usd", "unitAmount": 299, "interval": "month"},
    },
    "managed": {"canExpand": False},
    "unmanaged": {"canExpand": False, "connectionCount": 3},
}

#: One of the connections that are there from the start (`sandbox.postpost.seeds.DEFAULT`).
_BLOCKED = [{"platformSelection": "twitter-1582941003", "used": 100, "remaining": 0}]

_OVER: JsonObject = {"limit": 3, "used": 5, "requested": 0, "remaining": 0, "overLimitBy": 2, "scope": "account"}

#: code -> the forms in which a fault may ask for it, the usual one first -> made-up numbers.
SAMPLES: dict[str, dict[str, JsonObject]] = {
    "POST_LIMIT_REACHED": {
        "account": {"limit": 15, "used": 15, "requested": 1, "remaining": 0, "scope": "account"},
        "connection": {"limit": 100, "requested": 1, "scope": "connection", "blockedPlatforms": _BLOCKED},
    },
    "SCHEDULED_POST_LIMIT_REACHED": {
        "account": {"limit": 3, "used": 3, "requested": 1, "remaining": 0, "scope": "account"},
        "connection": {"limit": 100, "requested": 1, "scope": "connection", "blockedPlatforms": _BLOCKED},
    },
    "SCHEDULE_HORIZON_REACHED": {"standard": {"limit": 7}},
    "PLATFORM_NOT_AVAILABLE": {
        "standard": {
            "limit": 15,
            "requested": 1,
            "disallowedPlatforms": ["twitter"],
            "allowedPlatforms": list(PLATFORMS[1:]),
        }
    },
    "CONNECTIONS_OVER_LIMIT": {
        "standard": _OVER,
        # Of this field the name alone is documented; with which code, and what is in it, are our choice.
        "breakdown": _OVER | {"channelBreakdown": {"twitter": 3, "linkedin": 2}},
    },
    "CHANNEL_LIMIT_REACHED": CHANNEL_FORMS
    | {"standard": {"limit": 3, "used": 3, "requested": 1, "remaining": 0, "projectedUsed": 4}},
}


def month(now: datetime) -> tuple[datetime, datetime]:
    """Tell the first moments of this month and of the next."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, (start + timedelta(days=32)).replace(day=1)


def limit_body(
    code: str,
    plan: Plan,
    now: datetime,
    *,
    limit: int | None,
    used: int | None = None,
    requested: int | None = None,
    remaining: int | None = None,
    **context: Any,
) -> JsonObject:
    """Write the usual body; ``context`` is what this code brings beside the fields that all have."""
    label, metric, text = LIMITS[code]
    start, end = month(now)
    monthly = code != HORIZON
    return {
        "error": label,
        "code": code,
        "message": text.format(plan=plan.name, limit=limit),
        "metric": metric,
        "limit": limit,
        "used": used,
        "requested": requested,
        "remaining": remaining,
        "periodStart": stamp(start) if monthly else None,
        "periodEnd": stamp(end) if monthly else None,
        "planName": plan.name,
    } | context


def sample(code: str, form: str | None, now: datetime) -> JsonObject:
    """Write a body with made-up numbers, for a fault.

    Raises:
        ValueError: this code has no such ``form``.
    """
    forms = SAMPLES[code]
    form = form or next(iter(forms))
    if form not in forms:
        raise ValueError(f"{form!r} is not a form of {code}: {', '.join(forms)}")
    if form in CHANNEL_FORMS:
        return {"success": False, "code": code, "error": LIMITS[code][0], **forms[form]}
    numbers = dict(forms[form])
    if code == HORIZON:
        numbers |= horizon(now + timedelta(days=30), now + timedelta(days=numbers["limit"]))
    return limit_body(code, PLANS["Pro" if form == "connection" else "Starter"], now, **numbers)


def horizon(asked: datetime, last: datetime) -> JsonObject:
    """Write what only the horizon's body has: the time asked for, and the last one allowed."""
    return {"scheduledTime": stamp(asked), "maxScheduledDate": stamp(last)}
