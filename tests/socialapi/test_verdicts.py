"""Every way in which SocialAPI can refuse ends in the right verdict."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from providers.socialapi.errors import find
from sandbox.serve import running
from tests.desk import TRIES, Body
from tests.socialapi.desk import INSTAGRAM, agent, socialapi

pytestmark = pytest.mark.anyio

ACCOUNT = {"id": "acc_01AAA", "platform": "instagram", "status": "active", "name": "Lumen Labs"}


async def test_a_delivery_that_may_be_live_says_so(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.failing(INSTAGRAM, "publishing.delivery.timeout")
        [failed, _] = (await agent.create())["data"]["deliveries"]
        assert "may be live" in failed["error"]


@pytest.mark.parametrize(
    "code", ["account.reconnection_required", "platform.threads.auth", "platform.anew.auth", "invalid_token"]
)
async def test_a_dead_login_is_for_the_user_to_reconnect_and_never_a_bad_key(tmp_path: Path, code: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(f"status:401:{code}")
        body = await agent.create()
        assert (body["retry"]["decision"], body["retry"]["who"]) == ("ask_user", "user")
        assert "reconnect" in body["retry"]["advice"]
        assert body["error_code"] == "account_needs_reconnect"
        assert "valid" not in body["retry"]["advice"]


@pytest.mark.parametrize("code", ["billing.post_limit", "validation.post_limit_exhausted", "billing.anything"])
async def test_a_used_up_plan_is_never_waited_for(tmp_path: Path, code: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(f"retry_after:60:{code}")
        body = await agent.create()
        assert (body["retry"]["decision"], body["retry"]["after_seconds"]) == ("ask_user", None)


async def test_the_free_plan_itself_is_told_with_its_limit_and_leaves_no_draft(tmp_path: Path) -> None:
    async with socialapi(tmp_path, plan="free") as (agent, service):
        await service.limits(posts_used=10)
        body = await agent.create()
        assert (body["outcome"], body["provider_error"]["code"]) == ("rejected", "billing.post_limit")
        [problem] = body["problems"]
        assert (problem["limit"], "plan free" in problem["message"]) == (10, True)
        assert await service.posts() == []
        await service.limits(plan="starter")
        assert (await agent.create())["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ("retry_after:70:ratelimit.exceeded", 70),
        ("status:429:ratelimit.exceeded", 60),
        ("status:429:publishing.velocity_limit", 1841),
        ("status:429:publishing.velocity_limit:bare", 3600),
        ("status:429:platform.instagram.rate_limit", 60),
        ("status:429:whatsapp.throughput_exceeded", 30),
    ],
)
async def test_a_throttle_says_how_long_to_wait(tmp_path: Path, fault: str, seconds: float) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(fault)
        body = await agent.create()
        assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", seconds)


#: What a refusal is told as, and the call that is offered after it.
FINER = [
    ("403:account.reconnection_required", "account_needs_reconnect", "list_accounts"),
    ("403:platform.threads.publish_scope_missing", "account_needs_reconnect", "list_accounts"),
    ("412:byok.credentials_missing", "setup_needed", "list_accounts"),
    ("404:platform.facebook.no_pages", "setup_needed", "list_accounts"),
    ("501:resource.not_supported", "not_supported", "list_accounts"),
    ("400:platform.instagram.36003", "platform_refused", "create_post"),
    ("400:validation.field_required", "invalid_payload", "create_post"),
    ("409:post.state_invalid", "state_conflict", "list_posts"),
    ("429:billing.post_limit", "quota_reached", None),
    ("413:billing.storage_quota", "quota_reached", None),
    ("403:billing.platform_not_available", "plan_forbids", None),
    ("404:http.404", "misconfigured", None),
]


@pytest.mark.parametrize(("fault", "ours", "following"), FINER)
async def test_a_refusal_says_exactly_what_is_wrong_and_what_to_call(
    tmp_path: Path, fault: str, ours: str, following: str | None
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(f"status:{fault}")
        body = await agent.create()
        assert (body["error_code"], [call["tool"] for call in body.get("next", [])]) == (
            ours,
            [following] if following else [],
        )
        for call in body.get("next", []):
            if call["tool"] != "create_post":
                assert (await agent.call(call["tool"], **call["arguments"]))["ok"]


async def test_a_read_that_is_refused_does_not_lead_to_a_create(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        for code in ("validation.field_invalid", "platform.instagram.36003"):
            await service.fault(f"status:400:{code}", "/posts", "GET")
            assert "next" not in await agent.call("list_posts")


@pytest.mark.parametrize(
    ("status", "code", "path", "limit"),
    [
        (400, "validation.field_invalid", "/caption", None),
        (400, "validation.board_id_required", "/pinterest/board_id", None),
        (400, "validation.media_type_mismatch", "/media", None),
        (400, "validation.privacy_level_unsupported", "/tiktok/privacy_level", None),
        (404, "resource.not_found", "/accounts", None),
        (412, "byok.credentials_missing", "/accounts", None),
        (429, "publishing.velocity_limit", "/accounts", 25),
        (429, "billing.post_limit", "", 10),
    ],
)
async def test_meta_becomes_a_problem(tmp_path: Path, status: int, code: str, path: str, limit: int | None) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(f"status:{status}:{code}")
        [problem] = (await agent.create())["problems"]
        assert (problem["path"], problem["code"], problem.get("limit")) == (path, "refused_by_provider", limit)
        assert problem["fix"].endswith(".")


async def test_the_envelope_of_before_may_2026_is_read_too(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("status:400:validation.field_invalid:flat")
        body = await agent.create()
        assert (body["error_code"], body["provider_error"]["code"]) == ("invalid_payload", "field_invalid")
        assert body["provider_error"]["message"] == "field is invalid"


async def test_tiktoks_daily_limit_is_a_wait_though_it_comes_as_a_wrong_field() -> None:
    row = find(400, "validation.field_invalid", "posting_limit daily limit reached")
    assert row.code == "rate_limited"
    assert find(400, "validation.field_invalid", "text is too long").code == "invalid_payload"


async def test_a_day_that_is_used_up_at_tiktok_is_waited_for_in_hours(tmp_path: Path) -> None:
    error = {"code": "validation.field_invalid", "message": "no more posts today", "meta": {"field": "posting_limit"}}
    async with hostile(JSONResponse({"error": error}, 400)) as url, agent(tmp_path, url) as found:
        body = await found.create(accounts=[INSTAGRAM])
        assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", 21_600)


@pytest.mark.parametrize(
    ("key", "who", "words"),
    [
        ("sapi_key_revoked", "user", "valid SocialAPI key"),
        ("some other token", "user", "valid SocialAPI key"),
        ("sapi_key_readonly", "user", "posts:write"),
    ],
)
async def test_a_key_that_may_not_is_for_the_user(tmp_path: Path, key: str, who: str, words: str) -> None:
    async with socialapi(tmp_path) as (_, service), agent(tmp_path, f"{service.url}/v1", SOCIALAPI_API_KEY=key) as weak:
        body = await weak.create()
        assert (body["retry"]["decision"], body["retry"]["who"]) == ("ask_user", who)
        assert words in body["retry"]["advice"]
        assert await service.posts() == []


@asynccontextmanager
async def hostile(answer: Response, *, lists: bool = True) -> AsyncGenerator[str]:
    """A service that lists one account and answers everything else alike."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        listed = lists and scope["path"].endswith("/accounts")
        await (JSONResponse({"data": [ACCOUNT], "count": 1}) if listed else answer)(scope, receive, send)

    async with running(app) as url:
        yield url


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        (PlainTextResponse("error code: 1010", 403), "ask_user"),
        (HTMLResponse("<h1>413 Request Entity Too Large</h1>", 413), "fix_and_retry"),
        (PlainTextResponse("", 401), "ask_user"),
        (PlainTextResponse("", 409), "check_first"),
        (JSONResponse([], 429), "wait_then_retry"),
        (JSONResponse({"error": None}, 422), "fix_and_retry"),
        (JSONResponse({"error": {"code": 5, "message": ["x"], "meta": "y"}}, 400), "fix_and_retry"),
    ],
)
async def test_answers_that_are_none_of_the_services_have_a_verdict_too(
    tmp_path: Path, answer: Response, decision: str
) -> None:
    async with hostile(answer) as url, agent(tmp_path, url) as found:
        body = await found.create(accounts=[INSTAGRAM])
        assert (body["outcome"], body["retry"]["decision"]) == ("rejected", decision)
        assert "<h1>" not in str(body)


