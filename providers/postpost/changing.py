"""Change and delete posts that PostPost has (reference postpost 5.4, 5.5).

The service takes an update while its publisher is at the post already, and then the post goes out as it was. So a look
follows every update: after an answer it tells whether the change came in time, after a lost one what became of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import anyio

from providers.lost import MOVED
from providers.postpost import records
from providers.postpost.api import Api, group_path
from providers.postpost.looking import Looking
from providers.postpost.orders import stamp
from providers.postpost.removals import removals
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import NOW_WINDOW, parse
from schemas.jsonvalue import JsonObject, members, text
from schemas.post import Change, Post, Removal
from schemas.status import Status

#: For one write, and for the look after it (seconds).
WRITE_SECONDS, LOOK_SECONDS = 12.0, 6.0

#: The publisher has the post, or is through with it.
_BEGUN = frozenset({Status.QUEUED, Status.PUBLISHING, Status.PUBLISHED, Status.PARTIAL, Status.FAILED})
_SAME = timedelta(seconds=1)


class Changing:
    """Makes changes over one ``Api``."""

    def __init__(self, api: Api, looking: Looking) -> None:
        self._api = api
        self._looking = looking

    async def update(self, post: Post, change: Change) -> Post:
        """Schedule, pause or publish a post, and tell it as it stands then: the service may have moved the time.

        Raises:
            Failure: refused, too late, or (``doubt``) nobody knows.
        """
        if not change.acts:
            return post
        moment = None if change.pause else self._moment(change)
        try:
            told = await self._put(post, moment)
        except Failure as error:
            if not error.doubt and error.code is not ErrorCode.STATE_CONFLICT:
                raise
            return await self._after(error, post, moment)
        return await self._held(post, moment, told)

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Delete a post; what is published stays on its platform.

        Deleting again does no harm, so a lost answer is followed by a second call; that it finds nothing is the proof.

        Raises:
            Failure: it is not there, or stays, or (``doubt``) nobody knows.
        """
        try:
            await self._remove(post)
        except Failure as error:
            if not error.doubt:
                raise
            await self._remove_again(post, error)
        return removals(post, self._api.service_time())

    async def _put(self, post: Post, moment: datetime | None) -> JsonObject:
        """Send an update: to schedule a draft takes both fields. Without a ``moment`` it makes a draft."""
        body = {"status": "scheduled", "scheduledTime": stamp(moment)} if moment else {"status": "draft"}
        path = group_path("update-post", post.id)
        accounts = tuple(_account(sent.account) for sent in post.deliveries)
        answer = await _bounded(lambda: self._api.call("PUT", path, body=body, accounts=accounts, fixed=True))
        return members(answer.get("postGroup"))

    async def _held(self, post: Post, moment: datetime | None, told: JsonObject) -> Post:
        """Hold what was answered against a look; without one the answer alone is told."""
        at = parse(text(told.get("scheduledTime")) or "") or moment or post.scheduled_at
        word = text(told.get("status")) or ("scheduled" if moment else "draft")
        status = records.STATUSES.get(word, Status.UNKNOWN)
        due = status is Status.SCHEDULED and at is not None and self._is_now(at)
        changed = replace(post, status=Status.QUEUED if due else status, provider_status=word, scheduled_at=at)
        seen = await self._seen(lambda: self._looking.alone(post.id))
        if seen and seen.status in _BEGUN:
            if not due:
                raise _too_late(seen, "The change was taken")
            return replace(changed, status=seen.status, deliveries=seen.deliveries)
        sent = (replace(one, status=changed.status, provider_status=word) for one in post.deliveries)
        return replace(changed, deliveries=tuple(sent))

    async def _after(self, error: Failure, post: Post, moment: datetime | None) -> Post:
        """Look once at a post whose change may have been made, or was refused for the state that it is in now.

        Raises:
            Failure: it does not stand as wanted, or nobody knows.
        """
        seen = await self._seen(lambda: self._looking.post(post.id))
        if seen and self._as_wanted(seen, post, moment):
            return replace(seen, caption=seen.caption or post.caption, created_at=post.created_at)
        if not error.doubt:
            raise _about(error, post, doubt=False) from error
        if seen and seen.status.terminal:
            raise _too_late(seen, error.message.removesuffix(".")) from error
        raise _about(error, post, doubt=True) from error

    def _as_wanted(self, seen: Post, before: Post, moment: datetime | None) -> bool:
        if moment is None or seen.status in (Status.DRAFT, Status.UNKNOWN):
            return moment is None and seen.status is Status.DRAFT
        if seen.status in _BEGUN:
            return self._is_now(moment)
        if seen.scheduled_at is None:
            return False
        moved = before.status is Status.DRAFT or seen.scheduled_at != before.scheduled_at
        return abs(seen.scheduled_at - moment) <= (MOVED if moved else _SAME)

    async def _seen(self, look: Callable[[], Awaitable[Post]]) -> Post | None:
        """Look at a post; ``None``: it could not be seen.

        Raises:
            Failure: it is gone.
        """
        with anyio.move_on_after(LOOK_SECONDS):
            try:
                return await look()
            except Failure as error:
                if error.code is ErrorCode.NOT_FOUND:
                    raise
        return None

    async def _remove(self, post: Post) -> None:
        path = group_path("delete-post", post.id)
        await _bounded(lambda: self._api.call("DELETE", path))

    async def _remove_again(self, post: Post, lost: Failure) -> None:
        try:
            await self._remove(post)
        except Failure as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise _about(lost, post, doubt=True) from error

    def _is_now(self, moment: datetime) -> bool:
        """Tell whether a time means now: the service's clock is known to the second only."""
        return moment <= self._api.service_time() + NOW_WINDOW

    def _moment(self, change: Change) -> datetime:
        """Tell when it is to go out, by the service's clock; a time that has passed meanwhile is now."""
        now = self._api.service_time()
        return max(now, change.scheduled_at) if change.scheduled_at else now


async def _bounded(call: Callable[[], Awaitable[JsonObject]]) -> JsonObject:
    try:
        with anyio.fail_after(WRITE_SECONDS):
            return await call()
    except TimeoutError as error:
        message = f"No answer within {WRITE_SECONDS:g} s."
        raise Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=True) from error


def _too_late(seen: Post, why: str) -> Failure:
    """Tell that the publisher was at the post before the change was."""
    message = f"{why}, but PostPost's publisher had taken up the post before: it is {seen.status.value}."
    return Failure(ErrorCode.STATE_CONFLICT, message, post_id=seen.id)


def _about(error: Failure, post: Post, *, doubt: bool) -> Failure:
    """Say of a failure which post it is about."""
    return Failure(
        error.code,
        error.message,
        doubt=doubt,
        provider_error=error.provider_error,
        problems=error.problems,
        after_seconds=error.after_seconds,
        not_before=error.not_before,
        advice=error.advice,
        post_id=post.id,
    )


def _account(account_id: str) -> Account:
    """Make an account that limits can name, of what a delivery knows of it."""
    return Account(account_id, account_id.partition(":")[2].partition("-")[0], account_id)
