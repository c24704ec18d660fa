"""delete_post through SocialAPI: what waits does not go out, what is live is taken down where that can be."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serve import running
from tests.desk import Body
from tests.sandbox.silence import PASSES
from tests.socialapi.desk import (
    FACEBOOK,
    INSTAGRAM,
    STATES,
    THREADS,
    TIKTOK,
    VIDEO,
    Agent,
    X,
    agent,
    made,
    slides,
    socialapi,
)

pytestmark = pytest.mark.anyio

DELETE = ("/posts/{id}", "DELETE")
ACTED = ("accept_then_drop", "accept_then_html_500", "accept_then_slow:3600", "accept_then_status:500:system.internal")
NOT_ACTED = ("drop_before", "html_500", "status:500:system.internal")
GONE, LIVE = (True, False), (False, True)


def told(body: Body) -> dict[str, tuple[bool, bool]]:
    return {sent["account"]: (sent["removed"], sent["stays_live"]) for sent in body["data"]["deliveries"]}


def said(body: Body, account: str) -> str:
    return next(sent.get("message", "") for sent in body["data"]["deliveries"] if sent["account"] == account)


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("publishing", "cancelled")])
async def test_a_post_is_deleted_in_each_state_that_has_an_end(tmp_path: Path, state: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["code"], body["outcome"], body["data"]["was"]) == (200, "accepted", state)
        assert told(body) == {FACEBOOK: GONE, THREADS: GONE}
        assert await service.posts() == []
        assert (await agent.call("check_status", post_id=post_id))["error_code"] == "not_found"


@pytest.mark.parametrize("state", ["publishing", "cancelled"])
async def test_what_is_on_its_way_or_gone_already_is_not_deleted(tmp_path: Path, state: str) -> None:
    async with socialapi(tmp_path, delay=3600.0 if state == "publishing" else 0.0) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "nothing_sent")
        assert "check_status" in body["problems"][0]["fix"]
        assert len(await service.posts()) == 1


async def test_each_delivery_tells_what_became_of_it(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        accounts = [FACEBOOK, INSTAGRAM, THREADS, X]
        await service.failing(X, "platform.twitter.rate_limit")
        post_id = (await agent.create(accounts=accounts, media=slides(1)))["data"]["id"]
        await service.login(THREADS, 0)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["ok"], body["outcome"], body["data"]["was"]) == (True, "partial", "partial")
        assert told(body) == {FACEBOOK: GONE, INSTAGRAM: LIVE, THREADS: LIVE, X: (False, False)}
        assert "remove it in the app. SocialAPI says: cannot delete there" in said(body, INSTAGRAM)
        assert "call delete_post again" in said(body, THREADS)
        # What stays live keeps its post, and what could not be asked can be asked again.
        await service.login(THREADS, None)
        again = await agent.call("delete_post", post_id=post_id)
        assert told(again)[THREADS] == GONE
        assert told(again)[INSTAGRAM] == LIVE
        [post] = await service.posts()
        assert [target["status"] for target in post["targets"] if target["account_id"] == "acc_01AAA"] == ["published"]


@pytest.mark.parametrize(("account", "media"), [(TIKTOK, VIDEO), (INSTAGRAM, slides(1))], ids=["tiktok", "instagram"])
async def test_a_platform_that_lets_nothing_be_deleted_keeps_the_post_live(
    tmp_path: Path, account: str, media: Body
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        settings: Body = {"tiktok": {"privacy_level": "SELF_ONLY"}} if account == TIKTOK else {}
        post_id = await made(agent, service, "published", accounts=[account], media=media, **settings)
        body = await agent.call("delete_post", post_id=post_id)
        assert told(body) == {account: LIVE}
        assert "remove it in the app" in said(body, account)
        assert body["message"].startswith("It stays live on ")
        assert len(await service.posts()) == 1


async def test_a_failed_delivery_that_may_be_live_is_said_to_be(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.failing(FACEBOOK, "publishing.delivery.timeout")
        post_id = (await agent.create(accounts=[FACEBOOK], media=None))["data"]["id"]
        body = await agent.call("delete_post", post_id=post_id)
        assert told(body) == {FACEBOOK: GONE}
        assert "may be live" in said(body, FACEBOOK)


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("state", ["draft", "scheduled", "published"])
async def test_a_deletion_whose_answer_is_lost_is_seen_to_have_been_made(
    tmp_path: Path, state: str, fault: str
) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, state)
        await service.fault(fault, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["ok"], told(body)) == (True, {FACEBOOK: GONE, THREADS: GONE})
        assert await service.requests("DELETE", post_id.removeprefix("socialapi:")) == 1


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_deletion_that_never_arrived_is_unknown(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert body["next"][0]["arguments"] == {"post_id": post_id}
        assert len(await service.posts()) == 1
        assert (await agent.call("delete_post", post_id=post_id))["ok"]


async def test_a_deletion_that_reached_some_platforms_before_it_was_lost_is_unknown(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "published", accounts=[FACEBOOK, INSTAGRAM], media=slides(1))
        await service.fault("accept_then_drop", *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert body["outcome"] == "unknown"
        assert told(await agent.call("delete_post", post_id=post_id))[INSTAGRAM] == LIVE


@pytest.mark.parametrize(
    ("fault", "error_code"),
    [
        ("status:409:post.state_invalid", "state_conflict"),
        ("status:404:post.not_found", "not_found"),
        ("status:403:auth.insufficient_scope", "forbidden"),
    ],
)
async def test_a_deletion_that_is_refused_is_told_and_deletes_nothing(
    tmp_path: Path, fault: str, error_code: str
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *DELETE)
        body = await agent.call("delete_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == (error_code, "rejected")
        assert len(await service.posts()) == 1


@asynccontextmanager
async def deleting(tmp_path: Path, targets: list[Body], answer: Response) -> AsyncGenerator[Agent]:
    """An agent at a service that has one post, and answers each deletion so."""
    post = {"id": "p_1", "status": "published", "text": "Hi", "targets": targets}
    accounts = [{"id": one, "platform": "facebook", "status": "active"} for one in ("acc_01BBB", "acc_01GGG")]

    async def show(_: Request) -> Response:
        return JSONResponse(post)

    async def delete(_: Request) -> Response:
        return answer

    async def listed(_: Request) -> Response:
        return JSONResponse({"data": accounts})

    routes = [
        Route("/posts/p_1", show, methods=["GET"]),
        Route("/posts/p_1", delete, methods=["DELETE"]),
        Route("/accounts", listed),
    ]
    async with running(Starlette(routes=routes)) as url, agent(tmp_path, url) as found:
        yield found


def target(account: str, status: str = "published") -> Body:
    return {"account_id": account, "platform": "facebook", "status": status}


async def test_an_older_server_that_answers_without_a_body_has_deleted_it_all(tmp_path: Path) -> None:
    async with deleting(tmp_path, [target("acc_01BBB")], Response(status_code=204)) as agent:
        body = await agent.call("delete_post", post_id="socialapi:p_1")
        assert told(body) == {FACEBOOK: GONE}


@pytest.mark.parametrize(
    "answer",
    [
        {"success": True, "deleted": False, "results": [{"account_id": "acc_01BBB", "outcome": "parked"}]},
        {"success": True, "deleted": False, "results": []},
        {"success": True, "deleted": False, "results": "none"},
        {"success": False},
    ],
    ids=["a new word", "no results", "no list", "no success"],
)
async def test_an_answer_that_says_nothing_clear_leaves_the_post_live(tmp_path: Path, answer: Body) -> None:
    async with deleting(tmp_path, [target("acc_01BBB")], JSONResponse(answer)) as agent:
        body = await agent.call("delete_post", post_id="socialapi:p_1")
        assert told(body) == {FACEBOOK: LIVE}
        assert "does not say" in said(body, FACEBOOK)


async def test_an_account_with_two_pages_has_a_result_for_each(tmp_path: Path) -> None:
    results = [{"account_id": "acc_01BBB", "outcome": outcome} for outcome in ("deleted", "failed")]
    answer = JSONResponse({"success": True, "deleted": False, "results": results})
    async with deleting(tmp_path, [target("acc_01BBB"), target("acc_01BBB")], answer) as agent:
        body = await agent.call("delete_post", post_id="socialapi:p_1")
        assert [(sent["removed"], sent["stays_live"]) for sent in body["data"]["deliveries"]] == [GONE, LIVE]
