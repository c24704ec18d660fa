"""Find out what became of an order whose answer was lost: SocialAPI keeps no key of ours, so content must do."""

from datetime import datetime, timedelta
from unicodedata import normalize

from providers.lost import SKEW, since
from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.api import MAX_PAGE, Api, is_gone, post_path
from schemas.asset import HANDLE
from schemas.errors import ErrorCode
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Order

#: How many pages are looked through.
PAGES = 10
#: How much earlier than its order a draft may seem to be made: the service tells its time in whole seconds.
_AT_ONCE = timedelta(seconds=3)


async def find(api: Api, order: Order, now: datetime) -> JsonObject | None:
    """Find the post that came of an order: the one known to be its, else one of its content that is not older.

    ``now`` is told by our own clock.

    Raises:
        Failure: the service could not be asked, or has too many posts to look through.
    """
    if order.post_id:
        return await _known(api, order.post_id)
    earliest = since(order, now, api.service_time())
    accounts, cursor = ",".join(account.native_id for account in order.accounts), None
    for _ in range(PAGES):
        page, cursor = await api.page({"account_ids": accounts, "limit": MAX_PAGE, "cursor": cursor})
        young = [record for record in page if _is_young(record, earliest)]
        for record in young:
            free = records.is_post(record) and text(record.get("id")) not in order.taken
            if free and _same(order, record) and _is_own(order, record, earliest):
                return record
        if cursor is None or len(young) < len(page):
            return None
    message = "SocialAPI has too many posts to look through them all."
    raise Failure(ErrorCode.OUTCOME_UNKNOWN, message, doubt=True)


async def _known(api: Api, post_id: str) -> JsonObject | None:
    try:
        return await api.post("GET", post_path(post_id))
    except Failure as error:
        if is_gone(error):
            return None
        raise


def _is_own(order: Order, record: JsonObject, earliest: datetime) -> bool:
    """Tell whether a draft may be published for an order: not one that an earlier try of the same post left behind."""
    if order.draft or record.get("status") != "draft" or order.opened_at is None:
        return True
    created_at = _created(record)
    return created_at is not None and created_at >= earliest + SKEW - _AT_ONCE


def _is_young(record: JsonObject, earliest: datetime) -> bool:
    created_at = _created(record)
    return created_at is None or created_at >= earliest


def _same(order: Order, record: JsonObject) -> bool:
    """Tell whether a post has the order's text, accounts, media and time."""
    accounts = {text(members(entry).get("account_id")) for entry in items(record.get("targets"))}
    return (
        same_text(record, order.caption)
        and accounts == {account.native_id for account in order.accounts}
        and ("media" not in record or _same_media(order, records.sources(record)))
        and _same_time(order, record)
    )


def _same_media(order: Order, sources: list[str]) -> bool:
    """Compare media; a file that is no longer in our keeping may be any."""
    wanted = [text(item["source"]) for item in records.media_items(order.media, order.assets)]
    return len(wanted) == len(sources) and all(
        one == other or (one or "").startswith(HANDLE) for one, other in zip(wanted, sources, strict=True)
    )


def _same_time(order: Order, record: JsonObject) -> bool:
    if order.draft:
        return record.get("status") == "draft"
    if order.scheduled_at is None:
        return record.get("status") != "scheduled"
    scheduled_at = parse(text(record.get("scheduled_at")) or "")
    return scheduled_at is not None and wire(scheduled_at) == wire(order.scheduled_at)


def same_text(record: JsonObject, caption: str) -> bool:
    """Tell whether a post says a caption, however its line ends and accents are written."""
    return _canonical(text(record.get("text")) or "") == _canonical(caption)


def _canonical(words: str) -> str:
    return normalize("NFC", words.replace("\r\n", "\n")).strip()


def _created(record: JsonObject) -> datetime | None:
    return parse(text(record.get("created_at")) or "")
