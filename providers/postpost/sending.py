"""Hand an order to PostPost: text in one call, media by way of a draft.

Nothing with media is published before its draft is scheduled. So every failure before that step is certain, and the
draft is removed; after it a look at the draft tells what happened, and as long as it is one, removing it is the end.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from providers import lost
from providers.fetch import Fetcher
from providers.postpost import records
from providers.postpost.api import Api
from providers.postpost.files import File
from providers.postpost.media import load
from providers.postpost.orders import accepted, group_body, group_id, stamp
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, members, text
from schemas.post import Order, Post, Receipt
from schemas.status import Status

#: For scheduling a draft, for looking at it after a lost answer, for removing it (seconds).
SCHEDULE_SECONDS, LOOK_SECONDS, REMOVE_SECONDS = 9.0, 4.0, 4.0


@dataclass(slots=True)
class _Case:
    """The draft that was made for an order under way, while that is not known to be gone."""

    draft: str | None = None


class Sending:
    """The steps of a create. ``media_seconds`` bounds the way of all media from their links to the service."""

    def __init__(self, api: Api, clock: Clock, fetcher: Fetcher, media_seconds: float) -> None:
        self._api = api
        self._clock = clock
        self._fetcher = fetcher
        self._media_seconds = media_seconds

    async def text(self, order: Order) -> Receipt:
        """Send text alone: one POST /create-post.

        Raises:
            Failure: refused, not sent, or (``doubt``) nobody knows.
        """
        moment = None if order.draft else self._moment(order)
        answer = await self._create(order, moment)
        return accepted(order, group_id(answer), moment, answer)

    async def with_media(self, order: Order) -> Receipt:
        """Load the media, make a draft, attach them, schedule it.

        Raises:
            Failure: nothing was published, and the draft is gone or named; or (``doubt``) the last answer was lost.
        """
        case = _Case()
        with TemporaryDirectory(prefix="postwright-") as folder:
            post_id = await self._prepare(order, case, Path(folder))
        if order.draft:
            return accepted(order, post_id, None, {})
        try:
            return await self._schedule(order, post_id)
        except Failure as error:
            if error.doubt:
                raise
            raise await self._given_up(error, case) from error

    async def outcome(self, post_id: str) -> Receipt | None:
        """Tell what became of the draft of an order with media; ``None``: it never goes out.

        A draft that is still one is removed, so that not even a late step of its own can publish it.

        Raises:
            Failure: it cannot be told now.
        """
        try:
            found = await self._look(post_id)
        except Failure as error:
            if error.code is ErrorCode.NOT_FOUND:
                return None
            raise
        if found.status is Status.UNKNOWN:
            raise Failure(ErrorCode.OUTCOME_UNKNOWN, f"PostPost tells nothing of {_named(post_id)}.", doubt=True)
        if found.status is not Status.DRAFT:
            return lost.found_again(found)
        if await self._removed(post_id):
            return None
        raise Failure(ErrorCode.OUTCOME_UNKNOWN, f"The draft {_named(post_id)} could not be removed.", doubt=True)

    async def _prepare(self, order: Order, case: _Case, folder: Path) -> str:
        """Make a draft with all media in it; when that fails, remove it."""
        try:
            with anyio.fail_after(self._media_seconds):
                files = await load(self._fetcher, order, folder)
                case.draft = group_id(await self._create(order, None))
                for file in files:
                    await self._attach(case.draft, file)
                return case.draft
        except TimeoutError as error:
            message = f"The media did not reach PostPost within {self._media_seconds:g} s."
            raise await self._given_up(Failure(ErrorCode.PROVIDER_TIMEOUT, message), case) from error
        except Failure as error:
            raise await self._given_up(error, case) from error
        except BaseException:
            if case.draft and await self._removed(case.draft):
                case.draft = None
            raise

    async def _create(self, order: Order, moment: datetime | None) -> JsonObject:
        body = group_body(order, moment)
        return await self._api.call("POST", "/create-post", body=body, accounts=order.accounts, leave_by=order.leave_by)

    async def _attach(self, post_id: str, file: File) -> None:
        """Ask for a place for one file and bring it there; the order of the calls is the order of the media."""
        wanted = {"fileName": file.name, "contentType": file.media_type, "postGroupId": post_id, "type": file.kind}
        answer = await self._api.call("POST", "/get-upload-url", body=wanted)
        url = text(answer.get("uploadUrl")) or ""
        await self._api.put(url, str(file.path), file.media_type, file.bytes, seconds=self._media_seconds)

    async def _schedule(self, order: Order, post_id: str) -> Receipt:
        """Schedule a draft. When that is not certain, look; do not repeat: an update may race the publisher."""
        moment = self._moment(order)
        body = {"status": "scheduled", "scheduledTime": stamp(moment)}
        try:
            with anyio.fail_after(SCHEDULE_SECONDS):
                answer = await self._api.call(
                    "PUT", f"/update-post/{post_id}", body=body, accounts=order.accounts, leave_by=order.leave_by
                )
            return accepted(order, post_id, moment, members(answer.get("postGroup")))
        except TimeoutError:
            error = Failure(ErrorCode.PROVIDER_TIMEOUT, f"No answer within {SCHEDULE_SECONDS:g} s.")
        except Failure as refusal:
            # A draft that cannot be changed any more is one no longer: somebody else sent it.
            if not refusal.doubt and refusal.code is not ErrorCode.STATE_CONFLICT:
                raise
            error = refusal
        message = f"{error.message} It is {_named(post_id)}."
        unclear = Failure(error.code, message, doubt=True, provider_error=error.provider_error, post_id=post_id)
        try:
            found = await self._look(post_id)
        except Failure:
            raise unclear from error
        if found.status in (Status.DRAFT, Status.UNKNOWN):
            raise unclear from error
        return lost.found_again(found) if found.status.terminal else accepted(order, post_id, moment, {})

    async def _look(self, post_id: str) -> Post:
        try:
            with anyio.fail_after(LOOK_SECONDS):
                return records.read(post_id, await self._api.group(post_id))
        except TimeoutError as error:
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, f"No answer within {LOOK_SECONDS:g} s.", doubt=True) from error

    async def _given_up(self, error: Failure, case: _Case) -> Failure:
        """Remove the draft, and say of a failure that nothing was published."""
        left = ""
        if case.draft is None:
            left = " A draft that is not sent may be left there." if error.doubt else ""
        elif await self._removed(case.draft):
            case.draft = None
        else:
            left = f" The draft {_named(case.draft)}, which is not sent, is left there."
        return Failure(
            error.code,
            f"{error.message} Nothing was published.{left}",
            provider_error=error.provider_error,
            problems=error.problems,
            after_seconds=error.after_seconds,
            not_before=error.not_before,
            advice=error.advice,
        )

    async def _removed(self, post_id: str) -> bool:
        """Delete a draft, whatever else is being given up; tell whether it is gone."""
        with anyio.move_on_after(REMOVE_SECONDS, shield=True):
            for _ in range(2):
                try:
                    await self._api.call("DELETE", f"/delete-post/{post_id}")
                except Failure as error:
                    if error.code is ErrorCode.NOT_FOUND:
                        return True
                else:
                    return True
        return False

    def _moment(self, order: Order) -> datetime:
        """When an order goes out, by the service's clock; a time that has passed meanwhile is now."""
        now = self._api.service_time()
        return max(now, order.scheduled_at) if order.scheduled_at else now


def _named(post_id: str) -> str:
    return f"{records.NAME}:{post_id}"
