"""delete_post through Genviral: what goes, what stays live, and what is told when an answer is lost."""

from pathlib import Path

import pytest

from sandbox.serve import running
from tests.desk import INSTAGRAM, KEY, TIKTOK, TRIES, Agent, Body, Service, agent
from tests.genviral.impostor import Impostor
from tests.genviral.lives import LOST, OPEN, STATES, lives, made, overtaken, record

pytestmark = pytest.mark.anyio

DELETE = ("/posts/delete", "POST")


async def delete(agent: Agent, post_id: str) -> Body:
    return await agent.call("delete_post", post_id=post_id)


async def is_gone(service: Service) -> bool:
    return (await record(service))["deleted_at"] is not None


@pytest.mark.parametrize("state", OPEN)
async def test_a_post_that_is_not_out_is_deleted_and_never_goes_out(tmp_path: Path, state: str) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state)
        body = await delete(agent, post_id)
        assert (body["code"], body["outcome"], body["data"]["id"]) == (200, "accepted", post_id)
        assert [(sent["account"], sent["removed"], sent["stays_live"]) for sent in body["data"]["deliveries"]] == [
            (TIKTOK, True, False),
            (INSTAGRAM, True, False),
        ]
        assert await is_gone(service)
        await service.advance(20 * 365 * 24 * 3600)
        assert (await record(service))["status"] not in ("posted", "partial")
        assert (await agent.call("check_status", post_id=post_id))["error_code"] == "not_found"


@pytest.mark.parametrize("state", [state for state in STATES if state not in OPEN])
async def test_what_is_out_or_cancelled_is_not_deleted_and_nothing_is_asked(tmp_path: Path, state: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await delete(agent, post_id)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "nothing_sent")
        assert "only a person can remove it" in body["problems"][0]["fix"]
        assert await service.requests(*reversed(DELETE)) == 0
        assert not await is_gone(service)


async def test_a_delivery_that_is_out_stays_live_when_the_rest_is_deleted(tmp_path: Path) -> None:
    """A post that is out in part and queued again for the rest may be deleted."""
    async with lives(tmp_path, "queued") as (agent, service):
        await service.failing(TIKTOK, "No")
        post_id = (await agent.create(accounts=[TIKTOK, INSTAGRAM]))["data"]["id"]
        await service.advance(3601)
        assert (await agent.call("retry_post", post_id=post_id))["ok"]
        body = await delete(agent, post_id)
        assert (body["ok"], body["outcome"]) == (True, "partial")
        queued, live = body["data"]["deliveries"]
        assert (queued["account"], queued["removed"], queued["stays_live"]) == (TIKTOK, True, False)
        assert "look at the account" in queued["message"]
        assert (live["account"], live["removed"], live["stays_live"]) == (INSTAGRAM, False, True)


@pytest.mark.parametrize("fault", LOST)
async def test_a_deletion_whose_answer_is_lost_is_repeated_and_done(tmp_path: Path, fault: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        body = await delete(agent, post_id)
        assert (body["ok"], body["outcome"]) == (True, "accepted")
        assert await service.requests(*reversed(DELETE)) == 2
        assert await is_gone(service)


@pytest.mark.parametrize("fault", ["drop_before", "html_500", "status:500:bulk_delete_failed", "slow:3600"])
async def test_a_deletion_that_was_not_made_is_repeated(tmp_path: Path, fault: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        assert (await delete(agent, post_id))["ok"]
        assert await is_gone(service)


async def test_a_deletion_whose_every_answer_is_lost_is_told_as_done_once_a_look_finds_nothing(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_drop", *DELETE, times=TRIES)
        body = await delete(agent, post_id)
        assert (body["ok"], body["data"]["deliveries"][0]["removed"]) == (True, True)
        assert await service.requests(*reversed(DELETE)) == TRIES


async def test_a_deletion_that_never_arrives_is_unknown(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("drop_before", *DELETE, times=TRIES)
        body = await delete(agent, post_id)
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert not await is_gone(service)
        assert (await delete(agent, post_id))["ok"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:401:invalid_token", "unauthorized"),
        ("status:402:subscription_required", "subscription_required"),
        ("status:403:tier_not_allowed", "plan_forbids"),
        ("status:422:invalid_payload", "invalid_payload"),
        ("status:400:too_many_post_ids", "too_many_posts"),
        ("status:404", "not_found"),
        ("status:429", "rate_limited"),
    ],
)
async def test_a_refusal_is_told_by_the_error_table_and_deletes_nothing(tmp_path: Path, fault: str, code: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        body = await delete(agent, post_id)
        assert (body["error_code"], body["outcome"]) == (code, "rejected")
        assert not await is_gone(service)


#: What a 200 may say of the post, and what that is.
SAID: list[tuple[Body, str, str]] = [
    ({"deletedIds": [], "skipped": ["ID"]}, "not_found", "nothing_sent"),
    ({"deletedIds": [], "blockedStatuses": [{"id": "ID", "status": "posted"}]}, "state_conflict", "rejected"),
    ({"deletedIds": [], "blockedStatuses": [{"id": "ID"}], "skipped": []}, "state_conflict", "rejected"),
    ({"deletedIds": [], "errors": {"ID": "The queue is locked"}}, "provider_error", "rejected"),
    ({}, "outcome_unknown", "unknown"),
    ({"deletedIds": ["another"]}, "outcome_unknown", "unknown"),
    ({"deletedIds": "ID", "skipped": 5, "errors": [], "blockedStatuses": {}}, "outcome_unknown", "unknown"),
]


@pytest.mark.parametrize(("data", "code", "outcome"), SAID, ids=str)
async def test_a_success_that_deleted_nothing_is_none(tmp_path: Path, data: Body, code: str, outcome: str) -> None:
    impostor = Impostor("scheduled", ("POST", "/posts/delete"), data)
    async with running(impostor) as url, agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as caller:
        body = await delete(caller, f"genviral:{impostor.id}")
        assert (body["error_code"], body["outcome"]) == (code, outcome)


async def test_a_post_that_is_gone_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        assert (await delete(agent, post_id))["ok"]
        again = await delete(agent, post_id)
        assert (again["error_code"], again["outcome"]) == ("not_found", "nothing_sent")
        assert await service.requests(*reversed(DELETE)) == 1


async def test_a_post_that_goes_out_before_it_is_deleted_is_told_as_out(tmp_path: Path) -> None:
    async with lives(tmp_path, patient=True) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        body = await overtaken(service, lambda: delete(agent, post_id), *DELETE)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "rejected")
        assert body["message"] == "Genviral deletes no post that is posted."
        assert not await is_gone(service)
