"""retry_post through Genviral: only what failed is queued again, once, and a success that queued nothing is none."""

from pathlib import Path

import anyio
import pytest

from sandbox.serve import running
from tests.desk import INSTAGRAM, KEY, TIKTOK, TRIES, Agent, Body, Service, agent
from tests.genviral.impostor import Impostor
from tests.genviral.lives import LOST, STATES, lives, made, native, record

pytestmark = pytest.mark.anyio

RETRY = ("/posts/retry", "POST")
GET = ("/posts/{id}", "GET")


async def retry(agent: Agent, post_id: str, **arguments: object) -> Body:
    return await agent.call("retry_post", None, post_id=post_id, **arguments)


async def sends(service: Service) -> int:
    return await service.requests(*reversed(RETRY))


async def states(service: Service) -> dict[str, str]:
    return {sent["account_id"]: sent["status"] for sent in (await record(service))["accounts"]["states"]}


async def test_the_failed_delivery_of_a_post_that_is_out_in_part_is_sent_again_and_no_other(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "partial")
        _, posted = (await record(service))["accounts"]["states"]
        body = await retry(agent, post_id)
        assert (body["ok"], body["outcome"]) == (True, "partial")
        queued = {sent["account"]: sent["queued"] for sent in body["data"]["deliveries"]}
        assert queued == {TIKTOK: True, INSTAGRAM: False}
        assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == "published"
        assert (await record(service))["accounts"]["states"][1] == posted


async def test_all_failed_deliveries_are_sent_again_or_those_that_are_named(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        body = await retry(agent, post_id, accounts=[INSTAGRAM])
        assert [sent["account"] for sent in body["data"]["deliveries"]] == [INSTAGRAM]
        assert await states(service) == {native(TIKTOK): "failed", native(INSTAGRAM): "posted"}
        assert (await retry(agent, post_id))["ok"]
        assert await states(service) == {native(TIKTOK): "posted", native(INSTAGRAM): "posted"}


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("partial", "failed")])
async def test_what_has_not_failed_is_not_sent_again_and_nothing_is_asked(tmp_path: Path, state: str) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state)
        body = await retry(agent, post_id)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "nothing_sent")
        assert await sends(service) == 0


@pytest.mark.parametrize("fault", LOST)
async def test_a_retry_whose_answer_is_lost_is_told_as_made_once_a_look_shows_it(tmp_path: Path, fault: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "partial")
        await service.fault(fault, *RETRY)
        body = await retry(agent, post_id)
        assert body["ok"], body
        assert await sends(service) == 1


@pytest.mark.parametrize("fault", ["drop_before", "html_500", "status:500:retry_failed", "slow:3600"])
async def test_a_retry_that_a_look_does_not_show_is_unknown_and_not_made_again(tmp_path: Path, fault: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        await service.fault(fault, *RETRY)
        body = await retry(agent, post_id)
        told = (body["error_code"], body["outcome"], body["retry"]["decision"])
        assert told == ("outcome_unknown", "unknown", "check_first")
        assert body["next"][0]["arguments"] == {"post_id": post_id}
        assert await sends(service) == 1


async def test_a_retry_that_failed_again_behind_a_lost_answer_tells_nothing(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "partial")
        await service.failing(TIKTOK, "Again")
        await service.fault("accept_then_drop", *RETRY)
        assert (await retry(agent, post_id))["outcome"] == "unknown"


async def test_a_retry_that_was_queued_is_told_without_a_look_where_that_fails(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        await service.fault("slow:0", *GET)
        await service.fault("html_500", *GET, times=TRIES)
        body = await retry(agent, post_id)
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["queued", "queued"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:401:invalid_token", "unauthorized"),
        ("status:402:subscription_required", "subscription_required"),
        ("status:403:tier_not_allowed", "plan_forbids"),
        ("status:422:invalid_payload", "invalid_payload"),
        ("status:404", "not_found"),
        ("status:429", "rate_limited"),
    ],
)
async def test_a_refusal_is_told_by_the_error_table_and_queues_nothing(tmp_path: Path, fault: str, code: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        await service.fault(fault, *RETRY)
        body = await retry(agent, post_id)
        assert (body["error_code"], body["outcome"]) == (code, "rejected")
        assert set((await states(service)).values()) == {"failed"}


#: What a 200 may say, how the post stands by then, and what that is.
SAID: list[tuple[Body, str, str]] = [
    ({"retried": 0, "ids": [], "failed": ["ID"], "errors": {"ID": "Nothing to retry"}}, "rejected", "rejected"),
    ({"retried": 0}, "rejected", "rejected"),
    ({"retried": 0, "ids": [], "errors": {"ID": 5}}, "rejected", "rejected"),
    ({"retried": 1, "ids": ["another"]}, "outcome_unknown", "unknown"),
    ({"retried": "1"}, "outcome_unknown", "unknown"),
    ({}, "outcome_unknown", "unknown"),
]


@pytest.mark.parametrize(("data", "code", "outcome"), SAID, ids=str)
async def test_a_success_that_queued_nothing_is_none(tmp_path: Path, data: Body, code: str, outcome: str) -> None:
    impostor = Impostor("failed", ("POST", "/posts/retry"), data)
    async with running(impostor) as url, agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as caller:
        body = await retry(caller, f"genviral:{impostor.id}")
        assert (body["error_code"], body["outcome"]) == (code, outcome)
        assert impostor.seen == [{"post_ids": [impostor.id], "account_ids": [native(INSTAGRAM)]}]


@pytest.mark.parametrize("data", [{"retried": 1}, {"retried": 1, "ids": ["ID"]}, {"ids": ["ID"], "failed": None}])
async def test_a_success_that_queued_the_post_is_one(tmp_path: Path, data: Body) -> None:
    impostor = Impostor("failed", ("POST", "/posts/retry"), data)
    async with running(impostor) as url, agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as caller:
        assert (await retry(caller, f"genviral:{impostor.id}"))["ok"]


async def test_two_at_once_queue_the_post_once(tmp_path: Path) -> None:
    """The second finds the post queued, by the service's word or by its own look."""
    async with lives(tmp_path, "queued", patient=True) as (agent, service):
        for account in (TIKTOK, INSTAGRAM):
            await service.failing(account, "No")
        post_id = (await agent.create(accounts=[TIKTOK, INSTAGRAM]))["data"]["id"]
        await service.advance(3601)
        await service.fault("slow:0.3", *RETRY)
        bodies: list[Body] = []
        async with anyio.create_task_group() as group:
            for _ in range(2):

                async def call() -> None:
                    bodies.append(await retry(agent, post_id))

                group.start_soon(call)
        assert sorted(body["ok"] for body in bodies) == [False, True]
        [refused] = [body for body in bodies if not body["ok"]]
        assert refused["error_code"] == "state_conflict"
        assert set((await states(service)).values()) == {"retry"}
