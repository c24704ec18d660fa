"""Every way in which PostPost can fail ends in the right verdict."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.serve import running
from tests.desk import KEY, TRIES, Body
from tests.postpost.desk import LINKEDIN, Poster, PostPostService, agent, postpost

pytestmark = pytest.mark.anyio


async def refused(agent: Poster, service: PostPostService, fault: str) -> Body:
    await service.fault(fault, "/create-post")
    body = await agent.create(caption=fault)
    assert await service.posts() == []
    return body


async def test_a_conflict_is_looked_into_before_it_is_believed(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("accept_then_status:409", "/create-post")
        body = await agent.create()
        assert body["outcome"] == "unknown"
        [look] = body["next"]
        assert (await agent.call(look["tool"], **look["arguments"]))["ok"]


LOST = [
    "accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "accept_then_slow:3600",
    "accept_then_status:502", "accept_then_status:500:create_failed", "accept_then_status:503",
    "accept_then_status:409",
]  # fmt: skip


@pytest.mark.parametrize("changes", [{}, {"scheduled_at": "2031-07-04T09:00:00Z"}, {"mode": "draft"}], ids=str)
@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_is_unknown_and_the_next_call_settles_it_without_a_double(
    tmp_path: Path, fault: str, changes: Body
) -> None:
    async with postpost(tmp_path, silence=True) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault, "/create-post")
        body = await agent.create(**changes)
        told = (body["error_code"], body["outcome"], body["retry"]["decision"], body["retry"]["who"])
        assert told == ("outcome_unknown", "unknown", "check_first", "agent")
        [look] = body["next"]
        settled = await agent.call(look["tool"], **look["arguments"])
        assert settled["ok"], settled
        [post] = await service.posts()
        assert settled["data"]["id"] == f"postpost:{post['postGroupId']}"
        again = await agent.create(**changes)
        assert again["data"]["id"] == settled["data"]["id"]
        assert len(await service.posts()) == 1


@pytest.mark.parametrize("fault", ["drop_before", "html_500", "slow:3600", "status:500:create_failed"])
async def test_an_order_that_never_arrived_is_not_declared_dead_by_one_look(tmp_path: Path, fault: str) -> None:
    async with postpost(tmp_path, silence=True) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault, "/create-post")
        body = await agent.create()
        [look] = body["next"]
        settled = await agent.call(look["tool"], **look["arguments"])
        assert (settled["outcome"], settled["retry"]["decision"]) == ("unknown", "check_first")
        assert (await agent.create())["outcome"] == "unknown"
        assert await service.requests("POST", "/create-post") == 1


async def test_the_same_text_that_was_posted_otherwise_is_not_taken_for_a_lost_order(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await agent.create()
        await agent.create(scheduled_at="2031-07-04T09:00:00Z")
        await agent.create(mode="draft")
        await service.fault("drop_before", "/create-post")
        [look] = (await agent.create(allow_duplicate=True))["next"]
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"


async def test_the_same_text_of_the_day_before_is_not_taken_for_a_lost_order(tmp_path: Path) -> None:
    shift = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    async with postpost(tmp_path, clock) as (agent, service):
        await agent.create()
        shift = timedelta(hours=30)
        await service.advance(30 * 3600)
        await service.fault("drop_before", "/create-post")
        [look] = (await agent.create())["next"]
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"
        assert await service.requests("POST", "/create-post") == 2


async def test_a_lost_answer_is_settled_after_a_restart(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (first, service):
        await service.fault("accept_then_drop", "/create-post")
        [look] = (await first.create())["next"]
        async with agent(tmp_path, f"{service.url}/api/v1") as second:
            settled = await second.call(look["tool"], **look["arguments"])
            assert settled["ok"], settled
        assert len(await service.posts()) == 1


async def test_after_a_restart_the_post_of_an_earlier_call_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (first, service):
        earlier = await first.create()
        await service.fault("accept_then_drop", "/create-post")
        [look] = (await first.create(allow_duplicate=True))["next"]
        async with agent(tmp_path, f"{service.url}/api/v1") as second:
            settled = await second.call(look["tool"], **look["arguments"])
        assert settled["ok"], settled
        assert settled["data"]["id"] != earlier["data"]["id"]
        assert len(await service.posts()) == 2


async def test_settling_that_fails_for_another_reason_keeps_the_case_open(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", "/create-post")
        [look] = (await agent.create())["next"]
        await service.fault("status:401:invalid_api_key", "/list-posts", "GET")
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"
        for fault in ("status:500:list_failed", "drop_before", "html_500"):
            await service.fault(fault, "/list-posts", "GET", times=TRIES)
            assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"
        assert (await agent.call(look["tool"], **look["arguments"]))["ok"]


@pytest.mark.parametrize(("fault", "seconds"), [("retry_after:70", 70.0), ("status:429", 30.0)])
async def test_a_throttle_says_how_long_to_wait(tmp_path: Path, fault: str, seconds: float) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await refused(agent, service, fault)
        assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", seconds)


@pytest.mark.parametrize(
    ("key", "ours"),
    [("sk_revoked.x", "unauthorized"), ("orphan", "unauthorized"), ("sk_starter", "plan_forbids")],
)
async def test_a_key_that_may_not_is_told_at_the_first_call(tmp_path: Path, key: str, ours: str) -> None:
    async with postpost(tmp_path, key=key) as (agent, _):
        body = await agent.call("list_accounts")
        assert (body["error_code"], body["retry"]["decision"]) == (ours, "ask_user")


@pytest.mark.parametrize(
    ("key", "user", "ours"),
    [
        ("solo", "65f0a1b2c3d4e5f600000002", "forbidden"),
        (KEY, "65f0a1b2c3d4e5f6000000ff", "misconfigured"),
        (KEY, "nobody", "misconfigured"),
    ],
)
async def test_a_user_whom_the_key_may_not_act_for_is_told_with_the_setting(
    tmp_path: Path, key: str, user: str, ours: str
) -> None:
    async with postpost(tmp_path, key=key, user=user) as (agent, _):
        body = await agent.call("list_accounts")
        assert body["error_code"] == ours
        assert "POSTWRIGHT_POSTPOST_USER_ID" in body["retry"]["advice"]


async def test_a_validation_report_becomes_problems(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await refused(agent, service, "status:400:validation_failed")
        [problem] = body["problems"]
        assert (problem["path"], problem["code"]) == ("/media", "refused_by_provider")
        assert problem["message"] == "instagram: Instagram posts need an image or a video"


async def test_a_hold_on_the_account_is_told_with_its_end(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await refused(agent, service, "status:403:account_on_hold")
        assert (body["error_code"], body["retry"]["not_before"]) == ("forbidden", "2026-04-30T00:00:00Z")


async def test_a_conflict_with_a_posts_state_is_followed_by_a_look_at_the_posts(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        [following] = (await refused(agent, service, "status:400:POST_NOT_EDITABLE"))["next"]
        assert (following["tool"], following["arguments"]) == ("list_posts", {})
        assert (await agent.call(following["tool"], **following["arguments"]))["ok"]


@asynccontextmanager
async def hostile(answer: Response) -> AsyncGenerator[str]:
    """A service that has one account and says ``answer`` to everything else."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        listed = scope["path"].endswith("/platform-connections")
        await (JSONResponse(ONE) if listed else answer)(scope, receive, send)

    async with running(app) as url:
        yield url


ONE = {"success": True, "connections": [{"platformId": LINKEDIN.removeprefix("postpost:"), "username": "lumen"}]}


async def test_a_page_instead_of_an_answer_points_at_the_base_url(tmp_path: Path) -> None:
    page = HTMLResponse("<html><title>Error</title><pre>Cannot POST /api/v1/create-post</pre></html>", 404)
    async with hostile(page) as url, agent(tmp_path, url) as victim:
        body = await victim.create()
        assert (body["error_code"], body["outcome"]) == ("misconfigured", "rejected")
        assert "not JSON: Cannot POST /api/v1/create-post" in body["message"]
        assert "POSTWRIGHT_POSTPOST_BASE_URL" in body["retry"]["advice"]
        status = await victim.call("check_status", post_id="postpost:6601a0b1c2d3e4f506172839")
        assert status["error_code"] == "misconfigured"
