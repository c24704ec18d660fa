"""Failures on demand: every failure of the service by its name, in every shape (seed 002; reference postpost 6)."""

from typing import Any

import httpx2
import pytest

from sandbox.postpost import BASE_PATH
from sandbox.postpost.limits import LIMITS
from sandbox.postpost.refusals import REFUSALS
from tests.sandbox.postpost.caller import IMPATIENT, KEY, TWITTER, Body, Caller, post

pytestmark = pytest.mark.anyio


async def raw(caller: Caller, **options: Any) -> httpx2.Response:
    """Create a post without any expectation of the answer."""
    return await caller.http.post(
        f"{caller.url}{BASE_PATH}/create-post", json=post(), headers={"x-api-key": KEY}, **options
    )


async def struck(caller: Caller, fault: str) -> tuple[int, Body]:
    await caller.fault(fault)
    found = await caller.refusal("POST", "/create-post", post())
    assert await caller.recorded() == []
    return found


@pytest.mark.parametrize(("name", "row"), REFUSALS.items())
async def test_every_documented_failure_can_be_had(postpost: Caller, name: str, row: tuple[int, str]) -> None:
    status, text = row
    found, body = await struck(postpost, f"status:{status}:{name}")
    assert found == status
    assert body["error"] == text.replace("{platformId}", "twitter_123456").replace("{status}", "published")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("", {"error": "Internal server error"}),
        (":error", {"error": "Internal server error"}),
        (":message", {"message": "Internal server error"}),
        (":both", {"error": "Internal server error", "message": "Internal server error"}),
    ],
)
async def test_both_shapes_of_a_body_can_be_had(postpost: Caller, shape: str, expected: Body) -> None:
    assert await struck(postpost, f"status:500:internal_error{shape}") == (500, expected)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("subscription_required", {"message"}),
        ("account_on_hold", {"message", "holdExpiresAt", "holdReason"}),
        ("account_inactive", {"message"}),
        ("validation_failed", {"validation"}),
    ],
)
async def test_some_failures_hold_more_than_their_text(postpost: Caller, name: str, fields: set[str]) -> None:
    _, body = await struck(postpost, f"status:403:{name}")
    assert body.keys() == {"error"} | fields


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("status:500", {"error": "Internal Server Error"}),
        ("status:599", {"error": "Status 599"}),
        ("status:503::message", {"message": "Service Unavailable"}),
        ("status:409:IDEMPOTENCY_IN_FLIGHT", {"error": "Conflict", "code": "IDEMPOTENCY_IN_FLIGHT"}),
    ],
)
async def test_what_is_not_documented_can_be_had_too(postpost: Caller, fault: str, expected: Body) -> None:
    assert (await struck(postpost, fault))[1] == expected


@pytest.mark.parametrize("code", LIMITS)
async def test_every_limit_can_be_had(postpost: Caller, code: str) -> None:
    status, body = await struck(postpost, f"status:403:{code}")
    assert (status, body["code"], body["error"]) == (403, code, LIMITS[code][0])


@pytest.mark.parametrize(
    ("fault", "context"),
    [
        ("POST_LIMIT_REACHED", {"scope"}),
        ("POST_LIMIT_REACHED:account", {"scope"}),
        ("POST_LIMIT_REACHED:connection", {"scope", "blockedPlatforms"}),
        ("SCHEDULED_POST_LIMIT_REACHED:account", {"scope"}),
        ("SCHEDULED_POST_LIMIT_REACHED:connection", {"scope", "blockedPlatforms"}),
        ("SCHEDULE_HORIZON_REACHED", {"scheduledTime", "maxScheduledDate"}),
        ("PLATFORM_NOT_AVAILABLE", {"disallowedPlatforms", "allowedPlatforms"}),
        ("CONNECTIONS_OVER_LIMIT", {"scope", "overLimitBy"}),
        ("CHANNEL_LIMIT_REACHED:standard", {"projectedUsed"}),
    ],
)
async def test_a_limit_comes_with_its_context(postpost: Caller, fault: str, context: set[str]) -> None:
    _, body = await struck(postpost, f"status:403:{fault}")
    standard = {
        *("error", "code", "message", "metric", "limit", "used", "requested"),
        *("remaining", "periodStart", "periodEnd", "planName"),
    }
    assert body.keys() == standard | context


@pytest.mark.parametrize(
    ("form", "expand", "fields"),
    [
        (
            "expandable",
            True,
            {"planKey", "planName", "currentQuantity", "targetQuantity", "connectionCount", "pricing"},
        ),
        ("managed", False, set[str]()),
        ("unmanaged", False, {"connectionCount"}),
    ],
)
async def test_the_channel_limit_has_bodies_of_its_own(
    postpost: Caller, form: str, expand: bool, fields: set[str]
) -> None:
    _, body = await struck(postpost, f"status:403:CHANNEL_LIMIT_REACHED:{form}")
    assert body.keys() == {"success", "code", "error", "canExpand"} | fields
    assert (body["success"], body["canExpand"]) == (False, expand)


async def test_too_many_requests_with_the_time_to_wait(postpost: Caller) -> None:
    await postpost.fault("retry_after:7")
    answer = await raw(postpost)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {"error": "Too Many Requests"}


