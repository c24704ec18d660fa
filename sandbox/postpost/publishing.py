"""Writing: create-post, update-post, delete-post (seed 002; reference postpost 5.1, 5.4, 5.5)."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.jsonvalue import JsonObject, is_array, is_object, read
from sandbox.postpost.groups import EDITABLE, Group, PlatformPost
from sandbox.postpost.ids import PLATFORM_ID
from sandbox.postpost.javascript import falsy, planned_time, stamp, string
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Call, Service
from sandbox.postpost.settings import platform_settings

#: "Publish now" is a time of now, which is past by the time that it arrives.
GRACE = timedelta(minutes=1)


def create_post(service: Service, call: Call) -> JsonObject:
    """Create a draft, or with a time a scheduled post; neither media nor the length of the text are looked at."""
    content = _content(call.body.get("content"))
    platforms = _platforms(call.body.get("platforms"))
    time = _time(service, call.body.get("scheduledTime"))
    settings = platform_settings(call.body.get("platformSettings"))
    service.quota.admit(platforms)
    if time is not None:
        service.quota.reserve(platforms, time)
    now = service.clock.now()
    status = "draft" if time is None else "scheduled"
    group = Group(
        id=service.ids.new(),
        user_id=call.user.id,
        content=content,
        platforms=platforms,
        settings=settings,
        status=status,
        scheduled_time=time,
        created_at=now,
        updated_at=now,
        posts=[PlatformPost(service.ids.new(), platform_id, content, status) for platform_id in platforms],
        claimed_at=None if time is None else now,
    )
    service.groups.add(group)
    if time is not None:
        service.logs.note(group, "scheduled", now)
    service.worker.take(group)
    return {"success": True, "postGroupId": group.id}


def update_post(service: Service, call: Call) -> JsonObject:
    """Change status or time. Once the publisher has taken a group up this is still answered, and is too late."""
    wanted, text = call.body.get("status"), call.body.get("scheduledTime")
    if falsy(wanted) and falsy(text):
        raise refuse("nothing_to_update")
    if not falsy(wanted) and wanted not in ("draft", "scheduled"):
        raise refuse("invalid_status")
    time = _time(service, text)
    group = service.groups.require(call.path["id"], call.user.id, "update_failed")
    if group.status not in EDITABLE:
        raise refuse("not_editable", status=group.status)
    before = group.status
    status = before if falsy(wanted) else string(wanted)
    if status == "scheduled":
        _reschedule(service, group, time)
    else:
        group.status, group.claimed_at = "draft", None
        group.scheduled_time = time or group.scheduled_time
    group.updated_at = service.clock.now()
    if status == "scheduled":
        service.logs.note(group, "scheduled", group.updated_at)
    elif status != before:
        service.logs.note(group, "status_changed", group.updated_at)
    if not group.underway:
        group.mark(status)
        service.worker.take(group)
    shown: JsonObject = {"_id": group.id, "status": group.status}
    if group.scheduled_time is not None:
        shown["scheduledTime"] = stamp(group.scheduled_time)
    return {"success": True, "message": "Post updated successfully", "postGroup": shown}


def delete_post(service: Service, call: Call) -> JsonObject:
    """Delete a group in any status, with its media; what is out stays out, what was still to go out does not go."""
    group = service.groups.require(call.path["id"], call.user.id, "delete_failed")
    service.groups.remove(group, service.clock.now())
    service.storage.forget(group.id)
    return {"success": True}


def _reschedule(service: Service, group: Group, time: datetime | None) -> None:
    """Schedule a group at the time given, else at its own, else now; never in the past, never too close to others."""
    now = service.clock.now()
    service.quota.admit(group.platforms)
    time = service.quota.spaced(group, max(time or group.scheduled_time or now, now))
    service.quota.reserve(group.platforms, time, group)
    group.status, group.scheduled_time, group.claimed_at = "scheduled", time, group.claimed_at or now


def _content(value: Any) -> str:
    """Read the text. What is true without being text gets past the check: scalars are stored as text, the rest breaks.

    How it misbehaves is our choice; that it does is documented.
    """
    if falsy(value) or (isinstance(value, str) and not value.strip()):
        raise refuse("content_required")
    if is_object(value) or is_array(value):
        raise refuse("create_failed")
    return string(value)


def _platforms(value: Any) -> list[str]:
    """Read the compound ids, an array or one as JSON text. One that is named twice is posted to twice: our choice."""
    if falsy(value):
        raise refuse("platforms_required")
    if isinstance(value, str):
        try:
            value = read(value.encode("utf-8", "replace"))
        except ValueError:
            raise refuse("platforms_not_json") from None
    if not is_array(value):
        raise refuse("platforms_not_array")
    if not value:
        raise refuse("platforms_empty")
    for platform_id in value:
        if not isinstance(platform_id, str) or PLATFORM_ID.fullmatch(platform_id) is None:
            raise refuse("invalid_platform_id", platformId=string(platform_id))
    return value


def _time(service: Service, value: Any) -> datetime | None:
    """Read a time that is to come; one that has just passed is now, one long past is as the plan has it."""
    if falsy(value):
        return None
    time = planned_time(value)
    if time is None:
        raise refuse("invalid_scheduled_time")
    now = service.clock.now()
    if service.quota.plan.past_times == "refuse" and time < now - GRACE:
        raise refuse("past_time")
    return max(time, now)
