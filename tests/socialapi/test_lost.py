"""Answers that are lost at any step end in one post, or in none and the certainty of it."""

from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serve import running
from tests.desk import SLIDES, TRIES, Body
from tests.sandbox.silence import PASSES
from tests.socialapi.desk import (
    FACEBOOK,
    INSTAGRAM,
    PUBLISH,
    agent,
    assert_one,
    later,
    lose,
    moving,
    socialapi,
)

pytestmark = pytest.mark.anyio

#: The service acts, but its answer does not arrive.
ACTED = (
    "accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "accept_then_slow:3600",
    "accept_then_status:502", "accept_then_status:500:system.internal",
)  # fmt: skip
#: The service does not act, which its answer does not prove.
NOT_ACTED = ("drop_before", "html_500", "status:503", "status:500:system.internal", "slow:3600")


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("path", ["/posts", PUBLISH])
async def test_a_lost_answer_is_settled_by_the_next_call_without_a_double(
    tmp_path: Path, path: str, fault: str
) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault, path)
        following = await lose(agent)
        settled = await agent.call(following["tool"], **following["arguments"])
        assert (settled["outcome"], settled["data"]["status"]) == ("accepted", "published"), settled
        again = await agent.create()
        assert again["data"]["id"] == settled["data"]["id"]
        await assert_one(service)
        assert await service.requests("POST", "/posts") == 1


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_publication_that_never_arrived_is_made_up_for(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault, PUBLISH)
        following = await lose(agent)
        settled = await agent.call(following["tool"], **following["arguments"])
        assert settled["data"]["status"] == "published"
        await assert_one(service)


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_draft_that_never_arrived_is_known_not_to_be_out(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault)
        following = await lose(agent)
        settled = await agent.call(following["tool"], **following["arguments"])
        assert (settled["outcome"], await service.posts()) == ("rejected", [])
        assert (await agent.create())["outcome"] == "accepted"
        await assert_one(service)


