"""Send the failed deliveries of a post again (reference genviral 10)."""

from collections.abc import Sequence

from providers.genviral import records
from providers.genviral.abilities import UNSENT
from providers.genviral.api import Api, Said
from providers.genviral.looking import Looking
from providers.protocol import Failure
from providers.retrying import Kind
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Delivery, Post
from schemas.result import ProviderError
from schemas.status import Status
from schemas.untrusted import clean


class Repeating:
    """Queues posts again over one ``Api``."""

    def __init__(self, api: Api, looking: Looking) -> None:
        self._api = api
        self._looking = looking

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...]:
        """Send POST /posts/retry for some deliveries, and tell how these stand then.

        A success may mean that nothing was queued. A lost answer is followed by a look, and never by a second call.

        Raises:
            Failure: refused, or (``doubt``) nobody knows.
        """
        native = [account.partition(":")[2] for account in accounts]
        body: JsonObject = {"post_ids": [post.id], "account_ids": native}
        try:
            said = await self._api.send(
                Kind.WRITE, "POST", "/posts/retry", body=body, check=lambda data: _check(data, post.id)
            )
        except Failure as error:
            seen = await self._looking.after(post.id) if error.doubt else None
            found = _deliveries(seen, accounts)
            if not found or any(sent.status is Status.FAILED for sent in found):
                raise
            return found
        if not _queued(said.data, post.id):
            raise await self._refusal(said, post.id)
        seen = await self._seen(post.id)
        return _deliveries(seen, accounts) or tuple(Delivery(account, Status.QUEUED, "retry") for account in accounts)

    async def _refusal(self, said: Said, post_id: str) -> Failure:
        """Say why nothing was queued: the service's words are not documented, so the post's state decides."""
        told = clean(text(members(said.data.get("errors")).get(post_id)) or "nothing was queued", 200)
        error, message = ProviderError(http_status=said.status, message=told), f"Genviral: {told}."
        try:
            seen = await self._looking.after(post_id)
        except Failure as gone:
            return gone
        if seen and records.post(seen).status not in UNSENT:
            return Failure(ErrorCode.STATE_CONFLICT, message, provider_error=error, post_id=post_id)
        return Failure(ErrorCode.REJECTED, message, provider_error=error, post_id=post_id)

    async def _seen(self, post_id: str) -> JsonObject | None:
        """Look at a post that was queued; that it is gone meanwhile does not undo that it was."""
        try:
            return await self._looking.after(post_id)
        except Failure:
            return None


def _queued(data: JsonObject, post_id: str) -> bool:
    """Tell whether the post was queued: ``retried`` counts them, ``ids`` names them where it is there."""
    return post_id in items(data.get("ids")) or ("ids" not in data and data.get("retried") == 1)


def _check(data: JsonObject, post_id: str) -> None:
    refused = post_id in items(data.get("failed")) or post_id in members(data.get("errors"))
    if not _queued(data, post_id) and not refused and data.get("retried") != 0:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral did not say whether the post was queued.", doubt=True)


def _deliveries(seen: JsonObject | None, accounts: Sequence[str]) -> tuple[Delivery, ...]:
    """Pick the deliveries that were meant; empty unless all of them can be seen."""
    found = tuple(sent for sent in records.post(seen or {}).deliveries if sent.account in accounts)
    return found if len(found) == len(accounts) else ()
