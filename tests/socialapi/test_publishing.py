"""A draft that is not published: refused, in doubt, or too late. No draft is left behind, none is published twice."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.clock import utc_now
from providers.protocol import Failure
from providers.socialapi.provider import SocialAPI
from providers.wire import Wire
from sandbox.serve import running
from schemas.post import Order
from tests.desk import TRIES
from tests.socialapi.desk import FACEBOOK, KEY, PUBLISH, Agent, agent, assert_one, lose, moving, socialapi

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("code", ["auth.invalid_key", "publishing.velocity_limit", "byok.credentials_missing"])
async def test_a_refused_publication_leaves_no_draft_and_can_be_repeated(tmp_path: Path, code: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(f"status:403:{code}", PUBLISH)
        body = await agent.create()
        assert (body["outcome"], body["provider_error"]["code"]) == ("rejected", code)
        assert await service.posts() == []
        assert (await agent.create())["outcome"] == "accepted"
        await assert_one(service)


async def test_a_draft_that_cannot_be_taken_back_is_named(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("status:402:billing.past_due", PUBLISH)
        await service.fault("status:402:billing.past_due", "/posts/{id}", "DELETE")
        body = await agent.create()
        post = await assert_one(service, "draft")
        assert (body["outcome"], post["id"] in body["message"]) == ("rejected", True)


@pytest.mark.parametrize("fault", ["accept_then_status:409:post.state_invalid", "accept_then_status:404"])
async def test_a_refusal_of_what_happened_all_the_same_is_seen_through(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(fault, PUBLISH)
        body = await agent.create()
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "published")
        await assert_one(service)


async def test_a_refusal_that_cannot_be_looked_into_stays_open(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await agent.call("list_accounts")
        await service.fault("status:429:ratelimit.exceeded", PUBLISH)
        await service.fault("drop_before", "/posts/{id}", "GET", times=TRIES)
        following = await lose(agent)
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "accepted"
        await assert_one(service)


async def test_a_conflict_with_what_the_service_itself_says_is_not_decided(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("status:409:post.state_invalid", PUBLISH)
        following = await lose(agent)
        await assert_one(service, "draft")
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "accepted"
        await assert_one(service)


async def test_a_404_that_is_not_about_the_post_proves_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", PUBLISH)
        following = await lose(agent)
        await service.fault("status:404", "/posts/{id}", "GET")
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "unknown"
        assert (await agent.call("check_status", **following["arguments"]))["outcome"] == "accepted"


async def test_a_checkup_that_fails_does_not_stop_a_post(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        for fault in ("html_500", "drop_before", "status:429:ratelimit.exceeded"):
            await service.fault(fault, "/posts/validate")
            assert (await agent.create(caption=fault))["outcome"] == "accepted"
        assert len(await service.posts()) == 3


@pytest.mark.parametrize("path", ["/posts", PUBLISH])
async def test_a_service_that_hangs_is_given_up_in_time(tmp_path: Path, path: str) -> None:
    async with socialapi(tmp_path, silence=11.0) as (_, service):
        await service.fault("slow:3600", path)
        http = Wire(
            f"{service.url}/v1", SecretStr(KEY), utc_now, timeout=60.0, concurrency=1, user_agent="postwright/test"
        )
        provider = SocialAPI(http, utc_now, create_seconds=10.0)
        accounts = tuple(account for account in await provider.accounts() if account.id == FACEBOOK)
        with anyio.fail_after(50), pytest.raises(Failure) as caught:
            await provider.create(Order(caption="Launch day", accounts=accounts, key="k"))
        await provider.aclose()
        assert (caught.value.code, caught.value.doubt) == ("provider_timeout", True)


@asynccontextmanager
async def sleeping(home: Path, asleep_at: str) -> AsyncGenerator[tuple[Agent, list[str]]]:
    """A machine that sleeps for a day at one request, a service that publishes nothing, and what was asked of it."""
    clock, move = moving()
    asked: list[str] = []

    async def respond(request: Request) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        if asked[-1] == asleep_at:
            move(timedelta(days=1))
        if request.url.path == "/accounts":
            accounts = [{"id": name, "platform": "facebook"} for name in ("acc_01AAA", "acc_01BBB")]
            return JSONResponse({"data": accounts})
        if request.url.path.endswith("/publish"):
            return JSONResponse({"error": {"code": "billing.post_limit", "message": "used up"}}, 429)
        return JSONResponse({"id": "p_1", "status": "draft", "valid": True}, 201)

    app = Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST", "DELETE"])])
    async with running(app) as url, agent(home, url, clock) as found:
        yield found, asked


async def test_a_machine_that_slept_before_publishing_leaves_the_draft_to_be_settled(tmp_path: Path) -> None:
    async with sleeping(tmp_path, "POST /posts") as (agent, asked):
        await lose(agent)
        assert "POST /posts/p_1/publish" not in asked


async def test_a_machine_that_slept_while_being_refused_deletes_nothing(tmp_path: Path) -> None:
    async with sleeping(tmp_path, "POST /posts/p_1/publish") as (agent, asked):
        await lose(agent)
        assert "DELETE /posts/p_1" not in asked
    async with sleeping(tmp_path / "awake", "") as (agent, asked):
        assert (await agent.create())["outcome"] == "rejected"
        assert "DELETE /posts/p_1" in asked
