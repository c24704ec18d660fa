"""Genviral's JSON as our values (reference genviral 2, 4, 5, 7), believing none of it blindly."""

from itertools import islice

from providers import payload
from providers.genviral.errors import FAILED
from providers.genviral.settings import NAMES
from schemas.account import Account, Capabilities
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Delivery, Post, Receipt, Warn
from schemas.problem import Problem, ProblemCode
from schemas.status import Status
from schemas.untrusted import clean

NAME = "genviral"

#: Genviral's statuses (seed 003, reference 14) -> ours. A word not listed is ``unknown``, and shown beside it.
STATUSES: dict[str, Status] = {
    "draft": Status.DRAFT,
    "pending": Status.QUEUED,
    "scheduled": Status.SCHEDULED,
    "retry": Status.QUEUED,
    "posted": Status.PUBLISHED,
    "partial": Status.PARTIAL,
    "failed": Status.FAILED,
    "canceled": Status.CANCELLED,
    "deleted": Status.CANCELLED,
    "void": Status.CANCELLED,
}

#: Our status -> the words to filter by (seed 003). A status that is missing here has no posts at Genviral.
FILTERS: dict[Status, tuple[str, ...]] = {
    Status.DRAFT: ("draft",),
    Status.QUEUED: ("pending", "retry"),
    Status.SCHEDULED: ("scheduled",),
    Status.PUBLISHED: ("posted",),
    Status.PARTIAL: ("partial",),
    Status.FAILED: ("failed",),
}

#: Genviral's platform words that differ from ours.
_PLATFORMS = {"twitter": "x"}


def account(record: JsonObject) -> Account:
    """Read one entry of GET /accounts."""
    platform = clean(text(record.get("platform")) or "unknown", 40)
    name, username, kind = (clean(text(record.get(at)) or "", 80) for at in ("display_name", "username", "type"))
    return Account(
        id=f"{NAME}:{payload.identifier(record.get('id'), _LONGEST_ID)}",
        platform=_PLATFORMS.get(platform, platform),
        name=name or username or platform,
        username=username or None,
        status=clean(text(record.get("status")) or "active", 40),
        kind=kind or None,
        capabilities=_capabilities(record["capabilities"]) if members(record.get("capabilities")) else None,
    )


def _capabilities(record: object) -> Capabilities:
    found, limits = members(record), members(members(record).get("media_limits"))
    return Capabilities(
        content_kinds=frozenset(
            _KINDS[kind] for word in items(found.get("supported_content_kinds")) if (kind := text(word)) in _KINDS
        ),
        caption_limit=_whole(found.get("caption_limit")),
        max_images=_whole(limits.get("max_images")),
        max_video_seconds=_whole(limits.get("max_video_seconds")),
    )


#: What the service calls the kinds of content (reference 4).
_KINDS = {"text_only": "text", "single_video": "video", "multi_image": "slideshow"}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def receipt(data: JsonObject, *, replayed: bool) -> Receipt:
    """Read the answer to POST /posts."""
    word = clean(text(data.get("status")) or "", 40)
    return Receipt(
        id=payload.identifier(data.get("id"), _LONGEST_ID),
        status=STATUSES.get(word, Status.UNKNOWN),
        provider_status=word,
        scheduled_at=parse(text(data.get("scheduled_at")) or ""),
        warnings=tuple(_warning(item) for item in items(data.get("warnings"))[: payload.MOST]),
        replayed=replayed or data.get("duplicate") is True,
    )


def post(record: JsonObject) -> Post:
    """Read one post object, as the list and the single read give it."""
    word = clean(text(record.get("status")) or "", 40)
    states = payload.objects(members(record.get("accounts")).get("states"))
    return Post(
        id=payload.identifier(record.get("id"), _LONGEST_ID),
        status=STATUSES.get(word, Status.UNKNOWN),
        provider_status=word,
        caption=text(record.get("caption")) or "",
        deliveries=tuple(_delivery(state) for state in states),
        scheduled_at=parse(text(record.get("scheduled_at")) or ""),
        created_at=parse(text(record.get("created_at")) or ""),
        media=_media(members(record.get("media"))),
    )


def _media(found: JsonObject) -> JsonObject | None:
    """Tell media as create_post takes them."""
    video = found.get("type") == "video"
    given = [found.get("url")] if video else items(found.get("urls"))[: payload.MOST]
    links = [clean(link, 2_000) for link in given if isinstance(link, str)]
    if not links:
        return None
    return {"type": "video", "url": links[0]} if video else {"type": "slideshow", "urls": links}


def problems(issues: object) -> tuple[Problem, ...]:
    """Read 422 ``issues`` in every shape the reference names (2.1): an object, a list of either kind, or nothing."""
    known = members(issues)
    found = [("", words) for words in items(known.get("formErrors"))]
    found += [(field, words) for field, listed in members(known.get("fieldErrors")).items() for words in items(listed)]
    for entry in items(issues):
        detail = members(entry)
        where = detail.get("field", detail.get("path"))
        parts = items(where) or [where or ""]
        found.append((".".join(str(part) for part in parts), detail.get("message", entry)))
    told = (_refusal(field, words) for field, words in found if isinstance(words, str))
    return tuple(islice(told, payload.MOST))


def _refusal(field: str, words: str) -> Problem:
    return Problem(
        path="".join(f"/{part}" for part in clean(field, 120).replace("/", ".").split(".") if part),
        code=ProblemCode.REFUSED,
        message=clean(words, 300),
        fix=_fix(field, words),
    )


def _fix(field: str, words: str) -> str:
    """Say what to change; ``settings`` is the service's word for what agents give as platform objects."""
    if "'settings'" in words:
        return f"The server speaks the older generation of the API: leave {NAMES} out."
    if field.startswith("settings"):
        return f"Change what it is about in {NAMES}, or leave that object out."
    return "Change it as the service says." if field else "Change the request as the service says."


def _delivery(state: JsonObject) -> Delivery:
    word = clean(text(state.get("status")) or "", 40)
    status = STATUSES.get(word, Status.UNKNOWN)
    error, url = text(state.get("error_message")), text(state.get("published_url"))
    return Delivery(
        account=f"{NAME}:{clean(text(state.get('account_id')) or '', 80)}",
        status=status,
        provider_status=word,
        url=clean(url, 500) if url else None,
        error=clean(error) if error else None,
        retry=FAILED.retry if status is Status.FAILED else None,
        published_at=parse(text(state.get("published_at")) or ""),
    )


def _warning(item: object) -> Warn:
    found = members(item)
    code, field = clean(text(found.get("code")) or "WARNING", 60), clean(text(found.get("field")) or "", 60)
    return Warn(code, clean(text(found.get("message")) or text(item) or code, 300), field or None)


_LONGEST_ID = 80
