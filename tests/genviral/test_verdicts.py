"""Every way in which Genviral can fail ends in the right verdict."""

from pathlib import Path

import anyio
import pytest
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from providers.genviral import records
from sandbox.serve import running
from schemas.errors import ENTRIES, ErrorCode
from tests.desk import INSTAGRAM, KEY, TRIES, Body, agent, genviral
from tests.genviral.lives import lives

pytestmark = pytest.mark.anyio

#: Requests to a service that may be under way at once.
LIMIT = 3


async def test_a_refused_post_can_be_made_with_the_same_call_once_the_cause_is_gone(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault("status:402:subscription_required")
        assert (await agent.create())["outcome"] == "rejected"
        assert (await agent.create())["code"] == 201
        assert len(await service.posts()) == 1


def test_every_code_of_ours_has_a_row_with_advice() -> None:
    assert set(ENTRIES) == set(ErrorCode)
    assert all(entry.advice.endswith(".") and 400 <= entry.status < 600 for entry in ENTRIES.values())


@pytest.mark.parametrize(
    "fault",
    [
        "accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "html_500", "drop_before",
        "accept_then_slow:3600", "slow:3600", "status:503", "accept_then_status:502",
        "status:500:create_failed",
    ],
)  # fmt: skip
async def test_a_lost_answer_is_unknown_and_the_next_call_settles_it_without_a_double(
    tmp_path: Path, fault: str
) -> None:
    async with lives(tmp_path) as (agent, service):
        await service.fault(fault, times=TRIES)
        body = await agent.create()
        told = (body["error_code"], body["outcome"], body["retry"]["decision"], body["retry"]["who"])
        assert told == ("outcome_unknown", "unknown", "check_first", "agent")
        [following] = body["next"]
        assert following["tool"] == "check_status"
        settled = await agent.call(following["tool"], **following["arguments"])
        assert settled["ok"], settled
        assert settled["data"]["id"].startswith("genviral:")
        again = await agent.create()
        assert again["data"]["id"] == settled["data"]["id"]
        assert len(await service.posts()) == 1


async def test_an_agent_that_repeats_blindly_after_a_lost_answer_makes_no_second_post(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", times=2 * TRIES)
        assert (await agent.create())["outcome"] == "unknown"
        assert (await agent.create())["outcome"] == "unknown"
        assert (await agent.create())["outcome"] == "accepted"
        assert len(await service.posts()) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("status:429", "unknown"), ("status:401:invalid_token", "unknown"), ("status:400:media_unreachable", "unknown"),
     ("status:422:invalid_payload", "rejected")],
)  # fmt: skip
async def test_a_refusal_while_settling_is_no_proof_unless_it_is_of_the_shape(
    tmp_path: Path, fault: str, outcome: str
) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault("drop_before", times=TRIES)
        case = (await agent.create())["next"][0]["arguments"]
        await service.fault(fault)
        assert (await agent.call("check_status", **case))["outcome"] == outcome
        assert (await agent.create())["ok"]
        assert len(await service.posts()) == 1


async def test_a_service_that_is_not_there_is_nothing_sent(tmp_path: Path) -> None:
    async with agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL="http://127.0.0.1:9/api") as lonely:
        body = await lonely.create()
        assert (body["error_code"], body["outcome"]) == ("provider_unreachable", "nothing_sent")
        assert body["retry"]["decision"] == "wait_then_retry"


@pytest.mark.parametrize(("fault", "seconds"), [("retry_after:70", 70.0), ("status:429", 30.0)])
async def test_a_throttle_says_how_long_to_wait(tmp_path: Path, fault: str, seconds: float) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault(fault)
        body = await agent.create()
        assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", seconds)


@pytest.mark.parametrize(
    ("token", "ours"),
    [("revoked_key", "unauthorized"), ("nosub_x.y", "subscription_required"), ("scheduler_x.y", "plan_forbids")],
)
async def test_a_key_that_may_not_is_told_at_the_first_call(tmp_path: Path, token: str, ours: str) -> None:
    async with genviral(tmp_path, GENVIRAL_API_KEY=token) as (agent, _):
        body = await agent.call("list_accounts")
        assert (body["error_code"], body["retry"]["decision"], body["retry"]["who"]) == (ours, "ask_user", "user")


