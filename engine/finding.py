"""From an id that an agent names to the post behind it: a provider's own id, or the journal's of an intent."""

import sqlite3
from dataclasses import dataclass

import structlog

from engine import approving
from engine.desk import Desk
from engine.held import PREFIX, Held
from engine.intent import Intent, State
from engine.verdict import NEXT, look, read_failed
from providers.protocol import Failure, Provider
from schemas.errors import ErrorCode
from schemas.post import Post
from schemas.result import Result, failure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Named:
    """A provider that is on, and what it calls a post."""

    provider: Provider
    native: str


@dataclass(frozen=True, slots=True)
class Found:
    """A post as its provider tells it now."""

    provider: Provider
    post: Post

    @property
    def id(self) -> str:
        """The post's id as agents know it."""
        return f"{self.provider.name}:{self.post.id}"


async def identify(desk: Desk, post_id: str) -> Named | Intent | Held | Result:
    """Tell whose post an id names; what is held, or an intent of the journal without a post, is told as it is."""
    prefix, _, native = post_id.partition(":")
    provider = desk.providers.get(prefix)
    if provider and native:
        return Named(provider, native)
    try:
        held = await desk.approvals.find(post_id) if desk.approvals and post_id.startswith(PREFIX) else None
        if held:
            return held
        intent = await desk.journal.find(post_id)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unreadable")
        return failure(ErrorCode.STORAGE_FAILED, f"The journal could not be read ({error}). Nothing was sent.")
    if intent is None:
        known = ", ".join(f"{name}:..." for name in desk.providers)
        message = f"No post has the id {post_id[:100]}; ids look like {known} or jrn_..."
        return failure(ErrorCode.NOT_FOUND, message, next_calls=[NEXT[ErrorCode.NOT_FOUND]])
    made = desk.providers.get(intent.provider) if intent.state is State.ACCEPTED else None
    return Named(made, intent.post_id) if made and intent.post_id else intent


async def find(desk: Desk, post_id: str) -> Found | Result:
    """Read the post that an id names, for a call that is to change it."""
    named = await identify(desk, post_id)
    if isinstance(named, Result):
        return named
    if isinstance(named, Held):
        return approving.unalterable(named)
    if isinstance(named, Intent):
        return _not_made(named)
    try:
        post = await named.provider.post(named.native)
        await desk.directory.accounts(named.provider.name)
    except Failure as error:
        return read_failed(error, named.provider.name)
    return Found(named.provider, post)


def _not_made(intent: Intent) -> Result:
    """Tell an intent behind which there is no post that could be changed."""
    if intent.state in (State.SENDING, State.UNKNOWN):
        return failure(
            ErrorCode.STATE_CONFLICT,
            "Nobody knows yet whether this post was made, so it cannot be changed. Nothing was sent.",
            provider=intent.provider,
            next_calls=[look(intent.id, "Find out what became of it first.")],
        )
    message = f"{intent.id} was refused: there is no post."
    return failure(ErrorCode.NOT_FOUND, message, provider=intent.provider, next_calls=[NEXT[ErrorCode.NOT_FOUND]])
