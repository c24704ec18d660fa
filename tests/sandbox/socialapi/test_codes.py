"""Every code on demand, in the service's own envelope (seed 004)."""

import pytest

from tests.errors.facts import read, spoken
from tests.sandbox.socialapi.caller import FACEBOOK, INSTAGRAM, Body, Caller, post, to

pytestmark = pytest.mark.anyio

FACTS = read("socialapi")
EVERY = [(row.status, spoken(row.code, "pinterest")) for row in FACTS.answers if row.code and row.exact]
#: What is nobody's fault but the platform's or the service's own.
BLAMELESS = [row for row in FACTS.deliveries if row.category in ("platform", "system") and row.exact]


async def test_every_code_can_be_had_with_its_status_and_a_text_of_its_own(socialapi: Caller) -> None:
    for status, code in EVERY:
        await socialapi.fault(f"status:{status}:{code}")
        answer = await socialapi.send("POST", "/posts", post())
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code)
        assert error["message"] != "unauthorized"
    assert (await socialapi.look("/posts"))["posts"] == []


async def test_a_code_may_come_with_any_status_since_later_documents_print_others(socialapi: Caller) -> None:
    for status, code in ((403, "auth.invalid_secret"), (400, "account.no_active_page"), (599, "system.internal")):
        await socialapi.fault(f"status:{status}:{code}")
        assert (await socialapi.refused())[:2] == (status, code)


@pytest.mark.parametrize(
    ("code", "meta"),
    [
        ("validation.field_required", {"field": "text"}),
        ("validation.anything_else", {"field": "text"}),
        ("validation.body_invalid", {"field": "body"}),
        ("validation.media_type_mismatch", {"field": "media"}),
        ("billing.post_limit", {"plan": "free", "max": 10}),
        ("billing.storage_quota", {"plan": "free", "max": 104857600}),
        ("validation.post_limit_exhausted", {"plan": "free", "max": 10}),
        ("resource.not_found", {"resource": "account", "id": "acc_x"}),
        ("byok.credentials_missing", {"platform": "twitter"}),
        ("auth.insufficient_scope", {"required_scope": "posts:write"}),
        ("post.state_invalid", {}),
        ("nobody.knows", {}),
    ],
)
async def test_a_code_brings_the_meta_that_belongs_to_it(socialapi: Caller, code: str, meta: Body) -> None:
    await socialapi.fault(f"status:418:{code}")
    assert await socialapi.refused() == (418, code, meta)


@pytest.mark.parametrize(("status", "code"), [(500, "system.internal"), (503, "http.503"), (599, "http.599")])
async def test_a_status_without_a_code_has_one_all_the_same(socialapi: Caller, status: int, code: str) -> None:
    await socialapi.fault(f"status:{status}")
    assert await socialapi.refused() == (status, code, {})


async def test_meta_can_be_left_out(socialapi: Caller) -> None:
    await socialapi.fault("status:400:validation.field_required:bare")
    assert await socialapi.refused() == (400, "validation.field_required", {})


async def test_the_older_form_of_an_error_can_be_had(socialapi: Caller) -> None:
    await socialapi.fault("status:404:account.not_found:flat")
    answer = await socialapi.http.post(f"{socialapi.url}/v1/posts", json=post())
    assert answer.json() == {"error": "no such account", "code": "not_found"}


async def test_another_form_is_refused_when_it_is_asked_for(socialapi: Caller) -> None:
    fault = {"path": "/posts", "fault": "status:400:validation.field_required:sideways"}
    answer = await socialapi.http.post(f"{socialapi.url}/_sandbox/faults", json=fault)
    assert (answer.status_code, "bare" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize("code", ["ratelimit.exceeded", "publishing.velocity_limit"])
async def test_header_and_meta_agree_on_how_long_to_wait(socialapi: Caller, code: str) -> None:
    await socialapi.fault(f"retry_after:7:{code}")
    await socialapi.fault(f"status:429:{code}")
    answers = [await socialapi.send("POST", "/posts", post()) for _ in range(2)]
    told = [(one.headers["Retry-After"], one.json()["error"]["meta"]["retry_after_seconds"]) for one in answers]
    assert told[0] == ("7", 7)
    assert told[1] == (str(told[1][1]), told[1][1])


async def test_an_upstream_throttle_says_only_in_the_header_how_long_to_wait(socialapi: Caller) -> None:
    await socialapi.fault("retry_after:60:platform.instagram.rate_limit")
    answer = await socialapi.send("POST", "/posts", post())
    assert answer.headers["Retry-After"] == "60"
    assert "meta" not in answer.json()["error"]


@pytest.mark.parametrize(
    ("code", "category", "caused_by"),
    [
        ("platform.instagram.auth", "auth", "platform"),
        ("platform.instagram.permission_denied", "auth", "platform"),
        ("platform.instagram.rate_limit", "rate_limit", "platform"),
        ("validation.field_invalid", "validation", "user"),
        ("publishing.duplicate_target", "validation", "user"),
        ("publishing.delivery.page_resolve_failed", "validation", "user"),
        *((row.code, row.category, row.category) for row in BLAMELESS),
    ],
)
async def test_a_delivery_can_end_with_any_code_and_says_whose_fault_it_is(
    instant: Caller, code: str, category: str, caused_by: str
) -> None:
    await instant.delivery(FACEBOOK, fail=code)
    answer = await instant.send("POST", "/posts", post())
    assert answer.status_code == 422
    [target] = answer.json()["targets"]
    assert target["status"] == "failed"
    assert (target["error"]["category"], target["error"]["caused_by"]) == (category, caused_by)
    assert target["error"]["code"] == code
    assert target["error"]["message"] != "delivery failed"
    [event, *_] = (await instant.data("GET", "/events"))["events"]
    assert (event["action"], event["error_code"], event["error_category"]) == ("post.failed", code, category)


async def test_the_message_of_a_delivery_can_be_chosen(instant: Caller) -> None:
    await instant.delivery(INSTAGRAM, fail="platform.instagram.36003", message="aspect ratio 9:1")
    media = [{"source_type": "url", "source": "https://media.example.com/1.jpg"}]
    settings = {"instagram": {"content_type": "feed"}}
    answer = await instant.send("POST", "/posts", post(targets=to(INSTAGRAM), media=media, platform_data=settings))
    assert answer.json()["targets"][0]["error"]["message"] == "aspect ratio 9:1"
