"""delete_post: keep a post from going out, or remove it, and say honestly what stays up."""

from engine.abilities import ADVICE, impossible
from engine.call import Call
from engine.desk import Desk
from engine.finding import Found, find
from engine.held import PREFIX
from engine.permits import Effect, permit
from engine.verdict import change_failed, refused
from engine.withdrawing import withdraw
from providers.protocol import Failure
from schemas.ability import Act
from schemas.errors import Outcome
from schemas.jsonvalue import JsonObject
from schemas.post import Removal
from schemas.result import Result
from schemas.status import Status


async def delete(desk: Desk, post_id: str, call: Call) -> Result:
    """Delete a post in a state that allows it. Every path ends in a verdict."""
    withdrawn = await withdraw(desk, post_id, call) if post_id.startswith(PREFIX) else None
    found = withdrawn or await find(desk, post_id)
    if isinstance(found, Result):
        return found
    problems, code = impossible(found, [Act.DELETE], {})
    if problems:
        return refused(problems, code, advice=ADVICE)
    effect = Effect.KEEP if found.post.status is Status.DRAFT else Effect.PUBLISH
    accounts = [sent.account for sent in found.post.deliveries]
    held = await permit(desk, call, effect, accounts, f"{found.id}: delete; it is {found.post.status.value}.")
    if held:
        return held
    try:
        removals = await found.provider.delete(found.post)
    except Failure as error:
        return change_failed(error, found.provider.name, found.id)
    return _told(desk, found, removals)


def _told(desk: Desk, found: Found, removals: tuple[Removal, ...]) -> Result:
    live = [desk.directory.name(one.account) for one in removals if one.stays_live]
    waited = not found.post.status.terminal and found.post.status is not Status.DRAFT
    done = "Cancelled: it will not go out." if waited else "Deleted."
    # Where nothing went, the service may have kept the post as well.
    done = done if any(one.removed for one in removals) or not live else ""
    stays = f"It stays live on {', '.join(live)}: each delivery says what is left to do." if live else ""
    return Result(
        ok=True,
        code=200,
        message=f"{done} {stays}".strip(),
        outcome=Outcome.PARTIAL if live and len(live) < len(removals) else Outcome.ACCEPTED,
        provider=found.provider.name,
        data={
            "id": found.id,
            "was": found.post.status.value,
            "deliveries": [_removal(desk, one) for one in removals],
        },
    )


def _removal(desk: Desk, removal: Removal) -> JsonObject:
    account = desk.directory.known(removal.account)
    entry: JsonObject = {
        "account": removal.account,
        "platform": account.platform if account else None,
        "name": account.name if account else None,
        "removed": removal.removed,
        "stays_live": removal.stays_live,
        "message": removal.message,
    }
    return {key: value for key, value in entry.items() if value is not None}
