"""Post through the tools and wait for what becomes of it."""

from typing import Any

import anyio

from tests.desk import Agent, Body
from tests.local.embedded import until


async def posted(found: Agent, account: str, caption: str, **more: Any) -> Body:
    """Post on one account; return the delivery once nothing more happens to it, its post's id beside it."""
    made = await found.call("create_post", caption=caption, accounts=[account], **more)
    assert made["ok"], made
    return await ended(found, made["data"]["id"])


async def ended(found: Agent, post_id: str) -> Body:
    """Wait for the end of a post on one account, and return its delivery."""
    with anyio.fail_after(90):
        while True:
            stand = (await found.call("check_status", post_id=post_id, wait_seconds=50))["data"]
            if stand["terminal"]:
                [delivery] = stand["deliveries"]
                return {**delivery, "post_id": post_id}


async def told(found: Agent, post_id: str, words: str) -> Body:
    """Wait until the delivery of a post tells something, while it goes on."""
    stand: Body = {}

    async def tells() -> bool:
        nonlocal stand
        [stand] = (await found.call("check_status", post_id=post_id))["data"]["deliveries"]
        return words in (stand.get("error") or "")

    await until(tells)
    return stand
