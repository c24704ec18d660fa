"""Send a post's failed deliveries again: all of them, or none (seed 004; reference socialapi 4.6)."""

from collections.abc import Sequence
from dataclasses import replace

from providers import payload
from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.api import Api, post_path, within
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text
from schemas.post import Delivery, Post
from schemas.problem import Problem, ProblemCode
from schemas.status import Status

#: How long the look before, and the call itself, may take (seconds).
READ_SECONDS, WRITE_SECONDS = 8.0, 20.0


async def retry(api: Api, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...]:
    """Send again what failed on these accounts, if nothing else failed, and tell how it stands then.

    Raises:
        Failure: refused, or not sent, or (``doubt``) nobody knows.
    """
    async with within(READ_SECONDS):
        before = await api.post("GET", post_path(post.id))
    others = _others(before, accounts)
    if others:
        raise _not_only(post, accounts, others)
    standing = await _sent(api, post.id, before)
    if standing is None:
        # Taken, but not to be seen now.
        waiting = (
            replace(one, status=Status.QUEUED, provider_status=None, error=None, retry=None) for one in post.deliveries
        )
        return tuple(one for one in waiting if one.account in accounts)
    return tuple(one for one in records.post(standing).deliveries if one.account in accounts)


async def _sent(api: Api, post_id: str, before: JsonObject) -> JsonObject | None:
    """Send once, and look at the post after: the answer has none in it."""
    lost: Failure | None = None
    try:
        async with within(WRITE_SECONDS):
            await api.call("POST", post_path(post_id, "/retry"), check=_check, delivers=True)
    except Failure as error:
        error.post_id = post_id
        if not error.doubt:
            raise
        lost = error
    standing = await api.look(post_id)
    if lost and (standing is None or not _has_run(before, standing)):
        raise lost
    return standing


def _check(answer: JsonObject) -> None:
    if answer.get("success") is False:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered without a success.", doubt=True)


def _has_run(before: JsonObject, after: JsonObject) -> bool:
    counts = [record.get("retry_count") for record in (before, after)]
    return before.get("status") != after.get("status") or counts[0] != counts[1]


def _others(record: JsonObject, accounts: Sequence[str]) -> list[str]:
    """List the accounts that the service would send to besides: it leaves out only what it never sends again."""
    failed = (
        f"{records.NAME}:{text(entry.get('account_id'))}"
        for entry in payload.objects(record.get("targets"))
        if entry.get("status") == "failed" and text(entry.get("platform")) not in records.NO_RETRY
    )
    return [name for name in dict.fromkeys(failed) if name not in accounts]


def _not_only(post: Post, accounts: Sequence[str], others: list[str]) -> Failure:
    """Refuse to send some of the failed deliveries; the way round is all of them, where all may go, or a new post."""
    may_go = {one.account for one in post.deliveries if one.retry}
    fix = f"Create a new post with create_post for {', '.join(accounts)} alone."
    if may_go.issuperset(others):
        fix = f"Leave accounts out: all go again then, for one post of the plan. Or: {fix[:1].lower()}{fix[1:]}"
    problem = Problem(
        path="/accounts",
        code=ProblemCode.UNSUPPORTED,
        message=f"SocialAPI sends every failed delivery again, here also on {', '.join(others)}",
        fix=fix,
        accounts=others,
    )
    message = "SocialAPI cannot send some of the failed deliveries again without the others. Nothing was sent."
    return Failure(ErrorCode.NOT_SUPPORTED, message, problems=(problem,), advice=fix, post_id=post.id)
