"""Delete a post that Genviral has (reference genviral 11)."""

from providers.genviral.api import Api, Said
from providers.genviral.looking import Looking
from providers.protocol import Failure
from providers.retrying import Kind
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Delivery, Post, Removal
from schemas.result import ProviderError
from schemas.status import Status
from schemas.untrusted import clean

_LIVE = "It is live: Genviral takes nothing off a platform, only a person can delete it there."
_MAYBE = "It was queued, and Genviral says that it is deleted. If its publishing had begun, look at the account."

#: How a delivery stood -> whether it is gone with the post, whether it stays on its platform, and what to say of it.
_LEFT: dict[Status, tuple[bool, bool, str | None]] = {
    Status.PUBLISHED: (False, True, _LIVE),
    Status.QUEUED: (True, False, _MAYBE),
}


class Removing:
    """Deletes posts over one ``Api``."""

    def __init__(self, api: Api, looking: Looking) -> None:
        self._api = api
        self._looking = looking

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Send POST /posts/delete with one id; it does no harm twice, so it is repeated after a lost answer.

        Raises:
            Failure: it is not there, or stays, or (``doubt``) nobody knows.
        """
        body: JsonObject = {"postIds": [post.id]}
        try:
            # The id is the key by which the service knows a repeat: it says then that there is no such post.
            said = await self._api.send(
                Kind.KEYED, "POST", "/posts/delete", body=body, check=lambda data: _check(data, post.id)
            )
        except Failure as error:
            if error.doubt and await self._is_gone(post.id):
                return _removals(post)
            raise
        refusal = _refusal(said, post.id)
        if refusal:
            raise refusal
        return _removals(post)

    async def _is_gone(self, post_id: str) -> bool:
        try:
            await self._looking.after(post_id)
        except Failure as error:
            return error.code is ErrorCode.NOT_FOUND
        return False


def _refusal(said: Said, post_id: str) -> Failure | None:
    """Read what became of the post; that it is not there any more is what an earlier try has done."""
    if post_id in items(said.data.get("deletedIds")):
        return None
    if post_id in items(said.data.get("skipped")):
        return None if said.doubted else Failure(ErrorCode.NOT_FOUND, "Genviral has no such post any more.")
    told = clean(text(members(said.data.get("errors")).get(post_id)) or "", 200)
    if told:
        error = ProviderError(http_status=said.status, message=told)
        return Failure(ErrorCode.PROVIDER_ERROR, f"Genviral did not delete it: {told}", provider_error=error)
    word = clean(_blocked(said.data).get(post_id, ""), 40)
    error = ProviderError(http_status=said.status, message=f"blocked: {word}")
    return Failure(ErrorCode.STATE_CONFLICT, f"Genviral deletes no post that is {word}.", provider_error=error)


def _blocked(data: JsonObject) -> dict[str, str]:
    entries = [members(entry) for entry in items(data.get("blockedStatuses"))]
    return {text(entry.get("id")) or "": text(entry.get("status")) or "of an unknown status" for entry in entries}


def _check(data: JsonObject, post_id: str) -> None:
    lists = (items(data.get("deletedIds")), items(data.get("skipped")), members(data.get("errors")), _blocked(data))
    if not any(post_id in named for named in lists):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral did not say what became of the post.", doubt=True)


def _removals(post: Post) -> tuple[Removal, ...]:
    return tuple(_removal(sent) for sent in post.deliveries)


def _removal(sent: Delivery) -> Removal:
    return Removal(sent.account, *_LEFT.get(sent.status, (True, False, None)))
