"""A call that meets a failure which passes: what is made again within it, and what is not."""

import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serve import running
from tests.desk import TRIES, Agent, Body, agent
from tests.postpost.desk import postpost, slides
from tests.sandbox.silence import Silence
from tests.wire.desk import GENVIRAL, HOUSES, POSTPOST, SOCIALAPI, House, moving

pytestmark = pytest.mark.anyio

PUBLISH = "/posts/{id}/publish"


def named(house: House) -> str:
    return house.name


@pytest.mark.parametrize("house", HOUSES, ids=named)
async def test_a_create_that_is_throttled_for_a_moment_is_a_success(tmp_path: Path, house: House) -> None:
    async with house.opened(tmp_path) as (agent, service):
        await service.fault("retry_after:1", house.create)
        body = await agent.call("create_post", **house.post)
        assert (body["code"], body["outcome"]) == (201, "accepted")
        assert await service.requests("POST", house.create) == 2
        assert len(await service.posts()) == 1


async def test_a_publication_that_is_throttled_for_a_moment_is_a_success(tmp_path: Path) -> None:
    async with SOCIALAPI.opened(tmp_path) as (agent, service):
        await service.fault("retry_after:1:ratelimit.exceeded", PUBLISH)
        body = await agent.call("create_post", **SOCIALAPI.post)
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "published")
        assert (await service.requests("POST", "/publish"), await service.requests("POST", "/posts")) == (2, 1)


@pytest.mark.parametrize("house", HOUSES, ids=named)
async def test_a_long_wait_is_told_and_not_waited_for(tmp_path: Path, house: House) -> None:
    async with house.opened(tmp_path) as (agent, service):
        calls: list[tuple[str, str, str, Body]] = [
            ("POST", house.create, "create_post", house.post),
            ("GET", house.listing, "list_posts", {}),
        ]
        for method, path, tool, arguments in calls:
            before = await service.requests(method, path)
            await service.fault("retry_after:600", path, method)
            with anyio.fail_after(100):
                body = await agent.call(tool, **arguments)
            assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", 600)
            assert await service.requests(method, path) == before + 1


@pytest.mark.parametrize("house", [POSTPOST, SOCIALAPI], ids=named)
@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before", "accept_then_status:502", "html_500"])
async def test_a_create_whose_answer_was_lost_is_not_repeated(tmp_path: Path, house: House, fault: str) -> None:
    async with house.opened(tmp_path) as (agent, service):
        await service.fault(fault, house.create)
        body = await agent.call("create_post", **house.post)
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert "tried" not in body["message"]
        assert await service.requests("POST", house.create) == 1


@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before", "accept_then_status:502", "html_500"])
async def test_where_the_service_knows_the_key_it_is_repeated_under_the_same(tmp_path: Path, fault: str) -> None:
    async with GENVIRAL.opened(tmp_path) as (agent, service):
        await service.fault(fault)
        body = await agent.call("create_post", **GENVIRAL.post)
        assert (body["outcome"], body["data"]["replayed"]) == ("accepted", False)
        [post] = await service.posts()
        assert body["data"]["id"] == f"genviral:{post['id']}"
        assert await service.requests("POST", "/posts") == 2
        assert post["requests"] == (2 if fault.startswith("accept") else 1)


@pytest.mark.parametrize("house", HOUSES, ids=named)
async def test_reads_survive_two_resets_and_tell_the_third(tmp_path: Path, house: House) -> None:
    async with house.opened(tmp_path) as (agent, service):
        calls: list[tuple[str, str, Body]] = [
            (house.accounts, "list_accounts", {"refresh": True}),
            (house.listing, "list_posts", {}),
        ]
        for path, tool, arguments in calls:
            before = await service.requests("GET", path)
            await service.fault("drop_before", path, "GET", times=TRIES - 1)
            assert (await agent.call(tool, **arguments))["ok"]
            await service.fault("drop_before", path, "GET", times=TRIES)
            body = await agent.call(tool, **arguments)
            assert (body["error_code"], body["outcome"]) == ("unexpected_answer", "nothing_sent")
            assert f"(tried {TRIES} times)." in body["message"]
            assert await service.requests("GET", path) == before + 2 * TRIES


@pytest.mark.parametrize("house", HOUSES, ids=named)
async def test_a_service_that_is_gone_is_tried_more_than_once_and_nothing_was_sent(
    tmp_path: Path, house: House
) -> None:
    async with gone(house, tmp_path) as lonely:
        body = await lonely.call("create_post", **house.post)
        assert (body["error_code"], body["outcome"]) == ("provider_unreachable", "nothing_sent")
        assert f"(tried {TRIES} times)." in body["message"]


