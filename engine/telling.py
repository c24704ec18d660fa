"""Success in words that an agent can repeat to its user: accounts by name, times in UTC and theirs, what next."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.budget import DETAILED, fitting
from engine.desk import Desk
from engine.intent import Intent
from engine.timing import planned, when
from engine.verdict import look
from schemas.account import Account
from schemas.asset import Asset
from schemas.errors import Outcome
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject
from schemas.post import Delivery, Post, Receipt, Warn
from schemas.request import PostRequest
from schemas.result import Result
from schemas.status import Status
from schemas.untrusted import clean

_VERBS: dict[Status, str] = {
    Status.SCHEDULED: "Scheduled",
    Status.QUEUED: "Queued for publishing now",
    Status.PUBLISHING: "Being published",
    Status.PUBLISHED: "Published",
    Status.DRAFT: "Kept as a draft",
    Status.PARTIAL: "Published only in part",
    Status.FAILED: "Created, but delivery failed",
}


def rehearsed(
    desk: Desk,
    request: PostRequest,
    accounts: tuple[Account, ...],
    scheduled_at: datetime | None,
    warnings: tuple[Warn, ...],
    *,
    draft: bool,
) -> Result:
    """Tell a dry run: what would happen."""
    status = Status.DRAFT if draft else Status.SCHEDULED if scheduled_at else Status.QUEUED
    data: JsonObject = {
        "dry_run": True,
        "status": status.value,
        **planned(desk, scheduled_at, request.timezone, due=status is Status.SCHEDULED),
        "deliveries": [
            {"account": account.id, "platform": account.platform, "name": account.name} for account in accounts
        ],
        "warnings": [_warning(warn) for warn in warnings],
        "replayed": False,
    }
    names = ", ".join(account.label for account in accounts)
    return Result(
        ok=True,
        code=200,
        message=f"Valid; nothing was sent. It would go to {names} {when(desk, scheduled_at, request.timezone)}.",
        outcome=Outcome.NOTHING_SENT,
        provider=accounts[0].provider,
        data=data,
    )


def intended(desk: Desk, request: PostRequest, accounts: tuple[Account, ...], scheduled_at: datetime | None) -> str:
    """Say in one sentence what a post would do."""
    names = ", ".join(account.label for account in accounts)
    return f"Publish on {names} {when(desk, scheduled_at, request.timezone)}."


def created(desk: Desk, intent: Intent, receipt: Receipt, warnings: tuple[Warn, ...]) -> JsonObject:
    """Make the ``data`` of a created post, the part that is stored and replayed."""
    sent = {delivery.account: delivery for delivery in receipt.deliveries}
    return {
        "id": f"{intent.provider}:{receipt.id}",
        "status": receipt.status.value,
        "provider_status": receipt.provider_status,
        **({"scheduled_at": wire(receipt.scheduled_at)} if receipt.scheduled_at else {}),
        "deliveries": [
            delivery(desk, sent.get(name) or Delivery(account=name, status=receipt.status))
            for name in intent.request["accounts"]
        ],
        "warnings": [_warning(warn) for warn in (*warnings, *receipt.warnings)],
        "idempotency_key": intent.key,
    }


def success(desk: Desk, data: JsonObject, provider: str, timezone: str | None, *, replayed: bool) -> Result:
    """Tell a created post, or the stored answer of one that was created before."""
    now = desk.clock()
    scheduled_at = parse(data.get("scheduled_at", ""))
    status = Status(data["status"])
    names = ", ".join(desk.directory.name(entry["account"]) for entry in data["deliveries"])
    time = when(desk, scheduled_at, timezone) if status is Status.SCHEDULED else ""
    poll = desk.providers[provider].poll_seconds
    wait = poll + (max(0.0, (scheduled_at - now).total_seconds()) if scheduled_at and time else 0.0)
    before = "This post was made before; nothing new was sent. The answer then: " if replayed else ""
    return Result(
        ok=True,
        code=200 if replayed else 201,
        message=f"{before}{_VERBS.get(status, status.value.capitalize())} on {names} {time}".rstrip() + ".",
        outcome=Outcome.PARTIAL if status is Status.PARTIAL else Outcome.ACCEPTED,
        provider=provider,
        data={
            **data,
            **planned(desk, scheduled_at, timezone, due=status is Status.SCHEDULED),
            "poll_after_seconds": round(wait),
            "replayed": replayed,
        },
        next=[
            look(
                data["id"], f"{f'After {wire(scheduled_at)}, see' if scheduled_at and time else 'See'} if it went out."
            )
        ]
        if not status.terminal
        else [],
    )


def delivery(desk: Desk, sent: Delivery) -> JsonObject:
    """One delivery as agents see it; absent members are left out."""
    account = desk.directory.known(sent.account)
    entry: dict[str, Any] = {
        "account": sent.account,
        "platform": account.platform if account else None,
        "name": clean(account.name, _SHORT) if account else None,
        "status": sent.status.value,
        "provider_status": clean(sent.provider_status or "", _SHORT) if sent.provider_status != sent.status else None,
        "published_at": wire(sent.published_at) if sent.published_at else None,
        "url": sent.url if len(sent.url or "") <= _LINK else None,
        "error": clean(sent.error, _ERROR) if sent.error else None,
        "retry": sent.retry,
    }
    return {key: value for key, value in entry.items() if value not in (None, "")}


def status(desk: Desk, post: Post, provider: str, timezone: str | None = None) -> JsonObject:
    """The ``data`` of check_status; times are told in ``timezone`` too, else in that of this server."""
    now = desk.clock()
    poll = desk.providers[provider].poll_seconds
    ahead = (post.scheduled_at - now).total_seconds() if post.scheduled_at else 0.0
    waiting = post.status is Status.SCHEDULED and ahead > 0
    return {
        "id": f"{provider}:{post.id}",
        "status": post.status.value,
        "provider_status": clean(post.provider_status, _SHORT),
        "caption": clean(post.caption, _SHORT),
        **planned(desk, post.scheduled_at, timezone, due=waiting),
        **_deliveries(desk, post),
        "terminal": post.status.terminal,
        **({} if post.status.terminal else {"poll_after_seconds": round(poll + (ahead if waiting else 0))}),
    }


def _deliveries(desk: Desk, post: Post) -> JsonObject:
    """The deliveries as far as they fit; those that were published last."""
    ordered = sorted(post.deliveries, key=lambda sent: sent.status is Status.PUBLISHED)
    chosen = post.deliveries if len(post.deliveries) <= _FEW else ordered
    entries = [delivery(desk, sent) for sent in chosen]
    fit = fitting(entries, DETAILED // 2)
    left = Counter(sent.status.value for sent in chosen[fit:])
    rest = {"cut_off": f"{left.total()} more deliveries: {', '.join(f'{n} {name}' for name, n in left.items())}."}
    return {"deliveries": entries[:fit], **(rest if left else {})}


def changed(desk: Desk, post: Post, provider: str, timezone: str | None, done: Sequence[str]) -> Result:
    """Tell a post that was changed, as it stands now; ``done`` says what was done."""
    waiting = post.scheduled_at if post.status is Status.SCHEDULED else None
    time = f", {when(desk, waiting, timezone)}" if waiting else ""
    return Result(
        ok=True,
        code=200,
        message=f"Done: {', '.join(done)}. It is {post.status.value}{time}.",
        outcome=Outcome.ACCEPTED,
        provider=provider,
        data=status(desk, post, provider, timezone),
    )


def uploaded(asset: Asset, provider: str | None, *, brought: bool) -> Result:
    """Tell a file that was taken in, and where it is now."""
    measured = asset.measures
    where = f"{provider} has it" if brought else "It goes to the service with each post"
    data: JsonObject = {
        "media": asset.handle,
        "type": measured.media_type,
        "bytes": measured.bytes,
        "width": measured.width,
        "height": measured.height,
        "duration_seconds": measured.duration,
        "frame_rate": measured.frame_rate,
        "alt_text": asset.alt_text,
        "brought_to": provider if brought else None,
    }
    return Result(
        ok=True,
        code=201,
        message=f"{asset.name} is {asset.handle}. {where}. Use the handle in media of create_post.",
        outcome=Outcome.ACCEPTED,
        provider=provider,
        data={name: value for name, value in data.items() if value is not None},
    )


def with_warnings(result: Result, warnings: Sequence[Warn]) -> Result:
    """Add warnings to a success."""
    if not warnings:
        return result
    data = {**(result.data or {}), "warnings": [_warning(warn) for warn in warnings]}
    return result.model_copy(update={"data": data})


def counted(number: int, noun: str, more: str = "") -> str:
    """Say how many there are of something, such as ``20 posts; more with cursor``."""
    return f"{number} {noun}{'' if number == 1 else 's'}{more}."


def _warning(warn: Warn) -> JsonObject:
    entry = {"code": warn.code, "field": warn.field, "message": warn.message}
    return {key: value for key, value in entry.items() if value is not None}


_SHORT, _ERROR = 120, 500
#: The longest link that is told: one that is cut leads nowhere.
_LINK = 2_000
#: So many deliveries are told in the order of their accounts.
_FEW = 20
