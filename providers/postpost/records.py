"""PostPost's JSON to our values and back (reference postpost 2, 3, 5, 6.3, 10), believing none of it blindly."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from providers import payload
from providers.errors import FailedDelivery
from providers.postpost.combinations import ALL_KINDS, KINDS
from providers.postpost.errors import DELIVERY_FAILURES
from schemas.account import Account, Capabilities
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Delivery, Post
from schemas.problem import Problem, ProblemCode
from schemas.status import Status, fold
from schemas.untrusted import clean

NAME = "postpost"

#: The statuses of groups and of single posts -> ours. A word not listed is ``unknown``, and shown beside it.
STATUSES: dict[str, Status] = {
    "draft": Status.DRAFT,
    "scheduled": Status.SCHEDULED,
    "pending": Status.QUEUED,
    "processing": Status.PUBLISHING,
    "published": Status.PUBLISHED,
    "partially_published": Status.PARTIAL,
    "failed": Status.FAILED,
}

#: Our status -> the word to list groups by. What is under way stands under ``scheduled`` there.
FILTERS: dict[Status, str] = {
    Status.DRAFT: "draft",
    Status.SCHEDULED: "scheduled",
    Status.QUEUED: "scheduled",
    Status.PUBLISHING: "scheduled",
    Status.PUBLISHED: "published",
    Status.PARTIAL: "partially_published",
    Status.FAILED: "failed",
}

#: PostPost's platform words that differ from ours.
PLATFORMS = {"twitter": "x"}

#: An id of a post group: of any other the service says 500.
GROUP_ID = re.compile(r"[0-9a-fA-F]{24}")


def account(record: JsonObject) -> Account | None:
    """Read one connection; ``None`` when it has no id to post to."""
    native = payload.identifier(record.get("platformId"), 120)
    word = native.partition("-")[0]
    if not word or word == native:
        return None
    username = clean(text(record.get("username")) or "", 80).lstrip("@")
    platform = PLATFORMS.get(word, word)
    return Account(
        id=f"{NAME}:{native}",
        platform=platform,
        name=clean(text(record.get("displayName")) or "", 80) or username or native,
        username=username or None,
        status=_health(word, text(record.get("tokenStatus"))),
        capabilities=Capabilities(KINDS.get(platform, ALL_KINDS)),
    )


def _health(word: str, token: str | None) -> str:
    """Say whether an account can be posted to: its platform is published to, and its token is not known to be dead.

    ``unknown`` is what the service says of tokens that do not expire.
    """
    if word == "pinterest":
        return "unsupported"
    return "active" if token in (None, "valid", "expiring_soon", "unknown") else clean(token, 40)


def listed(answer: JsonObject, now: datetime) -> list[Post]:
    """Read a page of list-posts."""
    return [_row(record, now) for record in payload.objects(answer.get("posts"))]


def _row(record: JsonObject, now: datetime) -> Post:
    word = clean(text(record.get("status")) or "", 40)
    sent = [_delivery(entry) for entry in payload.objects(record.get("platforms"))]
    given = items(record.get("mediaUrls"))[: payload.MOST]
    links = [clean(link, 2_000) for link in given if isinstance(link, str)]
    scheduled_at = parse(text(record.get("scheduledTime")) or "")
    status = _status(word, sent)
    due = status is Status.SCHEDULED and scheduled_at is not None and scheduled_at <= now
    return Post(
        id=payload.identifier(record.get("postGroupId"), 80),
        status=Status.QUEUED if due else status,
        provider_status=word,
        caption=text(record.get("content")) or "",
        deliveries=_whole(sent),
        scheduled_at=scheduled_at,
        created_at=parse(text(record.get("createdAt")) or ""),
        media=_media(links) if links else None,
    )


def read(post_id: str, record: JsonObject) -> Post:
    """Read get-post's answer: it has no time, and as a rule no status of the group (seed 002)."""
    entries = payload.objects(record.get("posts"))
    sent = [_delivery(entry) for entry in entries]
    word = clean(text(record.get("status")) or "", 40)
    words = list(dict.fromkeys(part.provider_status for part in sent if part.provider_status))
    return Post(
        id=post_id,
        status=_status(word, sent),
        provider_status=word or clean(", ".join(words), 120),
        caption=next((said for entry in entries if (said := text(entry.get("content")))), ""),
        deliveries=_whole(sent),
        scheduled_at=parse(text(record.get("scheduledTime")) or ""),
    )


def joined(one: Post, row: Post) -> Post:
    """Give a post that was read alone what only its row in the list has."""
    status = row.status if one.status in (Status.SCHEDULED, Status.UNKNOWN) else one.status
    return replace(row, status=status, deliveries=one.deliveries or row.deliveries)


def _status(word: str, sent: list[Delivery]) -> Status:
    """Derive a group's status; what is not at its end is never partial (reference postpost 3)."""
    own = STATUSES.get(word, Status.UNKNOWN)
    if own in (Status.UNKNOWN, Status.SCHEDULED) and sent:
        derived = fold([part.status for part in sent])
        return own if derived is Status.UNKNOWN else derived
    return own


