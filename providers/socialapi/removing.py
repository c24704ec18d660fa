"""Delete a post: what waits will not go out, what is live is taken down where its platform allows (reference 4.7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from providers import payload
from providers.protocol import Failure
from providers.socialapi import verdicts as say
from providers.socialapi.api import Api, post_path, within
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text
from schemas.post import Delivery, Post, Removal
from schemas.status import Status
from schemas.untrusted import clean

#: How long it may take, in seconds: the service asks every platform meanwhile. A look may follow.
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one word of the service means for a delivery."""

    removed: bool
    words: str | None


_OUTCOMES = {
    "deleted": _Outcome(removed=True, words=None),
    "not_supported": _Outcome(removed=False, words="Its platform lets no service delete it: remove it in the app."),
    "failed": _Outcome(removed=False, words="It could not be deleted now: call delete_post again, or remove it there."),
}
_UNCLEAR = _Outcome(removed=False, words="SocialAPI does not say what became of it: look on the platform.")
#: Deliveries of which something may be on a platform.
_LIVE = frozenset({Status.PUBLISHED, Status.PUBLISHING, Status.UNKNOWN})


async def delete(api: Api, post: Post) -> tuple[Removal, ...]:
    """Delete a post, and tell for each delivery what is left of it.

    Raises:
        Failure: refused, or not sent, or (``doubt``) nobody knows.
    """
    try:
        async with within(SECONDS):
            answer = await api.call("DELETE", post_path(post.id))
    except Failure as error:
        error.post_id = post.id
        if error.code is ErrorCode.NOT_SUPPORTED:
            answer = _all_stay(post, error)
        elif error.doubt and await _is_gone(api, post.id):
            answer = {}
        else:
            raise
    return tuple(_removals(post, answer))


async def _is_gone(api: Api, post_id: str) -> bool:
    """Look whether a lost deletion was made: the service keeps no post of which nothing stays live."""
    try:
        found = await api.look(post_id)
    except Failure:
        return True
    # Older servers keep a row of what was scheduled (reference socialapi 15, row 7).
    return found is not None and found.get("status") == "cancelled"


def _all_stay(post: Post, error: Failure) -> JsonObject:
    """Write a refusal as the answer that stands for it: the only platform cannot delete."""
    live = (sent.account.partition(":")[2] for sent in post.deliveries if sent.status in _LIVE)
    said = error.provider_error.message if error.provider_error else None
    results = [{"account_id": native, "outcome": "not_supported", "message": said} for native in live]
    return {"deleted": False, "results": results}


def _removals(post: Post, answer: JsonObject) -> Iterator[Removal]:
    results = payload.objects(answer.get("results"))
    kept = answer.get("deleted") is False or answer.get("success") is False
    for sent in post.deliveries:
        native = sent.account.partition(":")[2]
        told = next((one for one in results if one.get("account_id") == native), None)
        if told is None:
            yield _untold(sent, kept=kept)
        else:
            # An account may have several deliveries, on pages of its own: each has its result.
            results.remove(told)
            yield _told(sent, told)


def _told(sent: Delivery, result: JsonObject) -> Removal:
    outcome, said = _OUTCOMES.get(text(result.get("outcome")) or "", _UNCLEAR), text(result.get("message"))
    reason = f" SocialAPI says: {clean(said, 200)}" if said else ""
    message = f"{outcome.words}{reason}" if outcome.words else None
    return Removal(sent.account, outcome.removed, stays_live=not outcome.removed, message=message)


def _untold(sent: Delivery, *, kept: bool) -> Removal:
    """Tell a delivery that the answer leaves out: mostly, nothing of it was live."""
    if kept and sent.status in _LIVE:
        return Removal(sent.account, removed=False, stays_live=True, message=_UNCLEAR.words)
    perhaps = say.MAYBE_LIVE in (sent.error or "")
    return Removal(sent.account, removed=not kept, stays_live=False, message=_PERHAPS if perhaps else None)


_PERHAPS = "It failed, but may be live all the same: look on the platform."