async def test_an_agent_that_repeats_blindly_makes_no_second_post(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("accept_then_drop")
        await service.fault("accept_then_drop", PUBLISH)
        assert [(await agent.create())["outcome"] for _ in range(3)] == ["unknown", "unknown", "accepted"]
        await assert_one(service)


async def test_many_calls_that_settle_at_once_publish_once(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("drop_before", PUBLISH)
        following = await lose(agent)
        bodies: list[Body] = []

        async def settle() -> None:
            bodies.append(await agent.call("check_status", **following["arguments"]))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(settle)
        assert len({body["data"]["id"] for body in bodies}) == 1
        await assert_one(service)


@pytest.mark.parametrize("path", ["/posts", PUBLISH])
async def test_another_process_settles_what_one_left_behind(tmp_path: Path, path: str) -> None:
    async with socialapi(tmp_path) as (first, service):
        await service.fault("accept_then_drop", path)
        following = await lose(first)
        async with agent(tmp_path, f"{service.url}/v1") as second:
            settled = await second.call(following["tool"], **following["arguments"])
        assert settled["data"]["status"] == "published"
        await assert_one(service)


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("changes", [{"scheduled_at": later(hours=3)}, {"mode": "draft"}], ids=["scheduled", "draft"])
async def test_a_lost_schedule_or_draft_is_found_by_its_content(tmp_path: Path, changes: Body, fault: str) -> None:
    status = "draft" if "mode" in changes else "scheduled"
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        await agent.call("list_accounts")
        await service.fault(fault)
        following = await lose(agent, **changes)
        settled = await agent.call(following["tool"], **following["arguments"])
        assert (settled["outcome"], settled["data"]["status"]) == ("accepted", status), settled
        await assert_one(service, status)


async def test_a_schedule_that_does_not_appear_is_given_up_after_looks_far_apart(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (agent, service):
        await service.fault("drop_before")
        moment = later(hours=3)
        following = await lose(agent, scheduled_at=moment)
        for pause in (120, 90, 90, 90):
            for _ in range(3):
                looked = await agent.call("check_status", **following["arguments"])
                assert looked["outcome"] == "unknown"
                assert pause - 5 < looked["retry"]["after_seconds"] <= pause
            move(timedelta(seconds=pause + 1))
        settled = await agent.call("check_status", **following["arguments"])
        assert settled["outcome"] == "rejected"
        assert (await agent.create(scheduled_at=moment))["outcome"] == "accepted"
        await assert_one(service, "scheduled")


async def test_a_schedule_that_arrives_late_is_found_by_a_later_look(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (agent, service):
        await service.fault("drop_before")
        moment = later(hours=3)
        following = await lose(agent, scheduled_at=moment)
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "unknown"
        targets = [{"account_id": "acc_01AAA", "platform_data": {"content_type": "feed"}}, {"account_id": "acc_01BBB"}]
        media = [{"source_type": "url", "source": SLIDES["urls"][0]}]
        await service.call("POST", "/posts", text="Launch day", targets=targets, media=media, scheduled_at=moment)
        move(timedelta(seconds=61))
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "accepted"
        await assert_one(service, "scheduled")


async def test_a_post_of_the_same_content_but_another_time_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await agent.create(scheduled_at=later(hours=2))
        await agent.create()
        await service.fault("drop_before")
        following = await lose(agent, scheduled_at=later(hours=3))
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"mode": "draft"}, "The draft may have been made"), ({}, "The post may be live")],
    ids=["draft", "post"],
)
async def test_a_doubt_says_what_it_is_about(tmp_path: Path, changes: Body, words: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("accept_then_drop")
        await service.fault("status:503", "/posts", "GET", times=TRIES)
        made = await agent.create(**changes)
        looked = await agent.call(made["next"][0]["tool"], **made["next"][0]["arguments"])
        for body in (made, looked):
            assert f" {words}; do not create it again." in body["message"]
            assert body["retry"]["advice"].startswith(f"{words}. ")


@pytest.mark.parametrize("changes", [{"accounts": [INSTAGRAM]}, {"caption": "Launch Day"}, {"mode": "draft"}])
async def test_a_post_of_other_content_is_not_taken_for_the_lost_one(tmp_path: Path, changes: Body) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await agent.create(**changes)
        before = len(await service.posts())
        await service.fault("drop_before")
        following = await lose(agent, accounts=[FACEBOOK, INSTAGRAM])
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "rejected"
        assert len(await service.posts()) == before


async def test_the_same_post_wanted_twice_is_not_settled_with_the_first(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        first = await agent.create()
        await service.fault("drop_before")
        following = await lose(agent, allow_duplicate=True)
        settled = await agent.call("check_status", **following["arguments"])
        assert settled["outcome"] == "rejected"
        second = await agent.create(allow_duplicate=True)
        assert second["data"]["id"] != first["data"]["id"]
        assert len(await service.posts()) == 2


async def test_a_draft_is_not_published_when_its_time_has_long_passed(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (agent, service):
        await service.fault("drop_before", PUBLISH)
        following = await lose(agent)
        move(timedelta(hours=2))
        late = await agent.call("check_status", **following["arguments"])
        assert (late["data"]["status"], late["data"]["warnings"][0]["code"]) == ("draft", "STILL_A_DRAFT")
        await assert_one(service, "draft")


async def test_a_draft_that_a_person_deleted_meanwhile_is_no_post(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("drop_before", PUBLISH)
        following = await lose(agent)
        [post] = await service.posts()
        await service.call("DELETE", f"/posts/{post['id']}")
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "rejected"


async def test_days_later_another_process_finds_the_post_that_came_of_the_lost_call(tmp_path: Path) -> None:
    clock, move = moving()
    async with socialapi(tmp_path, clock) as (first, service):
        await service.fault("accept_then_drop", PUBLISH)
        following = await lose(first)
        move(timedelta(hours=25))
        async with agent(tmp_path, f"{service.url}/v1", clock) as second:
            assert (await second.call("check_status", **following["arguments"]))["outcome"] == "accepted"
        await assert_one(service)


async def test_a_list_that_is_none_proves_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (first, service):
        await service.fault("accept_then_drop", PUBLISH)
        following = await lose(first)

    async def respond(request: Request) -> Response:
        return JSONResponse({"message": "Please log in to this network."})

    async with running(Starlette(routes=[Route("/posts", respond)])) as url, agent(tmp_path, url) as second:
        assert (await second.call("check_status", **following["arguments"]))["outcome"] == "unknown"
