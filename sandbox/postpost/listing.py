"""Reading: get-post, list-posts, post-logs (seed 002; reference postpost 5.2, 5.3, 5.9)."""

from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.clock import instant
from sandbox.jsonvalue import JsonObject
from sandbox.postpost.groups import STATUSES, Group
from sandbox.postpost.ids import split
from sandbox.postpost.javascript import parse_int
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Call, Service

PAGE = 20
LARGEST_PAGE = 100

#: What is without a time sorts before everything with one.
_NEVER = datetime.min.replace(tzinfo=UTC)

ORDERS: dict[str, Callable[[Group], datetime]] = {
    "createdAt": lambda group: group.created_at,
    "updatedAt": lambda group: group.updated_at,
    "scheduledTime": lambda group: group.scheduled_time or _NEVER,
}


def get_post(service: Service, call: Call) -> JsonObject:
    """Show what became of a group, post by post; neither its own status nor its time are part of this answer."""
    group = service.groups.require(call.path["id"], call.user.id, "fetch_failed")
    return {"success": True, "postGroupId": group.id, "posts": [post.view() for post in group.posts]}


def list_posts(service: Service, call: Call) -> JsonObject:
    """List a page of groups. A range of dates is one of times, so drafts without a time drop out of it."""
    status, platform, order = (call.query.get(name, "") for name in ("status", "platform", "sortBy"))
    if status and status not in STATUSES:
        raise refuse("invalid_status_filter")
    if order and order not in ORDERS:
        raise refuse("invalid_sort")
    since, until = _date(call, "fromDate", "invalid_from_date"), _date(call, "toDate", "invalid_to_date")
    found = [
        group
        for group in service.groups.of(call.user.id)
        if (not status or group.status == status)
        and (not platform or _is_on(group, platform))
        and (since is None or (group.scheduled_time is not None and group.scheduled_time >= since))
        and (until is None or (group.scheduled_time is not None and group.scheduled_time <= until))
    ]
    found.sort(key=ORDERS[order or "createdAt"])
    if call.query.get("sortOrder") != "asc":
        found.reverse()
    page, limit = _page(call)
    shown = found[(page - 1) * limit : page * limit]
    pages = -(-len(found) // limit)
    return {
        "success": True,
        "posts": [group.view(service.storage.urls(group.id)) for group in shown],
        "pagination": {
            "page": page,
            "limit": limit,
            "totalItems": len(found),
            "totalPages": pages,
            "hasNextPage": page < pages,
            "hasPrevPage": page > 1,
        },
    }


def post_logs(service: Service, call: Call) -> JsonObject:
    """Show what happened to a group, oldest first."""
    group = service.groups.require(call.path["id"], call.user.id, "logs_failed")
    return {"success": True, "logs": service.logs.of(group)}


def _is_on(group: Group, platform: str) -> bool:
    return any(split(platform_id)[0] == platform.lower() for platform_id in group.platforms)


def _page(call: Call) -> tuple[int, int]:
    """Read page and limit: clamped, never refused."""
    page = parse_int(call.query.get("page", "")) or 1
    limit = parse_int(call.query.get("limit", "")) or PAGE
    return max(page, 1), min(max(limit, 1), LARGEST_PAGE)


def _date(call: Call, name: str, refusal: str) -> datetime | None:
    text = call.query.get(name)
    if not text:
        return None
    moment = instant(text, day_alone=True)
    if moment is None:
        raise refuse(refusal)
    return moment