@asynccontextmanager
async def gone(house: House, home: Path) -> AsyncGenerator[Agent]:
    """An agent that has seen its accounts, whose service has gone since."""
    async with AsyncExitStack() as stack:
        async with house.serving() as service:
            found = await stack.enter_async_context(house.agent(service, home))
        # Nobody else is to get the port meanwhile.
        nobody = stack.enter_context(socket.socket())
        nobody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        nobody.bind(("127.0.0.1", int(service.url.rpartition(":")[2])))
        yield found


@pytest.mark.parametrize(
    ("house", "fault"),
    [(SOCIALAPI, "retry_after:1:billing.post_limit"), (POSTPOST, "status:403:POST_LIMIT_REACHED")],
    ids=["socialapi", "postpost"],
)
async def test_an_allowance_that_is_used_up_is_asked_for_once(tmp_path: Path, house: House, fault: str) -> None:
    async with house.opened(tmp_path) as (agent, service):
        await service.fault(fault, house.create, times=TRIES)
        body = await agent.call("create_post", **house.post)
        assert (body["error_code"], body["retry"]["decision"]) == ("quota_reached", "ask_user")
        assert await service.requests("POST", house.create) == 1


@pytest.mark.parametrize("house", HOUSES, ids=named)
async def test_a_service_that_hangs_is_given_up_in_time(tmp_path: Path, house: House) -> None:
    silent = replace(house, app=lambda: Silence(house.app(), seconds=6.0))
    async with silent.opened(tmp_path, SEND_TIMEOUT="5") as (agent, service):
        await service.fault("slow:3600", house.listing, "GET", times=99)
        await service.fault("slow:3600", house.create, times=99)
        with anyio.fail_after(200):
            body = await agent.call("list_posts")
            assert (body["error_code"], await service.requests("GET", house.listing)) == ("provider_timeout", TRIES)
            assert (await agent.call("create_post", **house.post))["outcome"] == "unknown"
            assert await service.requests("POST", house.create) == (TRIES if house is GENVIRAL else 1)


async def test_a_step_with_little_time_of_its_own_is_not_begun_again(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("retry_after:1", "/update-post/{id}", "PUT")
        body = await agent.create(media=slides("/1.jpg"))
        assert (body["error_code"], body["outcome"]) == ("rate_limited", "rejected")
        assert await service.kept() == []
        log = (await service.http.get(f"{service.url}/_sandbox/requests")).json()["requests"]
        assert [entry["method"] for entry in log].count("PUT") == 2  # the bytes, and the one step


@asynccontextmanager
async def answering(home: Path, first: Response, asleep: float = 0.0) -> AsyncGenerator[tuple[Agent, list[str]]]:
    """An agent at a SocialAPI that answers its first create so, during which the machine sleeps; what it was asked."""
    clock, move = moving()
    asked: list[str] = []

    async def respond(request: Request) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/accounts":
            return JSONResponse({"data": [{"id": "acc_01BBB", "platform": "facebook"}]})
        if asked[-1] == "POST /posts" and asked.count("POST /posts") == 1:
            move(asleep)
            return first
        status = "draft" if request.method == "POST" else "published"
        return JSONResponse({"id": "p_1", "status": status, "valid": True}, 201)

    app = Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST", "DELETE"])])
    async with running(app) as url, agent(home, clock, **SOCIALAPI.settings(url, "")) as found:
        yield found, asked


def draft() -> Body:
    return {**SOCIALAPI.post, "mode": "draft"}


async def test_a_service_that_says_when_to_come_back_has_refused(tmp_path: Path) -> None:
    busy = JSONResponse({"error": {"message": "busy"}}, 503, {"Retry-After": "1"})
    async with answering(tmp_path, busy) as (agent, asked):
        assert (await agent.call("create_post", **draft()))["outcome"] == "accepted"
        assert asked.count("POST /posts") == 2


async def test_a_service_that_does_not_say_so_may_have_acted(tmp_path: Path) -> None:
    busy = JSONResponse({"error": {"message": "busy"}}, 503)
    async with answering(tmp_path, busy) as (agent, asked):
        assert (await agent.call("create_post", **draft()))["outcome"] == "unknown"
        assert asked.count("POST /posts") == 1


async def test_a_machine_that_slept_makes_nothing_again_that_another_may_have_looked_into(tmp_path: Path) -> None:
    throttled = JSONResponse({"error": {"code": "ratelimit.exceeded", "message": "slow"}}, 429, {"Retry-After": "1"})
    async with answering(tmp_path, throttled, asleep=3600) as (agent, asked):
        body = await agent.call("create_post", **draft())
        assert (body["error_code"], body["outcome"]) == ("rate_limited", "rejected")
        assert asked.count("POST /posts") == 1