@pytest.mark.parametrize("shape", ["", ":array", ":absent"])
async def test_422_is_read_in_every_shape_of_issues(tmp_path: Path, shape: str) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault(f"status:422:invalid_payload{shape}")
        body = await agent.create()
        assert (body["error_code"], body["outcome"]) == ("invalid_payload", "rejected")
        assert ("problems" in body) is (shape != ":absent")
        for problem in body.get("problems", []):
            assert problem["code"] == "refused_by_provider"
            assert problem["message"]


SHAPES: list[tuple[object, list[tuple[str, str]]]] = [
    ({"formErrors": ["a"], "fieldErrors": {"caption": ["b", "c"]}}, [("", "a"), ("/caption", "b"), ("/caption", "c")]),
    ([{"field": "media", "message": "a"}], [("/media", "a")]),
    ([{"path": ["media", "url"], "message": "b"}], [("/media/url", "b")]),
    (["a", "b"], [("", "a"), ("", "b")]),
    (None, []),
    ("a", []),
    ({"fieldErrors": ["x"], "formErrors": {"a": 1}}, []),
    ([None, 5, [], {}], []),
    ({"fieldErrors": {"a/b~\x00": ["\x1b[31mred"]}}, [("/a/b~", "[31mred")]),
]


@pytest.mark.parametrize(("issues", "found"), SHAPES)
def test_issues_of_any_shape_become_problems(issues: object, found: list[tuple[str, str]]) -> None:
    assert [(problem.path, problem.message) for problem in records.problems(issues)] == found


async def test_reads_fail_as_reads(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        for code in ("list_failed", "get_failed", "accounts_failed"):
            await service.fault(f"status:500:{code}", "/posts", "GET", times=TRIES)
            body = await agent.call("list_posts")
            assert (body["error_code"], body["outcome"]) == ("provider_error", "nothing_sent")
            assert body["retry"]["decision"] == "wait_then_retry"
        await service.fault("drop_before", "/posts", "GET", times=TRIES)
        assert (await agent.call("list_posts"))["error_code"] == "unexpected_answer"
        assert (await agent.call("list_posts"))["ok"]


async def test_a_base_url_that_leads_elsewhere_is_a_setting_to_correct(tmp_path: Path) -> None:
    page = HTMLResponse("<html><h1>404</h1></html>", 404)
    async with running(page) as url, agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as lost:
        for tool in ("list_accounts", "list_posts"):
            body = await lost.call(tool)
            told = (body["error_code"], body["retry"]["decision"], body["retry"]["who"])
            assert told == ("misconfigured", "ask_user", "operator")
            assert "POSTWRIGHT_GENVIRAL_BASE_URL" in body["retry"]["advice"]


async def test_at_most_three_requests_are_under_way_at_once(tmp_path: Path) -> None:
    most = under_way = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        if scope["path"].endswith("/posts"):
            # The first stay until as many are there as may be, and a little, in which one too many would come.
            while most < LIMIT:  # noqa: ASYNC110  (it is the third that ends it)
                await anyio.sleep(0.01)
        await anyio.sleep(0.01)
        under_way -= 1
        body: Body = {"ok": True, "code": 200, "message": "", "data": {"accounts": [], "posts": []}}
        await JSONResponse(body)(scope, receive, send)

    async with (
        running(app) as url,
        agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as busy,
        anyio.create_task_group() as group,
    ):
        for _ in range(12):
            group.start_soon(busy.call, "list_posts")
    assert most == LIMIT


async def test_a_post_of_nobodys_account_is_told_by_the_service_too(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await agent.call("list_accounts")
        await service.fault("status:400:unknown_accounts")
        body = await agent.create(accounts=[INSTAGRAM])
        assert body["next"][0]["tool"] == "list_accounts"
