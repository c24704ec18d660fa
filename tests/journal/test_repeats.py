"""The same call twice, at once, elsewhere, later, or under a name of the client's: one post, and the same answer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from schemas.instant import wire
from tests.desk import Body
from tests.socialapi.desk import PUBLISH, Agent, agent, assert_one, later, lose, moving, socialapi

pytestmark = pytest.mark.anyio

THEIRS = "sapi_key_of_somebody_else"


def alike(one: Body, other: Body) -> bool:
    """Tell whether two answers say the same of a post, but for which of them was first."""
    aside = {"replayed", "poll_after_seconds"}
    return {k: v for k, v in one["data"].items() if k not in aside} == {
        k: v for k, v in other["data"].items() if k not in aside
    }


async def test_the_same_call_at_once_from_two_processes_makes_one_post_and_equal_answers(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (first, service), agent(tmp_path, f"{service.url}/v1") as second:
        await service.fault("slow:0.3", PUBLISH)
        answers: list[Body] = []

        async def create(by: Agent) -> None:
            answers.append(await by.create())

        async with anyio.create_task_group() as group:
            for by in (first, second, first, second):
                group.start_soon(create, by)
        assert all(answer["ok"] for answer in answers), answers
        assert sorted(answer["data"]["replayed"] for answer in answers) == [False, True, True, True]
        assert all(alike(answers[0], answer) for answer in answers)
        await assert_one(service)


async def test_a_twin_of_a_call_that_is_refused_gets_the_same_refusal(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (first, service), agent(tmp_path, f"{service.url}/v1") as second:
        await first.call("list_accounts")
        await second.call("list_accounts")
        # Long enough for the other to join, though it stands still for a while.
        await service.fault("slow:5", "/posts/validate")
        await service.fault("status:402:billing.past_due", "/posts")
        answers: list[Body] = []

        async def create(by: Agent) -> None:
            answers.append(await by.create())

        async with anyio.create_task_group() as group:
            group.start_soon(create, first)
            group.start_soon(create, second)
        for answer in answers:
            del answer["request_id"]
        assert answers[0] == answers[1]
        assert answers[0]["error_code"] == "subscription_required"
        assert await service.requests("POST", "/posts") == 1


async def test_a_call_that_its_client_repeats_is_the_same_call_though_a_duplicate_is_allowed(
    tmp_path: Path,
) -> None:
    async with socialapi(tmp_path) as (found, service):
        post = {"caption": "Launch day", "accounts": ["socialapi:acc_01BBB"], "allow_duplicate": True}

        async def create(use: str) -> Body:
            answer = await found.client.call_tool("create_post", post, meta={"claudecode/toolUseId": use})
            return json.loads(getattr(answer.content[0], "text", ""))

        one, again, other = await create("toolu_1"), await create("toolu_1"), await create("toolu_2")
        assert one["data"]["id"] == again["data"]["id"] != other["data"]["id"]
        assert again["data"]["replayed"]
        assert len(await service.posts()) == 2


async def test_a_repeat_while_the_service_is_down_is_answered_by_what_is_known(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (found, service):
        first = await found.create()
        move(timedelta(minutes=6))
        await service.fault("drop_before", "/accounts", "GET", times=9)
        again = await found.create()
        assert (again["ok"], again["data"]["replayed"], alike(first, again)) == (True, True, True)


async def test_a_repeat_after_the_posts_time_has_passed_is_answered_by_its_case(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (found, service):
        moment = wire(datetime.now(UTC) + timedelta(minutes=5))
        first = await found.create(scheduled_at=moment)
        move(timedelta(minutes=6))
        again = await found.create(scheduled_at=moment)
        assert (again["ok"], again["data"]["id"]) == (True, first["data"]["id"])
        assert len(await service.posts()) == 1


async def test_a_time_that_comes_so_near_that_it_means_now_is_still_the_same_post(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (found, service):
        moment = wire(datetime.now(UTC) + timedelta(seconds=50))
        first = await found.create(scheduled_at=moment)
        move(timedelta(seconds=30))
        again = await found.create(scheduled_at=moment)
        assert again["data"]["id"] == first["data"]["id"]
        assert len(await service.posts()) == 1


async def test_waiting_in_check_status_lasts_until_a_case_is_settled(tmp_path: Path) -> None:
    async with socialapi(tmp_path, SETTLE_SECONDS="0.2", SETTLE_READS="2") as (found, service):
        await service.fault("drop_before")
        following = await lose(found, scheduled_at=later(hours=3))
        settled = await found.call("check_status", **following["arguments"], wait_seconds=50)
        assert settled["outcome"] == "rejected"
        assert "safe to create it again" in settled["message"]


async def test_a_case_is_settled_without_anybody_asking(tmp_path: Path) -> None:
    async with socialapi(tmp_path, SETTLE_SECONDS="0.2") as (found, service):
        await service.fault("drop_before", PUBLISH)
        await lose(found)
        with anyio.fail_after(100):
            while (await service.posts())[0]["status"] != "published":  # noqa: ASYNC110  (another process would see it so)
                await anyio.sleep(0.05)
        await assert_one(service)


async def test_a_key_belongs_to_those_who_post_with_the_same_api_key(tmp_path: Path) -> None:
    async with (
        socialapi(tmp_path) as (ours, service),
        agent(tmp_path, f"{service.url}/v1", SOCIALAPI_API_KEY=THEIRS) as others,
    ):
        one = await ours.create(idempotency_key="launch-1")
        other = await others.create(idempotency_key="launch-1", caption="Theirs")
        assert other["ok"], other
        assert other["data"]["id"] != one["data"]["id"]


async def test_a_case_is_not_settled_under_another_api_key_but_told_honestly(tmp_path: Path) -> None:
    async with socialapi(tmp_path, SETTLE_SECONDS="3600") as (ours, service):
        await service.fault("drop_before", PUBLISH)
        following = await lose(ours)
        async with agent(tmp_path, f"{service.url}/v1", SOCIALAPI_API_KEY=THEIRS) as others:
            told = await others.call("check_status", **following["arguments"])
            again = await others.create()
        assert (told["outcome"], "another API key" in told["message"]) == ("unknown", True)
        assert again["outcome"] == "unknown"
        await assert_one(service, "draft")


async def test_a_post_that_was_refused_under_another_api_key_is_a_post_of_this_one(tmp_path: Path) -> None:
    async with (
        socialapi(tmp_path) as (ours, service),
        agent(tmp_path, f"{service.url}/v1", SOCIALAPI_API_KEY=THEIRS) as others,
    ):
        await ours.call("list_accounts")
        await others.call("list_accounts")
        await service.fault("status:402:billing.past_due", "/posts")
        assert (await ours.create())["error_code"] == "subscription_required"
        await service.fault("accept_then_drop", PUBLISH)
        following = await lose(others)
        settled = await others.call("check_status", **following["arguments"])
        assert (settled["outcome"], settled["data"]["status"]) == ("accepted", "published"), settled
        await assert_one(service)
