"""retry_post through SocialAPI: all failed deliveries or none, and none of them twice."""

from pathlib import Path

import anyio
import pytest

from tests.desk import Body
from tests.sandbox.silence import PASSES
from tests.socialapi.desk import (
    FACEBOOK,
    GOOGLE,
    STATES,
    THREADS,
    THROTTLED,
    Agent,
    Service,
    made,
    socialapi,
)

pytestmark = pytest.mark.anyio

RETRY = "/posts/{id}/retry"
ACTED = ("accept_then_drop", "accept_then_html_500", "accept_then_slow:3600", "accept_then_status:500:system.internal")
NOT_ACTED = ("drop_before", "html_500", "status:500:system.internal")


async def record(service: Service) -> Body:
    [post] = await service.posts()
    return post


async def failed(agent: Agent, service: Service, codes: dict[str, str]) -> str:
    """Make a post of which these accounts failed, with these codes."""
    for account, code in codes.items():
        await service.failing(account, code)
    body = await agent.create(accounts=[FACEBOOK, THREADS], media=None)
    for account in codes:
        await service.failing(account, None)
    return body["data"]["id"]


@pytest.mark.parametrize("state", ["partial", "failed"])
async def test_what_failed_is_sent_again_and_what_is_live_is_not(tmp_path: Path, state: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("retry_post", post_id=post_id)
        assert body["ok"], body
        again = [sent["account"] for sent in body["data"]["deliveries"] if sent["queued"]]
        assert again == {"partial": [FACEBOOK], "failed": [FACEBOOK, THREADS]}[state]
        assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == "published"
        found = await record(service)
        assert (set(found["appearances"].values()), found["retry_count"]) == ({1}, 1)


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("partial", "failed")])
async def test_nothing_else_is_sent_again(tmp_path: Path, state: str) -> None:
    async with socialapi(tmp_path, delay=3600.0 if state == "publishing" else 0.0) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "nothing_sent")
        assert await service.requests("POST", "/retry") == 0


async def test_one_of_several_failed_deliveries_cannot_be_sent_alone(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        body = await agent.call("retry_post", post_id=post_id, accounts=[FACEBOOK])
        assert (body["error_code"], body["outcome"]) == ("not_supported", "nothing_sent")
        [problem] = body["problems"]
        assert problem["accounts"] == [THREADS]
        assert "Leave accounts out" in problem["fix"]
        assert "one post of the plan" in problem["fix"]
        assert await service.requests("POST", "/retry") == 0
        assert (await agent.call("retry_post", post_id=post_id))["ok"]


async def test_a_delivery_that_may_be_live_is_not_sent_again_beside_one_that_is_not(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        codes = {FACEBOOK: THROTTLED, THREADS: "publishing.delivery.timeout"}
        post_id = await failed(agent, service, codes)
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("not_supported", "nothing_sent")
        assert body["retry"]["advice"] == f"Create a new post with create_post for {FACEBOOK} alone."
        assert await service.requests("POST", "/retry") == 0
        # The way round: what was never out goes out once, and what may be live stays as it is.
        assert (await agent.create(accounts=[FACEBOOK], media=None))["outcome"] == "accepted"
        first, second = await service.posts()
        assert first["appearances"]["acc_01GGG"] == second["appearances"]["acc_01BBB"] == 1


async def test_a_platform_that_is_never_sent_to_again_stands_in_nobodys_way(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.failing(GOOGLE, "platform.google.rate_limit")
        await service.failing(FACEBOOK, THROTTLED)
        post_id = (await agent.create(accounts=[FACEBOOK, GOOGLE], media=None))["data"]["id"]
        await service.failing(FACEBOOK, None)
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["ok"], body["outcome"]) == (True, "partial"), body
        assert [sent["queued"] for sent in body["data"]["deliveries"]] == [True, False]


async def test_a_delivery_that_fails_once_more_is_told_as_failed(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "partial")
        await service.failing(FACEBOOK, "platform.facebook.auth")
        body = await agent.call("retry_post", post_id=post_id)
        [sent] = [sent for sent in body["data"]["deliveries"] if sent["account"] == FACEBOOK]
        assert (sent["status"], "reconnect" in sent["error"]) == ("failed", True)


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("heals", [True, False], ids=["publishes", "fails again"])
async def test_a_retry_whose_answer_is_lost_is_seen_to_have_run(tmp_path: Path, fault: str, heals: bool) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, "failed")
        for account in [] if heals else [FACEBOOK, THREADS]:
            await service.failing(account, THROTTLED)
        await service.fault(fault, RETRY)
        body = await agent.call("retry_post", post_id=post_id)
        assert body["ok"], body
        assert await service.requests("POST", "/retry") == 1
        found = await record(service)
        assert (found["status"], found["retry_count"]) == ("published" if heals else "failed", 1)


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_retry_that_never_arrived_is_unknown_and_not_repeated(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        await service.fault(fault, RETRY)
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert await service.requests("POST", "/retry") == 1
        assert (await record(service))["retry_count"] == 0


async def test_a_retry_that_cannot_be_looked_at_after_is_told_as_taken(tmp_path: Path) -> None:
    async with socialapi(tmp_path, delay=3600.0) as (agent, service):
        post_id = await _failed_slowly(agent, service)
        # The engine looks once, and so does the provider before it sends.
        await service.fault("slow:0", "/posts/{id}", "GET", times=2)
        await service.fault("page:503", "/posts/{id}", "GET", times=3)
        body = await agent.call("retry_post", post_id=post_id)
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["queued"], body
        assert await service.requests("POST", "/retry") == 1


async def _failed_slowly(agent: Agent, service: Service) -> str:
    await service.failing(FACEBOOK, THROTTLED)
    post_id: str = (await agent.create(accounts=[FACEBOOK], media=None))["data"]["id"]
    await service.advance(4000)
    await service.failing(FACEBOOK, None)
    assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == "failed"
    return post_id


async def test_many_calls_that_retry_at_once_send_once(tmp_path: Path) -> None:
    async with socialapi(tmp_path, delay=3600.0) as (agent, service):
        post_id = await _failed_slowly(agent, service)
        bodies: list[Body] = []

        async def retry() -> None:
            bodies.append(await agent.call("retry_post", post_id=post_id))

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(retry)
        assert [body["ok"] for body in bodies].count(True) == 1
        assert {body["error_code"] for body in bodies if not body["ok"]} == {"state_conflict"}
        await service.advance(4000)
        assert (await record(service))["appearances"] == {"acc_01BBB": 1}


@pytest.mark.parametrize(
    ("fault", "error_code"),
    [
        ("status:409:post.state_invalid", "state_conflict"),
        ("status:400:post.no_retryable_deliveries", "state_conflict"),
        ("status:404:post.not_found", "not_found"),
        ("status:429:billing.post_limit", "quota_reached"),
        ("retry_after:1841:publishing.velocity_limit", "rate_limited"),
    ],
)
async def test_a_retry_that_is_refused_is_told_and_sends_nothing(tmp_path: Path, fault: str, error_code: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        await service.fault(fault, RETRY)
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == (error_code, "rejected")
        assert (await record(service))["status"] == "failed"
