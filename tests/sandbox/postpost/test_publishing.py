"""What becomes of a group: statuses, partial failures, and the log (seed 002; reference postpost 3, 5.9, 6.3)."""

import re
from typing import Any

import pytest

from sandbox.postpost import create_app
from sandbox.postpost.delivery import ERRORS
from tests.sandbox.postpost.caller import (
    BLUESKY,
    FACEBOOK,
    LINKEDIN,
    MASTODON,
    PINTEREST,
    STRANGER,
    TELEGRAM,
    THREADS,
    TWITTER,
    YOUTUBE,
    Caller,
    calling,
)
from tests.sandbox.still import still

pytestmark = pytest.mark.anyio

TOMORROW = "2990-01-16T09:00:00.000Z"


async def test_a_post_goes_over_pending_and_processing_to_published(today: Caller) -> None:
    group = await today.create(scheduledTime=TOMORROW)
    seen: list[tuple[str, str]] = []
    for moment in ("08:59:59Z", "09:00:00Z", "09:00:00.500Z", "09:00:01Z"):
        await today.control("/clock", {"now": f"2990-01-16T{moment}"})
        [shown] = await today.shown(group)
        seen.append(((await today.listed(group))["status"], shown["status"]))
    assert seen == [
        ("scheduled", "scheduled"),
        ("scheduled", "pending"),
        ("scheduled", "processing"),
        ("published", "published"),
    ]
    assert (await today.recorded())[0]["processingStatus"] == "finished"


async def test_posts_are_dated_when_they_were_due_however_late_one_looks(today: Caller) -> None:
    group = await today.create(scheduledTime=TOMORROW)
    await today.wait(30 * 24 * 3600)
    assert (await today.listed(group))["updatedAt"] == "2990-01-16T09:00:01.000Z"


async def test_publishing_may_be_slow_or_at_once() -> None:
    async with calling(create_app(worker_delay=300, clock=still())) as slow:
        group = await slow.create(scheduledTime=await slow.ahead(seconds=1))
        await slow.wait(290)
        assert (await slow.shown(group))[0]["status"] == "processing"
        await slow.wait(20)
        assert (await slow.shown(group))[0]["status"] == "published"
    async with calling(create_app(worker_delay=0)) as fast:
        group = await fast.create(scheduledTime=await fast.ahead(seconds=-1))
        assert (await fast.shown(group))[0]["status"] == "published"


@pytest.mark.parametrize(
    ("platform_id", "form"),
    [
        (TWITTER, "[0-9]{19}"),
        (LINKEDIN, "urn:li:share:[0-9]{19}"),
        (FACEBOOK, "112233445566778_[0-9]{19}"),
        (TELEGRAM, "[0-9]{19}"),
        (BLUESKY, None),
        (MASTODON, None),
    ],
)
async def test_a_published_post_shows_the_networks_own_id_where_the_service_keeps_it(
    today: Caller, platform_id: str, form: str | None
) -> None:
    [shown] = await today.shown(await today.schedule(platforms=[platform_id]))
    assert shown["status"] == "published"
    assert shown["content"] == "Launch day"
    assert "error" not in shown
    assert ("postedId" in shown) is (form is not None)
    assert form is None or re.fullmatch(form, shown["postedId"])


@pytest.mark.parametrize(
    ("broken", "status"),
    [([], "published"), ([TWITTER], "partially_published"), ([TWITTER, LINKEDIN, TELEGRAM], "failed")],
)
async def test_a_groups_status_follows_from_its_posts(today: Caller, broken: list[str], status: str) -> None:
    await today.control("/delivery", {one: {"fail": "no"} for one in broken})
    group = await today.schedule(platforms=[TWITTER, LINKEDIN, TELEGRAM])
    assert (await today.listed(group))["status"] == status


async def test_a_failed_post_has_an_error_and_no_content_while_the_others_are_out(today: Caller) -> None:
    await today.failing(LINKEDIN, {"code": "RATE_LIMITED"})
    group = await today.schedule(platforms=[TWITTER, LINKEDIN])
    published, failed = await today.shown(group)
    assert published["status"] == "published"
    error = failed.pop("error")
    assert "2990-01-15T09:00:02" <= error.pop("failedAt") < "2990-01-15T09:00:12"
    assert failed.keys() == {"_id", "platform", "platformId", "status"}
    assert (failed["status"], failed["platformId"]) == ("failed", "Tz9W5i6ZYG")
    assert error == {
        "code": "RATE_LIMITED",
        "message": "Platform rate limit exceeded",
        "platformStatusCode": 429,
        "platformError": "Too Many Requests",
        "retryable": True,
    }


