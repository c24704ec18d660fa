"""retry_post: send again only what failed and may be sent again, each delivery at most once."""

import sqlite3
from collections.abc import Sequence

import structlog

from engine import telling
from engine.abilities import ADVICE, impossible
from engine.attaching import recorded
from engine.call import Call
from engine.desk import Desk
from engine.finding import Found, find
from engine.intent import GOES_NOW, Wanted
from engine.permits import Effect, permit
from engine.sending import Checked, send_once
from engine.verdict import change_failed, look, refused
from providers.protocol import Failure
from schemas.ability import Act
from schemas.errors import ErrorCode, Outcome
from schemas.jsonvalue import JsonObject
from schemas.post import Anew, Delivery
from schemas.problem import Problem, ProblemCode
from schemas.result import Result, failure
from schemas.status import Status

log = structlog.get_logger(__name__)


def may_go_again(sent: Delivery) -> bool:
    """Tell whether a delivery may be sent again as it is."""
    return sent.status is Status.MISSED or (sent.status is Status.FAILED and sent.retry is True)


def words(sent: Delivery) -> str:
    """Say of a delivery whether and how it may be sent again."""
    if sent.status is Status.FAILED:
        return _FAILED[sent.retry]
    return "It is live." if sent.status is Status.PUBLISHED else "Wait until it has ended."


async def retry(desk: Desk, post_id: str, accounts: Sequence[str] | None, call: Call) -> Result:
    """Send the failed deliveries of a post again, all or those on some accounts. Every path ends in a verdict."""
    found = await find(desk, post_id)
    if isinstance(found, Result):
        return found
    cannot, code = impossible(found, [Act.RETRY], {})
    problems = cannot or _strange(found, accounts or ())
    if problems:
        return refused(problems, code if cannot else ErrorCode.INVALID_PAYLOAD, advice=ADVICE if cannot else None)
    wanted = [sent for sent in found.post.deliveries if accounts is None or sent.account in accounts]
    chosen = [sent.account for sent in wanted if may_go_again(sent)]
    if not chosen:
        return refused([_refusal(desk, sent) for sent in wanted], ErrorCode.STATE_CONFLICT)
    held = await permit(desk, call, Effect.PUBLISH, chosen, f"{found.id}: send again on {', '.join(chosen)}.")
    return held or await _again(desk, found, wanted, chosen, approved=call.approval is not None)


async def _again(desk: Desk, found: Found, wanted: list[Delivery], chosen: list[str], *, approved: bool) -> Result:
    provider = found.provider
    try:
        known = await _recorded(desk, found) if provider.abilities[Act.RETRY].anew else None
        again = Anew(known) if known else await provider.retry(found.post, chosen)
        if isinstance(again, Anew):
            return await _followed(desk, found, wanted, again, chosen, approved=approved)
    except Failure as error:
        return change_failed(error, provider.name, found.id)
    except (sqlite3.Error, OSError) as error:
        log.exception("journal_unusable")
        return failure(ErrorCode.STORAGE_FAILED, f"The journal could not be used ({error}). Nothing was sent.")
    entries = [{**telling.delivery(desk, sent), "queued": True} for sent in again]
    entries += [_left(desk, sent) for sent in wanted if sent.account not in chosen]
    return _told(desk, found, entries, [])


async def _recorded(desk: Desk, found: Found) -> JsonObject | None:
    """Find what was sent for a post, if the journal knows: a service shows less of it."""
    name = found.provider.name
    intent = await desk.journal.made(name, desk.tenants.get(name, ""), found.post.id)
    return {key: value for key, value in intent.request.items() if key not in _NOT_AGAIN} if intent else None


