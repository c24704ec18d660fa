"""Posts at a sandbox of Genviral in every state that they can be in, for what is done to them after their creation."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx2

from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from tests.desk import INSTAGRAM, KEY, TIKTOK, Agent, Body, Service, agent
from tests.local.passing import pass_time
from tests.sandbox.silence import GIVES_UP, Silence

FRIDAY, SATURDAY = "2031-07-04T09:00:00Z", "2031-07-05T09:00:00Z"
STATES = ["draft", "queued", "scheduled", "published", "partial", "failed", "cancelled"]
#: The states of posts that are not out (reference genviral 14).
OPEN = ["draft", "queued", "scheduled", "failed"]
#: The fault of a request that was acted on although no answer told so.
LOST = ["accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "accept_then_slow:3600"]

_FAILING = {"partial": [TIKTOK], "failed": [TIKTOK, INSTAGRAM]}
_WORDS = {"draft": "draft", "cancelled": "canceled"}


@asynccontextmanager
async def lives(
    home: Path, state: str = "", *, generation: Literal["v1", "v2"] = "v1", patient: bool = False
) -> AsyncGenerator[tuple[Agent, Service]]:
    """An agent and its service, whose worker delivers at once, or in an hour where a post is to be queued.

    Where the service is silent, the agent's time is over at once, unless it is ``patient``.
    """
    app = create_app(generation=generation, worker_delay=3600.0 if state == "queued" else 0.0)
    settings: dict[str, Any] = {
        "GENVIRAL_API_KEY": KEY,
        "GENVIRAL_RULES": generation,
        "SEND_TIMEOUT": str(45.0 if patient else GIVES_UP),
    }
    async with (
        running(app if patient else Silence(app)) as url,
        httpx2.AsyncClient(timeout=60) as http,
        agent(home, GENVIRAL_BASE_URL=f"{url}{BASE_PATH}", **settings) as found,
    ):
        assert (await found.call("list_accounts"))["ok"]
        yield found, Service(url, http)


async def made(agent: Agent, service: Service, state: str, **changes: Any) -> str:
    """Bring a post on TikTok and Instagram into a state; only the dashboard makes drafts, and cancels."""
    for account in _FAILING.get(state, []):
        await service.failing(account, "The platform refused it.")
    waits = state in ("scheduled", "draft", "cancelled")
    how: Body = {"scheduled_at": FRIDAY} if waits else {}
    post_id: str = (await agent.create(**{"accounts": [TIKTOK, INSTAGRAM], **how, **changes}))["data"]["id"]
    if state in _WORDS:
        body = {native(post_id): {"status": _WORDS[state]}}
        (await service.http.post(f"{service.url}/_sandbox/posts", json=body)).raise_for_status()
    assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == state
    for account in _FAILING.get(state, []):
        await service.failing(account, None)
    return post_id


async def record(service: Service) -> Body:
    """The one post as the service has it."""
    [post] = await service.posts()
    return post


def native(post_or_account: str) -> str:
    return post_or_account.removeprefix("genviral:")


async def overtaken(service: Service, call: Callable[[], Awaitable[Body]], path: str, method: str) -> Body:
    """Make a call of a patient agent whose request waits at the service until all that was to go out is out."""
    await service.fault("slow:30", path, method)
    bodies: list[Body] = []
    async with anyio.create_task_group() as group:

        async def make() -> None:
            bodies.append(await call())

        group.start_soon(make)
        while (await service.http.get(f"{service.url}/_sandbox/faults")).json()["faults"]:  # noqa: ASYNC110
            await anyio.sleep(0.02)  # another server sets no event
        await service.advance(10 * 365 * 24 * 3600)
        pass_time(30)
    return bodies[0]