@pytest.mark.parametrize("code", ERRORS)
async def test_every_documented_code_can_be_had(today: Caller, code: str) -> None:
    await today.failing(TWITTER, {"code": code})
    [failed] = await today.shown(await today.schedule())
    error = failed["error"]
    assert error["code"] == code
    assert isinstance(error["message"], str)
    assert isinstance(error["retryable"], bool)
    unanswered = code in {"NETWORK_ERROR", "TIMEOUT_ERROR"}
    assert ("platformStatusCode" in error) is not unanswered


async def test_an_error_can_be_steered_field_by_field(today: Caller) -> None:
    told = {
        "code": "SPAM_RISK",
        "message": "Slow down",
        "platformStatusCode": 403,
        "platformError": "spam_risk_too_many_posts",
        "retryable": True,
    }
    await today.failing(TWITTER, told)
    assert await today.look("/delivery") == {TWITTER: {"fail": told}}
    [failed] = await today.shown(await today.schedule())
    assert {name: value for name, value in failed["error"].items() if name != "failedAt"} == told
    await today.failing(TWITTER, "in a word")
    [failed] = await today.shown(await today.schedule())
    assert (failed["error"]["code"], failed["error"]["message"]) == ("UNKNOWN_ERROR", "in a word")
    await today.failing(TWITTER, None)
    assert await today.look("/delivery") == {}
    [healed] = await today.shown(await today.schedule())
    assert healed["status"] == "published"


async def test_what_was_due_before_a_connection_broke_was_published(today: Caller) -> None:
    group = await today.schedule()
    await today.failing(TWITTER, "too late")
    assert (await today.listed(group))["status"] == "published"


@pytest.mark.parametrize(
    ("platform_id", "message"),
    [
        (STRANGER, "Platform connection not found"),
        ("myspace-1", "Unknown platform: myspace"),
        (PINTEREST, "Unknown platform: pinterest"),
    ],
)
async def test_an_account_that_cannot_be_posted_to_fails_at_its_time(
    today: Caller, platform_id: str, message: str
) -> None:
    [failed] = await today.shown(await today.schedule(platforms=[platform_id]))
    assert (failed["error"]["code"], failed["error"]["message"]) == ("UNKNOWN_ERROR", message)


async def test_every_step_is_logged(today: Caller) -> None:
    await today.failing(LINKEDIN, {"code": "RATE_LIMITED"})
    group = await today.schedule(platforms=[TWITTER, LINKEDIN])
    found = await today.data("GET", f"/post-logs/{group}")
    assert found["success"] is True
    assert [(one["event"], one.get("platform")) for one in found["logs"]] == [
        ("scheduled", None),
        ("processing", None),
        ("publish_attempted", "twitter"),
        ("publish_succeeded", "twitter"),
        ("publish_attempted", "linkedin"),
        ("publish_failed", "linkedin"),
        ("status_changed", None),
    ]
    failed: Any = found["logs"][5]
    assert failed["postGroupId"] == group
    assert failed["postId"] == (await today.shown(group))[1]["_id"]
    assert (failed["error"], failed["httpStatus"], failed["retryCount"]) == ("Platform rate limit exceeded", 429, 0)
    assert failed["metadata"] == {"errorCode": "RATE_LIMITED", "retryable": True}
    assert failed["createdAt"] == failed["updatedAt"]
    assert failed["__v"] == 0
    assert "httpStatus" not in found["logs"][3]


async def test_a_log_ends_after_its_first_hundred_entries(today: Caller) -> None:
    group = await today.create()
    for _ in range(60):
        await today.data("PUT", f"/update-post/{group}", {"status": "scheduled", "scheduledTime": TOMORROW})
        await today.data("PUT", f"/update-post/{group}", {"status": "draft"})
    logs = (await today.data("GET", f"/post-logs/{group}"))["logs"]
    assert len(logs) == 100
    assert {one["event"] for one in logs} == {"scheduled", "status_changed"}


async def test_an_unchanged_draft_is_not_logged(today: Caller) -> None:
    group = await today.create()
    await today.data("PUT", f"/update-post/{group}", {"scheduledTime": TOMORROW})
    assert (await today.data("GET", f"/post-logs/{group}"))["logs"] == []


async def test_a_sandbox_shows_what_it_recorded(today: Caller) -> None:
    group = await today.schedule(platforms=[THREADS, YOUTUBE])
    [record] = await today.recorded()
    assert record["postGroupId"] == group
    assert record["posts"] == await today.shown(group)
    assert (record["status"], record["deletedAt"]) == ("partially_published", None)
