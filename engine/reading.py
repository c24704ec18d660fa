"""check_status: what became of a post, told the same way for every provider."""

import anyio
import structlog

from engine import approving, carriers, telling
from engine.desk import Desk
from engine.finding import Named, identify
from engine.held import Held, HeldState
from engine.intent import Intent, State
from engine.settling import settle, stored
from engine.verdict import look, read_failed
from providers.protocol import Failure, Provider
from schemas.asset import Progress
from schemas.errors import ErrorCode, Outcome
from schemas.post import Post
from schemas.result import Result, failure
from schemas.status import Status

log = structlog.get_logger(__name__)

#: Seconds between two progress notifications.
_BEAT = 5.0


async def check_status(desk: Desk, post_id: str, wait_seconds: float, progress: Progress) -> Result:
    """Look at one post or open case; with ``wait_seconds`` wait for it to end, as long as that makes sense."""
    deadline = anyio.current_time() + wait_seconds
    started = anyio.current_time()
    while True:
        result = await _look(desk, post_id)
        rest = deadline - anyio.current_time()
        pause = _pause(result, rest)
        if pause is None:
            return result
        await _wait(pause, started, wait_seconds, result.message, progress)


def _pause(result: Result, rest: float) -> float | None:
    """Seconds until another look makes sense, or ``None``: it ended, failed, or will not move in time."""
    if rest <= 0:
        return None
    if not result.ok:
        # A case that is still open goes on being looked into; its next look may come after this wait.
        after = result.retry.after_seconds if result.retry and result.error_code in _OPEN else None
        return min(after, rest) if after else None
    due = (result.data or {}).get("poll_after_seconds")
    if due is None:
        return None
    return min(float(due), rest) if due <= rest or (result.data or {})["status"] != Status.SCHEDULED else None


async def _wait(pause: float, started: float, total: float, message: str, progress: Progress) -> None:
    until = anyio.current_time() + pause
    while (rest := until - anyio.current_time()) > 0:
        await progress(anyio.current_time() - started, total, message)
        await anyio.sleep(min(_BEAT, rest))


async def _look(desk: Desk, post_id: str) -> Result:
    named = await identify(desk, post_id)
    if isinstance(named, Named):
        return await _post(desk, named.provider, named.native)
    if isinstance(named, Held):
        return await _approved(desk, named)
    return await _case(desk, named) if isinstance(named, Intent) else named


async def _approved(desk: Desk, held: Held) -> Result:
    """Tell how a held action stands; once it is done, the post that came of it."""
    if held.made is None or held.tool == "delete_post" or held.state is not HeldState.APPROVED:
        return approving.stands(desk, held)
    result = await _look(desk, held.made)
    return result.model_copy(update={"message": f"Approved ({held.id}). {result.message}"})


async def _case(desk: Desk, intent: Intent) -> Result:
    """Tell how an intent of the journal stands, settling it if nobody knows yet."""
    if intent.state is State.UNKNOWN:
        return await settle(desk, intent, None)
    if intent.state is State.SENDING:
        return failure(
            ErrorCode.IN_PROGRESS,
            "The post is being sent at this moment.",
            outcome=Outcome.UNKNOWN,
            provider=intent.provider,
            next_calls=[look(intent.id, "Look again in a few seconds.")],
        )
    message = "The service refused this post; nothing was created."
    gone = failure(ErrorCode.REJECTED, message, outcome=Outcome.REJECTED, provider=intent.provider)
    return stored(desk, intent, None) or gone


async def _post(desk: Desk, provider: Provider, native: str) -> Result:
    try:
        post = await provider.post(native)
        await desk.directory.accounts(provider.name)
    except Failure as error:
        return read_failed(error, provider.name)
    data = telling.status(desk, post, provider.name)
    told = Result(ok=True, code=200, message=_summary(desk, post), provider=provider.name, data=data)
    return await carriers.warned(desk, told)


def _summary(desk: Desk, post: Post) -> str:
    parts = [f"{desk.directory.name(sent.account)}: {sent.status.value}" for sent in post.deliveries]
    return f"{post.status.value.capitalize()}. {'; '.join(parts)}."


#: What an open case is told as.
_OPEN = (ErrorCode.OUTCOME_UNKNOWN, ErrorCode.IN_PROGRESS)
