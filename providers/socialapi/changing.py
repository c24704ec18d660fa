"""Change a post that has not gone out, and publish it (reference socialapi 4.4, 4.5).

The service holds both to the post's state, so neither can make a second post; what a lost answer said is read again.
"""

from collections.abc import Callable

from providers import payload
from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.api import Api, post_path, within
from providers.socialapi.searching import same_text
from providers.socialapi.targets import rewritten
from schemas.ability import Act
from schemas.errors import ErrorCode
from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, text
from schemas.post import Change, Post

#: How long the look before a change, the change, and a publication may take (seconds); after the latter a look follows.
READ_SECONDS, WRITE_SECONDS = 8.0, 12.0

#: States in which a time has no effect, and in which nothing has gone out.
_NOT_BEGUN = ("draft", "scheduled", "cancelled")


async def update(api: Api, post: Post, change: Change) -> Post:
    """Make a change, publish then where that is wanted, and tell the post as it stands after.

    Raises:
        Failure: refused, or not as wanted, or not sent, or (``doubt``) nobody knows.
    """
    standing = await _patched(api, post, change)
    if change.now:
        try:
            standing = await _published(api, post.id)
        except Failure as error:
            if standing is not None:
                error.message = f"The rest of the change was made. Publishing it failed: {error.message}"
            raise
    return records.post(standing) if standing is not None else post


async def _patched(api: Api, post: Post, change: Change) -> JsonObject | None:
    """Send what changes; ``None``: nothing does."""
    if change.acts == (Act.PUBLISH,):
        return None
    async with within(READ_SECONDS):
        # What the engine knows of a post leaves out what its targets have of their own.
        body = _body(await api.post("GET", post_path(post.id)), change)
    return await _written(api, post.id, body, lambda found: _stands(found, body))


async def _published(api: Api, post_id: str) -> JsonObject:
    return await _written(api, post_id, None, _is_begun)


async def _written(
    api: Api, post_id: str, body: JsonObject | None, is_done: Callable[[JsonObject], bool]
) -> JsonObject:
    """Change a post, or without a ``body`` publish it; after a lost answer, read whether it is as wanted now."""
    method, path = ("POST", "/publish") if body is None else ("PATCH", "")
    try:
        async with within(WRITE_SECONDS):
            return _of(post_id, await api.post(method, post_path(post_id, path), body=body))
    except Failure as error:
        error.post_id = post_id
        # Refused for its state, it may be out by another call.
        if not error.doubt and not (body is None and error.code is ErrorCode.STATE_CONFLICT):
            raise
        found = await api.look(post_id)
        if found is None or not is_done(found):
            raise
        return found


def _body(before: JsonObject, change: Change) -> JsonObject:
    body: JsonObject = {
        "text": change.caption,
        "media": records.media_items(change.media, change.assets) or None,
        "scheduled_at": wire(change.scheduled_at) if change.scheduled_at else None,
        "first_comment": change.extras.get("first_comment"),
        "targets": rewritten(before, change),
    }
    return {name: value for name, value in body.items() if value is not None}


def _of(post_id: str, answer: JsonObject) -> JsonObject:
    if answer.get("id") != post_id:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered with another post.", doubt=True)
    return answer


def _is_begun(found: JsonObject) -> bool:
    return found.get("status") not in _NOT_BEGUN


def _stands(found: JsonObject, body: JsonObject) -> bool:
    """Tell whether a post shows all of a change; what no answer shows is never certain."""
    targets = payload.objects(body.get("targets"))
    if "first_comment" in body or any("platform_data" in one for one in targets):
        return False
    accounts = [
        {one.get("account_id") for one in entries} for entries in (targets, payload.objects(found.get("targets")))
    ]
    return (
        ("text" not in body or same_text(found, body["text"]))
        and ("media" not in body or records.sources(found) == records.sources(body))
        and ("targets" not in body or accounts[0] == accounts[1])
        and ("scheduled_at" not in body or _moment(found) == _moment(body))
    )


def _moment(record: JsonObject) -> object:
    return parse(text(record.get("scheduled_at")) or "")
