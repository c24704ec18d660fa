"""A changed post's targets: PATCH takes all or none, and nothing shows all that is in them (reference 4.0, 4.4).

The settings in ``platform_data`` are in no answer. Targets that are written anew without them lose them, as far as
is documented; so whoever changes targets has to give them again.
"""

from collections.abc import Iterable

from providers import payload
from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.settings import OBJECTS, PLATFORMS, content_type, target
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, members, text
from schemas.post import Change
from schemas.problem import Problem, ProblemCode

#: What a target may have of its own, and shows. Where it says the same as the post, it is the post's.
_SHOWN = ("page_id", "board_id", "text", "title", "first_comment", "visibility", "scheduled_at", "media")


def rewritten(record: JsonObject, change: Change) -> list[JsonObject] | None:
    """Write a post's targets as they are to be; ``None``: the change leaves them as they are.

    Raises:
        Failure: ``invalid_payload``: settings that nobody can read would be lost.
    """
    entries = payload.objects(record.get("targets"))
    if not _reaches(record, entries, change):
        return None
    accounts = _standing(entries) if change.accounts is None else change.accounts
    hidden = _hidden(entries, accounts, change)
    if hidden:
        message = "SocialAPI does not show all settings of a post, and this change would drop them. Nothing was sent."
        raise Failure(ErrorCode.INVALID_PAYLOAD, message, problems=hidden)
    return [made for account in accounts for made in _targets(account, record, entries, change)]


def _reaches(record: JsonObject, entries: Iterable[JsonObject], change: Change) -> bool:
    """Tell whether a change concerns targets: which there are, their settings, or what one has of its own."""
    if change.accounts is not None or not OBJECTS.keys().isdisjoint(change.extras):
        return True
    changed = _changed(change)
    return any(
        not changed.isdisjoint(_own(entry, record))
        or (change.media is not None and _is_other_kind(entry, record, change))
        for entry in entries
    )


def _targets(account: Account, record: JsonObject, entries: list[JsonObject], change: Change) -> list[JsonObject]:
    """Write the targets of one account: it may have several, on pages of its own."""
    before = [entry for entry in entries if entry.get("account_id") == account.native_id]
    media = change.media or records.media(record)
    if not before:
        return [target(account, change.extras, media)]
    return [_kept(account, entry, record, change) for entry in before]


def _kept(account: Account, entry: JsonObject, record: JsonObject, change: Change) -> JsonObject:
    extras, changed = change.extras, _changed(change)
    if account.platform == "instagram":
        named = {"content_type": _kind(entry, record, change), **members(extras.get("instagram"))}
        extras = {**extras, "instagram": named}
    own = {name: value for name, value in _own(entry, record).items() if name not in changed}
    return {**own, **target(account, extras, change.media or records.media(record))}


def _changed(change: Change) -> set[str]:
    """Name what changes for every target, also for one that had it otherwise."""
    given = {
        "text": change.caption,
        "media": change.media,
        "scheduled_at": change.scheduled_at,
        "first_comment": change.extras.get("first_comment"),
    }
    return {name for name, value in given.items() if value is not None}


def _own(entry: JsonObject, record: JsonObject) -> JsonObject:
    return {name: entry[name] for name in _SHOWN if entry.get(name) and not _same(name, entry, record)}


def _same(name: str, entry: JsonObject, record: JsonObject) -> bool:
    if name == "media":
        return records.sources(entry) == records.sources(record)
    if name == "scheduled_at":
        return parse(text(entry[name]) or "") == parse(text(record.get(name)) or "")
    return entry[name] == record.get(name)


def _is_other_kind(entry: JsonObject, record: JsonObject, change: Change) -> bool:
    on_instagram = _platform(entry) == "instagram"
    return on_instagram and _kind(entry, record, change) != _stood(entry, record)


def _kind(entry: JsonObject, record: JsonObject, change: Change) -> str | None:
    """Tell which kind of Instagram post it will be: a story stays one while it can."""
    before = _stood(entry, record)
    if change.media is None:
        return before
    after = content_type(change.media)
    return before if before == "stories" and after != "carousel" else after


def _stood(entry: JsonObject, record: JsonObject) -> str | None:
    return text(entry.get("media_type")) or content_type(records.media(record))


def _hidden(entries: Iterable[JsonObject], accounts: Iterable[Account], change: Change) -> tuple[Problem, ...]:
    """Find the platforms whose settings the targets may have, and would lose."""
    stay = {account.native_id for account in accounts}
    kept = [entry for entry in entries if entry.get("account_id") in stay]
    platforms = dict.fromkeys(_platform(entry) for entry in kept)
    return tuple(
        Problem(
            path=f"/{platform}",
            code=ProblemCode.NEEDS,
            message=f"the {platform} settings that this post may have would be lost",
            fix=f"Give {platform} too, with all that it is to have; {{}} for nothing.",
        )
        for platform in platforms
        if platform in OBJECTS and platform not in change.extras
    )


def _standing(entries: Iterable[JsonObject]) -> tuple[Account, ...]:
    found = {text(entry.get("account_id")) or "": _platform(entry) for entry in entries}
    return tuple(Account(f"{records.NAME}:{native}", platform, native) for native, platform in found.items())


def _platform(entry: JsonObject) -> str:
    slug = text(entry.get("platform")) or ""
    return PLATFORMS.get(slug, slug)
