"""Our orders and changes as Genviral's JSON (reference genviral 5, 6, 9)."""

from collections.abc import Iterable, Mapping

from providers.genviral.settings import settings
from schemas.account import Account
from schemas.asset import HANDLE, Asset
from schemas.instant import wire
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Change, Order

#: Settings objects that stand at the top of the body; never both (seed 001).
_OBJECTS = ("tiktok", "pinterest")
#: What else of our extras stands there; the others lie in ``settings`` (reference 6.2 to 6.5).
_TOP_LEVEL = (*_OBJECTS, "music_url")
#: The platform without which a field of the top has no meaning.
_MEANT_FOR = {"tiktok": "tiktok", "music_url": "tiktok", "pinterest": "pinterest"}


def order_body(order: Order) -> JsonObject:
    """Write POST /posts' body; absent fields are left out, since unknown and null ones may be refused."""
    body: JsonObject = {
        "caption": order.caption,
        "media": _media(order.media, order.assets),
        "accounts": _accounts(order.accounts),
        "scheduled_at": wire(order.scheduled_at) if order.scheduled_at else None,
        "external_id": order.key,
        **{name: order.extras[name] for name in _TOP_LEVEL if name in order.extras},
        "settings": settings(order.extras) or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def needs_record(change: Change) -> bool:
    """Tell whether a change can only be written by what the post has already."""
    return change.accounts is not None or any(name in change.extras for name in _OBJECTS)


def change_body(change: Change, there: JsonObject) -> JsonObject:
    """Write PATCH /posts/{id}'s body: only what changes. ``there`` is the post's record, where it is needed.

    Whether the service lays a settings object over the one that is there or puts it in its place is not documented:
    here it is laid over, so that nothing gets lost that was not named. What the new accounts have no use for goes.
    """
    body: JsonObject = {
        "caption": change.caption,
        "media": _media(change.media, change.assets),
        "accounts": None if change.accounts is None else _accounts(change.accounts),
        "scheduled_at": wire(change.scheduled_at) if change.scheduled_at else None,
        "settings": settings(change.extras) or None,
        **{name: change.extras[name] for name in _TOP_LEVEL if name in change.extras},
    }
    wanted = {name: value for name, value in body.items() if value is not None}
    laid = {name: members(there.get(name)) | members(wanted[name]) for name in _OBJECTS if name in wanted}
    now: JsonObject = {"scheduled_at": None} if change.now else {}
    return {**wanted, **laid, **dict.fromkeys(_useless(change, wanted, there)), **now}


def _useless(change: Change, wanted: JsonObject, there: JsonObject) -> Iterable[str]:
    """Name what the post has and cannot keep: the other settings object, and what is for no account any more."""
    platforms = None if change.accounts is None else {account.platform for account in change.accounts}
    for name in _TOP_LEVEL:
        if name in wanted or there.get(name) is None:
            continue
        ousted = name in _OBJECTS and any(other in wanted for other in _OBJECTS)
        if ousted or (platforms is not None and _MEANT_FOR[name] not in platforms):
            yield name


def _accounts(accounts: Iterable[Account]) -> list[JsonObject]:
    return [{"id": account.native_id} for account in accounts]


def is_whole(order: Order) -> bool:
    """Tell whether every file of an order is known by its link there."""
    media = order.media or {}
    links = [media.get("url"), *items(media.get("urls"))]
    return not any(isinstance(link, str) and _is_unknown(link, order.assets) for link in links)


def _is_unknown(link: str, assets: Mapping[str, Asset]) -> bool:
    return link.startswith(HANDLE) and not (link in assets and assets[link].remote)


def _media(media: JsonObject | None, assets: Mapping[str, Asset]) -> JsonObject | None:
    """Name files that were brought there by the links that the service gave them."""
    if media is None or not assets:
        return media
    named = {link: asset.remote for link, asset in assets.items() if asset.remote}
    if "url" in media:
        return {**media, "url": named.get(media["url"], media["url"])}
    return {**media, "urls": [named.get(link, link) for link in items(media.get("urls"))]}
