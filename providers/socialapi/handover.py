"""Hand a post over: checked, made as a draft, then published, which the service does at most once (reference 6)."""

from dataclasses import dataclass, replace
from datetime import timedelta

import anyio

from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.api import VALIDATE, Api, post_path, within
from providers.socialapi.searching import find
from providers.socialapi.validation import opinion
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline, parse
from schemas.jsonvalue import JsonObject, text
from schemas.post import Absent, Order, Receipt, Warn
from schemas.status import Status

#: How long it may take in all, in seconds: with the look at the accounts before it, a call answers in under 50 s.
SECONDS = 35.0
#: How long the check beforehand may take of it, in seconds: the post can do without.
CHECK_SECONDS = 8.0
#: An older draft is not published by settling: the moment that the user meant has passed.
MAX_LATENESS = timedelta(hours=1)


@dataclass(slots=True)
class _Begun:
    """How far a create came: the post that it made."""

    post_id: str | None = None


class Handover:
    """Creates and settles orders, each within ``seconds``; what a lost answer said is read again, never guessed."""

    def __init__(self, api: Api, clock: Clock, seconds: float = SECONDS) -> None:
        self._api = api
        self._clock = clock
        self._seconds = seconds

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Let the service check an order (reference socialapi 4.10).

        Raises:
            Failure: ``validation_failed`` with the service's problems; or it could not be asked.
        """
        found = opinion(await self._api.call("POST", VALIDATE, body=records.content(order)))
        if not found.valid:
            message = "SocialAPI would refuse this post. Nothing was sent."
            raise Failure(ErrorCode.VALIDATION_FAILED, message, problems=found.problems)
        return found.warnings

    async def create(self, order: Order) -> Receipt:
        """Make the order's post.

        Raises:
            Failure: refused, and then no draft is left; or not sent; or (``doubt``) nobody knows.
        """
        begun = _Begun()
        try:
            async with within(self._seconds):
                warnings = () if order.draft else await self._rehearsed(order)
                receipt = await self._make(order, begun)
        except Failure as error:
            error.post_id = begun.post_id
            raise
        return replace(receipt, warnings=receipt.warnings + warnings)

    async def settle(self, order: Order) -> Receipt | Absent:
        """Find out what became of an order, and finish it.

        Raises:
            Failure: it cannot be told yet.
        """
        async with within(self._seconds):
            found = await find(self._api, order, self._clock())
            if found:
                return await self._finish(order, found)
        # Whoever lost the answer to making the draft did not publish it.
        at_once = not (order.draft or order.scheduled_at)
        return Absent(certain=order.post_id is not None or (order.told and at_once))

    async def _rehearsed(self, order: Order) -> tuple[Warn, ...]:
        """Check first: all problems are told here, but only one when a post is made, and none when a draft is."""
        try:
            with anyio.move_on_after(CHECK_SECONDS):
                return await self.rehearse(order)
        except Failure as error:
            if error.code is ErrorCode.VALIDATION_FAILED and error.provider_error is None:
                raise
        return ()

    async def _make(self, order: Order, begun: _Begun) -> Receipt:
        answer = await self._api.post("POST", "/posts", body=records.order_body(order), leave_by=order.leave_by)
        made = records.receipt(answer)
        begun.post_id = made.id
        if order.draft or order.scheduled_at or made.status is not Status.DRAFT:
            return made
        try:
            return await self._publish(made.id, order.leave_by)
        except Failure as refusal:
            if refusal.doubt:
                raise
            if order.leave_by and order.leave_by.passed(self._clock(), anyio.current_time()):
                # Another process may have taken the order over and be publishing this draft.
                raise _doubtful(refusal) from refusal
            await self._withdraw(made.id, refusal)
            raise

    async def _publish(self, post_id: str, leave_by: Deadline | None = None) -> Receipt:
        """Publish a draft. The service does that to drafts and scheduled posts only, so a repeat cannot double it.

        Raises:
            Failure: refused, and it still is a draft; or (``doubt``) nobody knows.
        """
        try:
            return records.receipt(await self._api.post("POST", post_path(post_id, "/publish"), leave_by=leave_by))
        except Failure as refusal:
            if refusal.doubt:
                raise
            return await self._published_before(post_id, refusal)

    async def _published_before(self, post_id: str, refusal: Failure) -> Receipt:
        try:
            standing = records.receipt(await self._api.post("GET", post_path(post_id)), replayed=True)
        except Failure as error:
            raise _doubtful(refusal) from error
        if standing.status is not Status.DRAFT:
            return standing
        # Refused for its state, and yet a draft: one of the two answers is out of date.
        raise _doubtful(refusal) if refusal.code is ErrorCode.STATE_CONFLICT else refusal

    async def _withdraw(self, post_id: str, refusal: Failure) -> None:
        """Delete a draft that could not be published, so that nothing is left of a refused post."""
        try:
            await self._api.call("DELETE", post_path(post_id))
        except Failure:
            refusal.message = f"{refusal.message} Its draft {post_id} stays at SocialAPI."

    async def _finish(self, order: Order, record: JsonObject) -> Receipt:
        """Tell the post that was found; publish it if it is the draft of a post for now.

        No draft is deleted here, since another process may be publishing it.
        """
        found = records.receipt(record, replayed=True)
        if found.status is not Status.DRAFT or order.draft or order.scheduled_at:
            return found
        created_at = parse(text(record.get("created_at")) or "")
        if created_at is None or self._api.service_time() - created_at > MAX_LATENESS:
            return replace(found, warnings=(_STILL_A_DRAFT,))
        try:
            return await self._publish(found.id)
        except Failure as refusal:
            unclear = _doubtful(refusal)
            unclear.post_id = found.id
            raise unclear from refusal


def _doubtful(refusal: Failure) -> Failure:
    return Failure(
        refusal.code,
        refusal.message,
        doubt=True,
        provider_error=refusal.provider_error,
        after_seconds=refusal.after_seconds,
    )


_STILL_A_DRAFT = Warn(
    "STILL_A_DRAFT", "It was not published in time and is kept as a draft: publish it only if the user still wants it."
)
