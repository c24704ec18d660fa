"""Every provider at once in one server: one set of tools, one list, and one of them down is no failure."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.types import ASGIApp

from engine.clock import utc_now
from sandbox import genviral, postpost, socialapi
from sandbox.serve import running
from schemas.instant import wire
from tests.desk import INSTAGRAM, SLIDES, Agent, Body, agent

pytestmark = pytest.mark.anyio

X = "postpost:twitter-1582941003"
THREADS = "socialapi:acc_01GGG"
LATER = wire(datetime.now(UTC) + timedelta(days=20))
OUTBOX = "local:outbox"
ACCOUNTS = (INSTAGRAM, X, THREADS, OUTBOX)
SANDBOXES = {"GENVIRAL": genviral, "POSTPOST": postpost, "SOCIALAPI": socialapi}
KEYS = {"GENVIRAL": "gva_live_many.key", "POSTPOST": "sk_many_keys.key", "SOCIALAPI": f"sapi_key_{'9f3c1d' * 10}00"}


@asynccontextmanager
async def everything(home: Path) -> AsyncGenerator[tuple[Agent, dict[str, str]]]:
    """An agent with all four providers on; yields the sandboxes' URLs too."""
    async with AsyncExitStack() as stack:
        urls: dict[str, str] = {}
        settings = {"PROVIDERS": "genviral,postpost,socialapi,local"}
        for name, sandbox in SANDBOXES.items():
            app: ASGIApp = sandbox.create_app()
            urls[name] = await stack.enter_async_context(running(app))
            settings |= {f"{name}_API_KEY": KEYS[name], f"{name}_BASE_URL": f"{urls[name]}{sandbox.BASE_PATH}"}
        yield await stack.enter_async_context(agent(home, utc_now, **settings)), urls


async def post(everyone: Agent, account: str, caption: str) -> Body:
    media = SLIDES if account == INSTAGRAM else None
    body = await everyone.create(caption=caption, accounts=[account], media=media, scheduled_at=LATER)
    assert body["ok"], body
    assert body["provider"] == account.partition(":")[0]
    return body


async def test_one_tool_posts_through_every_provider_and_lists_all_of_it(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        made = {(await post(everyone, account, f"On {account}"))["data"]["id"] for account in ACCOUNTS}
        listed = await everyone.call("list_posts", limit=50)
        assert {entry["id"] for entry in listed["data"]["posts"]} >= made
        for post_id in made:
            status = await everyone.call("check_status", post_id=post_id)
            assert status["data"]["status"] == "scheduled"


async def test_pages_over_all_providers_hold_every_post_once(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        made = [(await post(everyone, account, f"{n}"))["data"]["id"] for n in range(3) for account in ACCOUNTS]
        seen: list[str] = []
        page = await everyone.call("list_posts", limit=5)
        while True:
            seen += [entry["id"] for entry in page["data"]["posts"]]
            if "next_cursor" not in page["data"]:
                break
            page = await everyone.call("list_posts", limit=5, cursor=page["data"]["next_cursor"])
        assert sorted(seen) == sorted(made)


async def test_accounts_of_all_providers_are_listed_with_what_each_accepts(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        listed = await everyone.call("list_accounts")
        assert set(ACCOUNTS) <= {entry["id"] for entry in listed["data"]["accounts"]}
        assert "call list_accounts with provider" in listed["data"]["cut_off"]
        entries = {
            entry["id"]: entry
            for provider in ("genviral", "postpost", "socialapi", "local")
            for entry in (await everyone.call("list_accounts", provider=provider))["data"]["accounts"]
        }
        assert all("caption" in entries[account]["accepts"] for account in ACCOUNTS)


async def test_a_mixed_call_is_refused_with_its_ready_made_split(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        body = await everyone.create(accounts=list(ACCOUNTS))
        [problem] = [found for found in body["problems"] if found["code"] == "mixed_providers"]
        assert "Make 4 posts" in problem["fix"]
        assert all(f"['{account}']" in problem["fix"] for account in ACCOUNTS)


@pytest.mark.parametrize("down", SANDBOXES)
async def test_one_provider_that_is_down_is_a_warning(tmp_path: Path, down: str) -> None:
    async with everything(tmp_path) as (everyone, urls), httpx2.AsyncClient(timeout=60) as http:
        fault = {"path": "/{any}", "fault": "status:500", "times": 99}
        paths = {"GENVIRAL": "/accounts", "POSTPOST": "/platform-connections", "SOCIALAPI": "/accounts"}
        answer = await http.post(f"{urls[down]}/_sandbox/faults", json={**fault, "path": paths[down]})
        answer.raise_for_status()
        listed = await everyone.call("list_accounts", refresh=True)
        assert [warning["provider"] for warning in listed["data"]["warnings"]] == [down.lower()]
        assert OUTBOX in {entry["id"] for entry in listed["data"]["accounts"]}