def _whole(sent: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Make one delivery of the several entries that a thread has on one account."""
    by_account: dict[str, list[Delivery]] = {}
    for part in sent:
        by_account.setdefault(part.account, []).append(part)
    return tuple(parts[0] if len(parts) == 1 else _thread(parts) for parts in by_account.values())


def _thread(parts: list[Delivery]) -> Delivery:
    status = fold([part.status for part in parts])
    again = status is Status.FAILED and all(part.retry for part in parts)
    return Delivery(
        account=parts[0].account,
        status=status,
        provider_status=clean(", ".join(dict.fromkeys(part.provider_status or "" for part in parts)), 120),
        url=parts[0].url,
        error=next((part.error for part in parts if part.error), None),
        retry=again if status in (Status.FAILED, Status.PARTIAL) else None,
    )


def _delivery(entry: JsonObject) -> Delivery:
    platform, given = clean(text(entry.get("platform")) or "", 40), text(entry.get("platformId")) or ""
    native = given if not platform or given.startswith(f"{platform}-") else f"{platform}-{given}"
    word = clean(text(entry.get("status")) or "", 40)
    status = STATUSES.get(word, Status.UNKNOWN)
    error, retry = _failure(entry.get("error"), platform) if status is Status.FAILED else (None, None)
    return Delivery(
        account=f"{NAME}:{clean(native, 120)}",
        status=status,
        provider_status=word,
        url=_link(platform, entry),
        error=error,
        retry=retry,
    )


def _failure(error: object, platform: str) -> tuple[str | None, bool | None]:
    """Say why a delivery failed, and whether it may be sent again (reference postpost 6.3)."""
    found = members(error)
    code = clean(text(found.get("code")) or "", 60)
    known = DELIVERY_FAILURES.get(code, FailedDelivery(retry=None))
    said = clean(text(found.get("message")) or text(error) or "", 240)
    raw, status = clean(text(found.get("platformError")) or "", 120), found.get("platformStatusCode")
    answered = f"{platform} answered {status}" if isinstance(status, int) else ""
    moment = parse(text(found.get("failedAt")) or "")
    parts = (code, ": ".join(word for word in (answered, raw) if word), f"at {wire(moment)}" if moment else "")
    inner = "; ".join(part for part in parts if part)
    words = f"{said} ({inner})" if said and inner else said or inner
    told = " ".join(word for word in (f"{words.rstrip('.')}." if words else "", known.hint) if word)
    retry = found.get("retryable") if known.retry is None else known.retry
    return told or None, retry if isinstance(retry, bool) else None


#: Where a post is to be seen, by what the platform calls it: the service tells no links (reference postpost 5.2).
_LINKS: dict[str, tuple[str, str]] = {
    "twitter": (r"[0-9]+", "https://x.com/i/status/{}"),
    "linkedin": (r"urn:li:(share|ugcPost|activity):[0-9]+", "https://www.linkedin.com/feed/update/{}"),
    "youtube": (r"[A-Za-z0-9_-]{11}", "https://www.youtube.com/watch?v={}"),
    "facebook": (r"[0-9]+(_[0-9]+)?", "https://www.facebook.com/{}"),
}
_LONGEST_NATIVE = 200


def _link(platform: str, entry: JsonObject) -> str | None:
    told, native = text(entry.get("permalink")), text(entry.get("postedId")) or ""
    if told and told.startswith("https://"):
        return clean(told, 500)
    pattern, link = _LINKS.get(platform, ("", ""))
    return link.format(native) if pattern and len(native) <= _LONGEST_NATIVE and re.fullmatch(pattern, native) else None


def _media(links: list[str]) -> JsonObject:
    video = re.search(r"\.(mp4|mov|avi|mkv|webm)(\?|$)", links[0], re.IGNORECASE)
    return {"type": "video", "url": links[0]} if video else {"type": "slideshow", "urls": links}


def problems(body: JsonObject) -> tuple[Problem, ...]:
    """Read a validation report (reference postpost 6, shape 6)."""
    found = payload.objects(members(body.get("validation")).get("errors"))[: payload.MOST]
    return tuple(_problem(entry) for entry in found)


def _problem(entry: JsonObject) -> Problem:
    platform = clean(text(entry.get("platform")) or "", 40)
    said = clean(text(entry.get("message")) or text(entry.get("code")) or "refused", 300)
    return Problem(
        path={"content": "/caption", "media": "/media", "scheduledTime": "/scheduled_at"}.get(
            text(entry.get("field")) or "", ""
        ),
        code=ProblemCode.REFUSED,
        message=f"{PLATFORMS.get(platform, platform)}: {said}" if platform else said,
        fix=next((clean(word, 300) for word in items(entry.get("suggestions")) if isinstance(word, str)), None)
        or "Change it as the service says, or leave that platform's accounts out.",
    )