@pytest.mark.parametrize("answer", [HTMLResponse("<h1>404</h1>", 404), PlainTextResponse("404 page not found", 404)])
async def test_a_base_url_that_leads_elsewhere_is_a_setting_to_correct(tmp_path: Path, answer: Response) -> None:
    async with hostile(answer, lists=False) as url, agent(tmp_path, url) as lost:
        for tool in ("list_accounts", "list_posts"):
            body = await lost.call(tool)
            assert (body["error_code"], body["retry"]["who"]) == ("misconfigured", "operator")
            assert "POSTWRIGHT_SOCIALAPI_BASE_URL" in body["retry"]["advice"]


async def test_a_service_that_is_not_there_is_nothing_sent(tmp_path: Path) -> None:
    async with agent(tmp_path, "http://127.0.0.1:9/v1") as lonely:
        body = await lonely.create()
        assert (body["error_code"], body["outcome"]) == ("provider_unreachable", "nothing_sent")


READS: list[tuple[str, str, Body]] = [
    ("/accounts", "list_accounts", {}),
    ("/accounts", "list_posts", {"account": INSTAGRAM}),
    ("/posts", "list_posts", {}),
    ("/posts/{id}", "check_status", {"post_id": "socialapi:p_1"}),
]


async def test_reads_fail_as_reads(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        for path, tool, arguments in READS:
            await service.fault("status:500:system.internal", path, "GET", times=TRIES)
            body = await agent.call(tool, **arguments)
            assert (body["error_code"], body["outcome"]) == ("provider_error", "nothing_sent")
            assert body["retry"]["decision"] == "wait_then_retry"