async def test_a_proxys_page_instead_of_an_answer(postpost: Caller) -> None:
    await postpost.fault("html_500")
    answer = await raw(postpost)
    assert (answer.status_code, answer.text[:15]) == (500, "<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/create-posts"),
        ("POST", "/api/v1/create-post/"),
        ("GET", "/api/v1/create-post"),
        ("GET", "/api/v1/webhooks"),
        ("POST", "/api/v2/%3Cscript%3E"),
        ("GET", "/"),
    ],
)
async def test_an_unknown_route_answers_with_a_page_and_asks_for_no_key(
    postpost: Caller, method: str, path: str
) -> None:
    answer = await postpost.http.request(method, f"{postpost.url}{path}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"<pre>Cannot {method} {path}</pre>" in answer.text


@pytest.mark.parametrize(("fault", "posts"), [("drop_before", 0), ("accept_then_drop", 1)])
async def test_an_answer_can_be_lost(postpost: Caller, fault: str, posts: int) -> None:
    await postpost.fault(fault)
    with pytest.raises(httpx2.ReadError):
        await raw(postpost)
    assert len(await postpost.recorded()) == posts
    assert (await raw(postpost)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"), [("accept_then_status:500:create_failed", 500), ("accept_then_html_500", 500)]
)
async def test_an_accepted_post_can_be_answered_with_a_failure(postpost: Caller, fault: str, status: int) -> None:
    await postpost.fault(fault)
    assert (await raw(postpost)).status_code == status
    assert len(await postpost.recorded()) == 1


async def test_a_caller_who_gives_up_waiting_may_have_posted_all_the_same(postpost: Caller) -> None:
    await postpost.fault("accept_then_slow:60")
    with pytest.raises(httpx2.ReadTimeout):
        await raw(postpost, timeout=IMPATIENT)
    assert len(await postpost.recorded()) == 1


@pytest.mark.parametrize(
    ("method", "path", "armed"),
    [
        ("GET", "/get-post/{group}", "/get-post/{id}"),
        ("PUT", "/update-post/{group}", "/update-post/{id}"),
        ("DELETE", "/delete-post/{group}", "/delete-post/{id}"),
        ("GET", "/list-posts", "/list-posts"),
        ("POST", "/get-upload-url", "/get-upload-url"),
        ("GET", "/platform-connections", "/platform-connections"),
        ("GET", "/workspace/users", "/workspace/users"),
    ],
)
async def test_every_route_can_be_struck(postpost: Caller, method: str, path: str, armed: str) -> None:
    group = await postpost.create()
    await postpost.fault("status:503", armed, method=method)
    assert (await postpost.refusal(method, path.format(group=group), {}))[0] == 503


async def test_an_upload_can_be_struck(postpost: Caller) -> None:
    await postpost.fault("status:503", "/storage/{folder}/{name}", method="PUT")
    with pytest.raises(AssertionError, match="Service Unavailable"):
        await postpost.attach(await postpost.create(), name="a.png", content_type="image/png")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"path": "/create-post", "fault": "status:404:post_group_notfound"}),
        ("/faults", {"path": "/create-post", "fault": "status:404:post_group_not_found:sideways"}),
        ("/faults", {"path": "/create-post", "fault": "status:403:POST_LIMIT_REACHED:message"}),
        ("/faults", {"path": "/create-post", "fault": "status:403:CHANNEL_LIMIT_REACHED:account"}),
        ("/delivery", {TWITTER: "no"}),
        ("/delivery", {TWITTER: {}}),
        ("/delivery", {TWITTER: {"fail": 1}}),
        ("/delivery", {TWITTER: {"fail": "no", "times": 1}}),
        ("/delivery", {TWITTER: {"fail": {"message": "no code"}}}),
        ("/delivery", {TWITTER: {"fail": {"code": ""}}}),
        ("/delivery", {TWITTER: {"fail": {"code": "A", "retryable": "yes"}}}),
        ("/delivery", {TWITTER: {"fail": {"code": "A", "platformStatusCode": True}}}),
        ("/delivery", {TWITTER: {"fail": {"code": "A", "failedAt": "now"}}}),
        ("/delivery", {"twitter-404": {"fail": "no"}}),
        ("/tokens", {TWITTER: "soon"}),
        ("/tokens", {TWITTER: 7}),
        ("/tokens", {TWITTER: "9999-01-01T00:00:00Z"}),
        ("/tokens", {"twitter-404": None}),
        ("/limits", {"plan": "Gold"}),
        ("/limits", {"plan": None}),
        ("/limits", {"monthly_posts": -1}),
        ("/limits", {"monthly_posts": True}),
        ("/limits", {"horizon_days": 10**9}),
        ("/limits", {"gap_seconds": None}),
        ("/limits", {"scope": "team"}),
        ("/limits", {"platforms": "twitter"}),
        ("/limits", {"platforms": [1]}),
        ("/limits", {"api_access": "yes"}),
        ("/limits", {"past_times": True}),
        ("/limits", {"colour": "red"}),
        ("/limits", []),
    ],
)
async def test_a_control_that_cannot_be_understood_is_refused_and_changes_nothing(
    postpost: Caller, path: str, body: Any
) -> None:
    before = await postpost.look(path)
    answer = await postpost.http.post(f"{postpost.url}/_sandbox{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert await postpost.look(path) == before


async def test_every_request_is_on_record_but_not_the_controls(postpost: Caller) -> None:
    await postpost.create()
    await postpost.send("GET", "/get-post/7")
    found = await postpost.look("/requests")
    assert [(one["method"], one["path"], one["status"]) for one in found["requests"]] == [
        ("POST", f"{BASE_PATH}/create-post", 200),
        ("GET", f"{BASE_PATH}/get-post/7", 500),
    ]
