"""Change a post that Genviral has (reference genviral 9).

A change is not made twice: a lost answer is followed by a look, which tells whether the post stands as it was wanted.
"""

from dataclasses import replace
from datetime import timedelta

from providers.genviral import records
from providers.genviral.abilities import OPEN
from providers.genviral.api import Api, check_post
from providers.genviral.bodies import change_body, needs_record
from providers.genviral.looking import Looking
from providers.protocol import Failure
from providers.retrying import Kind
from providers.wire import segment
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, is_list, items, members, text
from schemas.post import Change, Delivery, Post
from schemas.result import ProviderError
from schemas.status import Status


class Changing:
    """Makes changes over one ``Api``."""

    def __init__(self, api: Api, looking: Looking) -> None:
        self._api = api
        self._looking = looking

    async def update(self, post: Post, change: Change) -> Post:
        """Send PATCH /posts/{id} and tell the post as it stands then.

        Raises:
            Failure: refused, too late, or (``doubt``) nobody knows.
        """
        if not change.acts:
            return post
        there = await self._looking.before(post.id) if needs_record(change) else {}
        body = change_body(change, there)
        try:
            path = f"/posts/{segment(post.id)}"
            said = await self._api.send(Kind.WRITE, "PATCH", path, body=body, check=check_post)
        except Failure as error:
            return await self._after(error, post, body)
        seen = await self._looking.after(post.id)
        found = records.post(seen) if seen else _composed(post, change, said.data)
        if change.scheduled_at and found.status in _OUT - {post.status}:
            raise _too_late("The change was taken", found)
        return found

    async def _after(self, error: Failure, post: Post, body: JsonObject) -> Post:
        """Look at a post whose change may have been made, or was refused for what it has become meanwhile.

        Raises:
            Failure: it does not stand as wanted, or nobody knows.
        """
        if not error.doubt and error.code not in _OF_STATE:
            raise error
        seen = await self._looking.after(post.id)
        if seen is None:
            raise error
        found = records.post(seen)
        if error.doubt and all(_stands(name, wanted, seen, post) for name, wanted in body.items()):
            return found
        if not error.doubt and found.status not in OPEN:
            raise _too_late(error.message, found, error.provider_error) from error
        raise error


def _stands(name: str, wanted: object, seen: JsonObject, before: Post) -> bool:
    """Tell whether one member of a change stands in a post's record."""
    if name == "scheduled_at":
        return _goes_out(wanted, seen, before)
    if name == "accounts":
        states = items(members(seen.get("accounts")).get("states"))
        ids = {members(account).get("id") for account in items(wanted)}
        return ids == {members(state).get("account_id") for state in states}
    return _covers(seen.get(name), wanted)


def _goes_out(wanted: object, seen: JsonObject, before: Post) -> bool:
    """Tell whether a post goes out when it was wanted; one that failed before and is failed now tells nothing."""
    found = records.post(seen)
    if found.status is Status.FAILED and before.status is Status.FAILED:
        return False
    moment = parse(text(wanted) or "")
    if moment is None:
        return found.status is Status.QUEUED or found.status in _OUT
    on_time = found.scheduled_at is not None and abs(found.scheduled_at - moment) <= _SAME
    return on_time and (found.status in (Status.SCHEDULED, Status.QUEUED) or found.status in _OUT)


def _covers(found: object, wanted: object) -> bool:
    """Tell whether all that was wanted is there; the service may have added to it."""
    if members(wanted):
        return all(_covers(members(found).get(name), value) for name, value in members(wanted).items())
    if is_list(wanted):
        pairs = zip(items(found), items(wanted), strict=False)
        return len(items(found)) == len(items(wanted)) and all(_covers(*pair) for pair in pairs)
    return found == wanted


def _composed(post: Post, change: Change, told: JsonObject) -> Post:
    """Tell a changed post by the answer to the change alone, when it cannot be read."""
    answered = records.post(told)
    word, at = answered.provider_status or post.provider_status, answered.scheduled_at or post.scheduled_at
    status = answered.status if answered.provider_status else post.status
    before = {sent.account: sent for sent in post.deliveries}
    named = before if change.accounts is None else [account.id for account in change.accounts]
    return replace(
        post,
        status=status,
        provider_status=word,
        caption=post.caption if change.caption is None else change.caption,
        media=change.media or post.media,
        scheduled_at=at,
        deliveries=tuple(_as_now(name, before.get(name), status, word) for name in named),
    )


def _as_now(account: str, before: Delivery | None, status: Status, word: str) -> Delivery:
    kept = before and before.status in (Status.PUBLISHED, status)
    return before if before and kept else Delivery(account, status, word)


def _too_late(why: str, found: Post, told: ProviderError | None = None) -> Failure:
    """Tell that the post went out before the change came."""
    message = f"{why.removesuffix('.')}, but the post is {found.status.value} by now."
    return Failure(ErrorCode.STATE_CONFLICT, message, provider_error=told, post_id=found.id)


#: It was sent, with whatever end.
_OUT = frozenset({Status.PUBLISHED, Status.PARTIAL, Status.FAILED})
# Refusals that may be about the post's state, and not about what was sent (reference genviral 9).
_OF_STATE = frozenset({ErrorCode.VALIDATION_FAILED, ErrorCode.REJECTED, ErrorCode.IMMUTABLE})
_SAME = timedelta(seconds=1)
