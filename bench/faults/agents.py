"""How agents behave when a call fails: some repeat blindly, some in other words, some look first, some give up."""

import json
import random
from collections.abc import Awaitable, Sequence
from typing import Protocol
from unicodedata import normalize

from anyio import sleep

from bench.faults.process import CallTool
from schemas.jsonvalue import JsonObject, items, members, text

#: Every answer that an agent got (``None``: the connection was lost).
Said = list[JsonObject | None]

#: Seconds that an impatient agent lets pass before it repeats a call.
PAUSES = (0.0, 1.0, 15.0, 100.0)
#: Nobody tries longer.
_PATIENCE = 30


class Behaviour(Protocol):
    """Calls the tools until content or discouraged, and gives every answer it got."""

    def __call__(
        self, call: CallTool, post: JsonObject, chance: random.Random, pauses: Sequence[float] = PAUSES
    ) -> Awaitable[Said]:
        """Want one post."""
        ...


async def blindly(call: CallTool, post: JsonObject, chance: random.Random, pauses: Sequence[float] = PAUSES) -> Said:
    """Repeat the same call up to three times."""
    return await _insist(call, [post] * 4, chance, pauses)


async def in_other_words(
    call: CallTool, post: JsonObject, chance: random.Random, pauses: Sequence[float] = PAUSES
) -> Said:
    """Repeat the same post up to three times, each time written otherwise."""
    return await _insist(call, [post, *(_reworded(post, number) for number in range(3))], chance, pauses)


async def looking_first(
    call: CallTool, post: JsonObject, chance: random.Random, pauses: Sequence[float] = PAUSES
) -> Said:
    """Do as every verdict says: wait, look, and create again only where that is said to be safe."""
    tool, arguments, said = "create_post", post, Said()
    for _ in range(_PATIENCE):
        body = await call(tool, arguments)
        said.append(body)
        if body is None:
            continue  # a client that lost its server starts another and repeats the call
        if body["ok"]:
            break
        retry = members(body.get("retry"))
        await sleep(float(retry.get("after_seconds") or 1.0))
        following = next((members(one) for one in items(body.get("next"))), None)
        if retry.get("decision") == "check_first" and following:
            tool, arguments = text(following.get("tool")) or "", members(following.get("arguments"))
        elif retry.get("decision") in _AGAIN and body.get("error_code") in _SAFE:
            tool, arguments = "create_post", post
        else:
            break
    return said


async def giving_up(call: CallTool, post: JsonObject, chance: random.Random, pauses: Sequence[float] = PAUSES) -> Said:
    """Call once and leave it at that."""
    return [await call("create_post", post)]


async def _insist(call: CallTool, posts: list[JsonObject], chance: random.Random, pauses: Sequence[float]) -> Said:
    said = Said()
    for post in posts:
        said.append(await call("create_post", post))
        if members(said[-1]).get("ok"):
            break
        await sleep(chance.choice(pauses))
    return said


def _reworded(post: JsonObject, number: int) -> JsonObject:
    """Write the same post in another way: accounts in another order, composed otherwise, objects as text."""
    accounts = items(post["accounts"])
    changed = {**post, "accounts": accounts[::-1] if number % 2 == 0 else json.dumps(accounts)}
    changed["caption"] = normalize(("NFD", "NFC", "NFD")[number], post["caption"])
    if "media" in post and number == 1:
        changed["media"] = json.dumps(post["media"], indent=1)
    if "scheduled_at" in post:
        changed["scheduled_at"] = post["scheduled_at"].replace("Z", "+00:00")
    return dict(sorted(changed.items(), reverse=number == 1))


#: Decisions after which a call is made again, and the errors of which it may be the same post again.
_AGAIN = ("wait_then_retry", "retry_unchanged", "fix_and_retry", "ask_user")
_SAFE = ("rejected", "provider_error", "provider_unreachable", "provider_timeout", "unexpected_answer", "rate_limited",
         "storage_failed", "in_progress", "provider_paused")  # fmt: skip

BEHAVIOURS: dict[str, Behaviour] = {
    "repeats blindly": blindly,
    "repeats in other words": in_other_words,
    "looks first": looking_first,
    "gives up": giving_up,
}
