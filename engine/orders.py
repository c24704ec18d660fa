"""What a post is, in the one form that the journal keeps: the fingerprint is taken of it, an order is made of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from anyio import current_time

from engine.intent import GOES_NOW, Intent
from schemas.account import Account
from schemas.instant import Clock, Deadline, parse, resolve, wire
from schemas.jsonvalue import JsonObject
from schemas.post import Order
from schemas.request import Mode, PostRequest

#: Arguments that do not belong to the content, or are recorded in another form.
_ASIDE = {"accounts", "scheduled_at", "timezone", "idempotency_key", "allow_duplicate", "dry_run"}
#: Members of the content that every provider's order has a place for.
_ORDERED = {"caption", "accounts", "media", "scheduled_at", "mode", GOES_NOW}
#: A time that is past is told as it is meant, too: a repeat may come after it.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def content(request: PostRequest) -> JsonObject:
    """Write a request in the canonical form: accounts in order, the time in UTC, only what was given."""
    body = request.model_dump(mode="json", exclude_none=True, exclude=_ASIDE)
    body["accounts"] = sorted(request.accounts)
    if request.scheduled_at:
        asked = resolve(request.scheduled_at, request.timezone, _LONG_AGO)
        body["scheduled_at"] = wire(asked) if isinstance(asked, datetime) else request.scheduled_at
    return body


def draft(recorded: JsonObject) -> bool:
    """Tell whether a recorded post is only to be kept."""
    return recorded.get("mode") == Mode.DRAFT


def order(recorded: JsonObject, accounts: Sequence[Account] = (), key: str = "") -> Order:
    """Make an order from recorded content; accounts that are not given are known by their ids alone."""
    known = {account.id: account for account in accounts}
    named = [known.get(name) or Account(id=name, platform="", name=name) for name in recorded["accounts"]]
    return Order(
        caption=recorded["caption"],
        accounts=tuple(named),
        key=key,
        media=recorded.get("media"),
        scheduled_at=None if recorded.get(GOES_NOW) else parse(recorded.get("scheduled_at", "")),
        draft=draft(recorded),
        extras={name: value for name, value in recorded.items() if name not in _ORDERED},
    )


def leave_by(intent: Intent, clock: Clock, window: timedelta) -> Deadline:
    """Tell until when an intent may be sent; call it as soon as the intent stands, for the steady clock begins here.

    A machine that slept must not send what another process has looked into meanwhile.
    """
    left = window - max(clock() - intent.opened_at, timedelta(0))
    return Deadline(intent.opened_at + window, current_time() + left.total_seconds())