async def _followed(
    desk: Desk, found: Found, wanted: list[Delivery], again: Anew, chosen: list[str], *, approved: bool
) -> Result:
    """Make one post for each delivery, under a key that names the delivery: asked again, it is told and not sent."""
    name, tenant = found.provider.name, desk.tenants.get(found.provider.name, "")
    results: dict[str, Result] = {}
    assets = await recorded(desk, name, tenant, again.content)
    for account in (account for account in map(desk.directory.known, chosen) if account):
        request = {**again.content, "accounts": [account.id]}
        key = f"retry-{found.post.id}-{account.native_id}"[:128]
        checked = Checked(found.provider, (account,), None, again.warnings, assets=assets)
        results[account.id] = await send_once(
            desk, checked, Wanted(name, request, tenant, key, approved=approved), None
        )
    refusals = [result for result in results.values() if not result.ok]
    if len(refusals) == len(results):
        return refusals[0] if refusals else refused([_refusal(desk, sent) for sent in wanted])
    told = {account: _follow_up(result) for account, result in results.items()}
    entries = [{**_left(desk, sent), **told.get(sent.account, {})} for sent in wanted]
    return _told(desk, found, entries, list(results.values()))


def _follow_up(result: Result) -> JsonObject:
    """Tell the post that was made for one delivery; or why there is none, or that nobody knows."""
    if result.ok and result.data:
        made = {name: result.data[name] for name in ("status", "replayed")}
        return {"queued": True, "error": None, "retry": None, "fix": None, "follow_up": result.data["id"], **made}
    verdict = {"error_code": result.error_code, "outcome": result.outcome, "message": result.message}
    return {"queued": False, "fix": result.retry.advice if result.retry else None, **verdict}


def _told(desk: Desk, found: Found, entries: list[JsonObject], results: list[Result]) -> Result:
    again = [desk.directory.name(entry["account"]) for entry in entries if entry["queued"]]
    rest = len(entries) - len(again)
    left = f" {rest} left as they are: see deliveries." if rest else ""
    before = all(entry.get("replayed") for entry in entries if entry["queued"])
    done = "Nothing new was sent; this was asked before, and was sent again then" if before else "Sent again"
    poll = found.provider.poll_seconds
    following = [call for result in results for call in result.next]
    return Result(
        ok=True,
        code=200,
        message=f"{done} on {', '.join(again)}.{left}",
        outcome=Outcome.PARTIAL if rest else Outcome.ACCEPTED,
        provider=found.provider.name,
        data={
            "id": found.id,
            "deliveries": [{key: value for key, value in entry.items() if value is not None} for entry in entries],
            "poll_after_seconds": round(poll),
        },
        next=following or [look(found.id, "See what became of it.")],
    )


def _left(desk: Desk, sent: Delivery) -> JsonObject:
    """Tell a delivery that was not sent again, and what helps instead."""
    return {**telling.delivery(desk, sent), "queued": False, "fix": words(sent)}


def _refusal(desk: Desk, sent: Delivery) -> Problem:
    return Problem(
        path="/accounts",
        code=ProblemCode.NOT_ALLOWED,
        message=f"{desk.directory.name(sent.account)} is {sent.status.value}, and is not sent again",
        fix=words(sent),
        accounts=[sent.account],
    )


def _strange(found: Found, accounts: Sequence[str]) -> list[Problem]:
    """Tell which of the accounts that were named the post is not on."""
    there = [sent.account for sent in found.post.deliveries]
    return [
        Problem(
            path=f"/accounts/{index}",
            code=ProblemCode.UNKNOWN_ACCOUNT,
            message=f"{found.id} is not on {name[:100]}",
            fix=f"Name some of: {', '.join(there)}.",
        )
        for index, name in enumerate(accounts)
        if name not in there
    ]


#: Members of a recorded post that its follow-up does not have: it goes out now, on one account.
_NOT_AGAIN = frozenset({"accounts", "scheduled_at", "mode", GOES_NOW})
#: What helps with a failed delivery, by whether it may be sent again.
_FAILED = {
    True: "It may be sent again: name it in accounts.",
    False: "The same would fail again, or it may be live: mend what its error says, and create a new post there.",
    None: "Nobody knows why it failed: look at the account, and create a new post there if it is not live.",
}
