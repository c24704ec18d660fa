"""Orders in PostPost's words, and its answers as receipts (reference postpost 5.1, 5.4, 10)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from providers import payload
from providers.postpost.records import GROUP_ID
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Order, Receipt, Warn
from schemas.status import Status
from schemas.untrusted import clean


@dataclass(frozen=True, slots=True)
class _Word:
    """A setting's name at the service, and its words for our values where they differ."""

    name: str
    values: dict[Any, Any] = field(default_factory=dict[Any, Any])


_NOT = {True: False, False: True}
_SETTINGS: dict[str, dict[str, _Word]] = {
    "tiktok": {
        "privacy_level": _Word("viewerSetting"),
        "disable_comment": _Word("allowComments", _NOT),
        "disable_duet": _Word("allowDuet", _NOT),
        "disable_stitch": _Word("allowStitch", _NOT),
        "is_commercial": _Word("commercialContent"),
        "is_your_brand": _Word("brandOrganic"),
        "is_branded_content": _Word("brandedContent"),
    },
    "instagram": {"post_type": _Word("videoType", {"post": "REELS", "story": "STORIES"})},
    "youtube": {"title": _Word("title"), "privacy": _Word("privacy")},
    "threads": {"reply_control": _Word("replyControl")},
}
#: The platforms that take settings; of a post that is there the service does not tell them again (reference 5.2, 5.3).
WITH_SETTINGS = frozenset(_SETTINGS)


def group_body(order: Order, moment: datetime | None) -> JsonObject:
    """Write create-post's body; without a ``moment`` it makes a draft."""
    settings = {
        platform: {
            word.name: word.values.get(given[name], given[name]) for name, word in words.items() if name in given
        }
        for platform, words in _SETTINGS.items()
        if (given := members(order.extras.get(platform)))
    }
    body: JsonObject = {
        "content": order.caption,
        "platforms": [account.native_id for account in order.accounts],
        "scheduledTime": stamp(moment) if moment else None,
        "platformSettings": settings or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def stamp(moment: datetime) -> str:
    """Write a time in the one form that all of the service's pages accept."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def group_id(answer: JsonObject) -> str:
    """Read which group create-post made.

    Raises:
        Failure: it does not say, so nobody knows whether it made one.
    """
    found = text(answer.get("postGroupId")) or ""
    if GROUP_ID.fullmatch(found) is None:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "PostPost accepted the post but named no id.", doubt=True)
    return found


def accepted(order: Order, post_id: str, moment: datetime | None, answer: JsonObject) -> Receipt:
    """Tell an accepted order; without a ``moment`` it is a draft. The service may have moved the time."""
    warnings = tuple(_warning(entry) for entry in items(answer.get("warnings"))[: payload.MOST])
    if moment is None:
        return Receipt(post_id, Status.DRAFT, "draft", warnings=warnings)
    told = parse(text(answer.get("scheduledTime")) or "") or moment
    if abs(told - moment) >= _MOVED:
        moved = f"PostPost moved the post from {wire(moment)} to {wire(told)}, to keep posts apart."
        warnings = (*warnings, Warn("TIME_MOVED", moved, "scheduled_at"))
    elif order.scheduled_at is None:
        return Receipt(post_id, Status.QUEUED, "scheduled", warnings=warnings)
    return Receipt(post_id, Status.SCHEDULED, "scheduled", told, warnings)


def _warning(entry: object) -> Warn:
    found = members(entry)
    code, field = clean(text(found.get("code")) or "WARNING", 60), clean(text(found.get("field")) or "", 60)
    return Warn(code, clean(text(found.get("message")) or text(entry) or code, 300), field or None)


_MOVED = timedelta(seconds=1)
