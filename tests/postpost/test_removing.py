"""delete_post through PostPost: any post goes, what is on a platform stays there, and both are said."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import utc_now
from schemas.instant import wire
from tests.desk import Body
from tests.postpost.desk import LINKEDIN, THREADS, Poster, PostPostService, postpost, slides

pytestmark = pytest.mark.anyio

FRIDAY = "2031-07-04T09:00:00Z"
DELETE = ("/delete-post/{id}", "DELETE")
LOST = ["accept_then_drop", "accept_then_html_500", "accept_then_status:502:delete_failed"]
#: How a post stands before -> for LinkedIn and Threads: is it removed, does it stay live, what is said of it.
GONE, LIVE = (True, False, ""), (False, True, "stays on the platform until somebody deletes it there")
MAYBE, FAILED = (False, True, "may be live: look at the account"), (True, False, "nothing of it is on the platform")
STATES: dict[str, list[tuple[bool, bool, str]]] = {
    "draft": [GONE, GONE],
    "scheduled": [GONE, GONE],
    "queued": [MAYBE, MAYBE],
    "published": [LIVE, LIVE],
    "partial": [LIVE, FAILED],
    "failed": [FAILED, FAILED],
}


async def made(agent: Poster, service: PostPostService, state: str) -> str:
    for account in {"partial": [THREADS], "failed": [THREADS, LINKEDIN]}.get(state, []):
        await service.steer(account, "No")
    how: Body = {"draft": {"mode": "draft"}, "scheduled": {"scheduled_at": FRIDAY}}.get(state, {})
    return (await agent.create(accounts=[LINKEDIN, THREADS], **how))["data"]["id"]


@pytest.mark.parametrize("state", STATES)
async def test_a_post_is_deleted_in_any_state_and_what_stays_live_is_said(tmp_path: Path, state: str) -> None:
    async with postpost(tmp_path, worker_delay=3600.0 if state == "queued" else 0.0) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["code"], body["data"]["was"]) == (200, state)
        told = {sent["account"]: sent for sent in body["data"]["deliveries"]}
        for account, (removed, stays_live, words) in zip([LINKEDIN, THREADS], STATES[state], strict=True):
            sent = told[account]
            assert (sent["removed"], sent["stays_live"]) == (removed, stays_live)
            assert words in sent.get("message", "")
        assert await service.kept() == []
        assert (await agent.call("check_status", post_id=post_id))["error_code"] == "not_found"


async def test_a_post_that_comes_due_while_it_is_deleted_may_be_live(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        soon = wire(utc_now() + timedelta(seconds=2))
        post_id = await service.made_elsewhere(content="Theirs", platforms=["linkedin-Tz9W5i6ZYG"], scheduledTime=soon)
        await service.fault("slow:2.5", *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert [(sent["removed"], sent["stays_live"]) for sent in body["data"]["deliveries"]] == [(False, True)]
        [post] = await service.posts()
        assert post["posts"][0]["status"] == "published"


async def test_media_go_with_their_post(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = (await agent.create(media=slides("/1.jpg"), scheduled_at=FRIDAY))["data"]["id"]
        assert (await agent.call("delete_post", post_id=post_id))["ok"]
        [post] = await service.posts()
        assert post["mediaUrls"] == []


@pytest.mark.parametrize("fault", LOST)
async def test_a_deletion_whose_answer_is_lost_is_proven_by_a_second(tmp_path: Path, fault: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["ok"], [sent["removed"] for sent in body["data"]["deliveries"]]) == (True, [True, True])
        assert await service.calls("DELETE", "delete-post") == 2
        assert await service.kept() == []


async def test_a_deletion_that_never_arrived_is_made_by_the_second_call(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("drop_before", *DELETE)
        assert (await agent.call("delete_post", post_id=post_id))["ok"]
        assert await service.kept() == []


@pytest.mark.parametrize("fault", ["drop_before", "html_500", "status:500:delete_failed"])
async def test_a_deletion_that_is_lost_twice_stays_open(tmp_path: Path, fault: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("drop_before", *DELETE)
        await service.fault(fault, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert body["next"][0]["arguments"] == {"post_id": post_id}
        assert len(await service.kept()) == 1


async def test_a_deletion_that_the_service_rolled_back_has_not_happened(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("status:500:delete_failed", *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("provider_error", "rejected")
        assert await service.calls("DELETE", "delete-post") == 1
        assert len(await service.kept()) == 1


async def test_a_post_that_somebody_else_deleted_is_not_found(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("status:404:post_group_not_found", *DELETE)
        assert (await agent.call("delete_post", post_id=post_id))["error_code"] == "not_found"
        assert (await agent.call("delete_post", post_id=post_id))["ok"]
        again = await agent.call("delete_post", post_id=post_id)
        assert (again["error_code"], again["outcome"]) == ("not_found", "nothing_sent")


@pytest.mark.parametrize("refusal", ["status:401:invalid_api_key", "status:403:api_access_disabled"])
async def test_a_refused_deletion_deletes_nothing(tmp_path: Path, refusal: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "published")
        await service.fault(refusal, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["outcome"], body["retry"]["decision"]) == ("rejected", "ask_user")
        assert len(await service.kept()) == 1
