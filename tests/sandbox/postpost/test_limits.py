"""The plan: what counts against it, when, and the body that says that it is used up (seed 002; reference 6.1, 9)."""

from typing import Any

import pytest

from sandbox.postpost import create_app
from tests.sandbox.postpost.caller import LINKEDIN, TELEGRAM, TWITTER, Body, Caller, calling, post

pytestmark = pytest.mark.anyio

TOMORROW = "2990-01-16T09:00:00.000Z"
NEXT_MONTH = "2990-02-01T00:00:00.000Z"
STANDARD = {
    *("error", "code", "message", "metric", "limit", "used", "requested"),
    *("remaining", "periodStart", "periodEnd", "planName"),
}


async def scheduled(caller: Caller, *platforms: str) -> str:
    return await caller.create(platforms=[*platforms], scheduledTime=TOMORROW)


async def exceeded(caller: Caller, *platforms: str, time: str = TOMORROW) -> Body:
    body = post(platforms=[*platforms], scheduledTime=time)
    status, found = await caller.refusal("POST", "/create-post", body)
    assert status == 403
    assert found.keys() >= STANDARD
    assert found["message"]
    return found


async def starter(caller: Caller, **changes: Any) -> None:
    """Give the owner the smallest plan, with the API on it and room for the connections."""
    await caller.control("/limits", {"plan": "Starter", "api_access": True, "connections": None, **changes})


async def test_a_months_posts_are_counted_for_the_whole_account(today: Caller) -> None:
    await starter(today, monthly_posts=3, queued_posts=None)
    await scheduled(today, LINKEDIN, TELEGRAM)
    found = await exceeded(today, LINKEDIN, TELEGRAM)
    assert found == {
        "error": "Post limit reached",
        "code": "POST_LIMIT_REACHED",
        "message": found["message"],
        "metric": "posts.platform_monthly",
        "limit": 3,
        "used": 2,
        "requested": 2,
        "remaining": 1,
        "periodStart": "2990-01-01T00:00:00.000Z",
        "periodEnd": NEXT_MONTH,
        "planName": "Starter",
        "scope": "account",
    }
    await scheduled(today, LINKEDIN)
    await today.control("/clock", {"now": NEXT_MONTH})
    await today.create(platforms=[LINKEDIN, TELEGRAM], scheduledTime="2990-02-02T00:00:00Z")


async def test_a_months_posts_are_counted_for_every_connection(today: Caller) -> None:
    await today.control("/limits", {"monthly_posts": 2})
    for _ in range(2):
        await scheduled(today, TWITTER, LINKEDIN)
    await scheduled(today, TELEGRAM)
    found = await exceeded(today, TWITTER, TELEGRAM)
    assert found["code"] == "POST_LIMIT_REACHED"
    assert (found["limit"], found["used"], found["requested"], found["remaining"]) == (2, None, 2, None)
    assert found["scope"] == "connection"
    assert found["blockedPlatforms"] == [{"platformSelection": TWITTER, "used": 2, "remaining": 0}]
    assert found["planName"] == "Pro"


async def test_the_queue_empties_as_posts_go_out(today: Caller) -> None:
    await starter(today, queued_posts=1)
    await scheduled(today, LINKEDIN)
    found = await exceeded(today, TELEGRAM)
    assert (found["error"], found["code"]) == ("Scheduled post limit reached", "SCHEDULED_POST_LIMIT_REACHED")
    assert (found["metric"], found["scope"]) == ("posts.scheduled_active", "account")
    assert (found["limit"], found["used"], found["requested"], found["remaining"]) == (1, 1, 1, 0)
    await today.control("/clock", {"now": "2990-01-16T09:00:10Z"})
    await today.create(platforms=[TELEGRAM], scheduledTime="2990-01-17T09:00:00Z")


async def test_the_queue_is_counted_for_every_connection(today: Caller) -> None:
    await today.control("/limits", {"queued_posts": 1})
    await scheduled(today, TWITTER)
    await scheduled(today, LINKEDIN)
    found = await exceeded(today, LINKEDIN)
    assert (found["code"], found["used"]) == ("SCHEDULED_POST_LIMIT_REACHED", None)
    assert found["blockedPlatforms"] == [{"platformSelection": LINKEDIN, "used": 1, "remaining": 0}]


async def test_nothing_further_ahead_than_the_horizon_is_scheduled(today: Caller) -> None:
    await starter(today)
    found = await exceeded(today, LINKEDIN, time="2990-01-23T09:00:00.000Z")
    assert (found["error"], found["code"]) == ("Schedule horizon reached", "SCHEDULE_HORIZON_REACHED")
    assert (found["metric"], found["limit"]) == ("posts.schedule_horizon_days", 7)
    for name in ("used", "requested", "remaining", "periodStart", "periodEnd"):
        assert found[name] is None
    assert found["scheduledTime"] == "2990-01-23T09:00:00.000Z"
    assert "2990-01-22T09:00:00" <= found["maxScheduledDate"] < "2990-01-22T09:01:00"
    await today.create(platforms=[LINKEDIN], scheduledTime=found["maxScheduledDate"])


async def test_a_platform_that_the_plan_has_not_is_refused_for_drafts_too(today: Caller) -> None:
    await starter(today)
    for time in (None, TOMORROW):
        status, found = await today.refusal(
            "POST", "/create-post", post(platforms=[TWITTER, LINKEDIN], scheduledTime=time)
        )
        assert (status, found["error"]) == (403, "Platform not available")
        assert (found["code"], found["metric"]) == ("PLATFORM_NOT_AVAILABLE", "posts.platform_monthly")
        assert found["disallowedPlatforms"] == ["twitter"]
        assert len(found["allowedPlatforms"]) == 9
        assert "linkedin" in found["allowedPlatforms"]


async def test_more_connections_than_the_plan_has_stop_scheduling(today: Caller) -> None:
    draft = await today.create(platforms=[LINKEDIN])
    await starter(today, connections=3)
    found = await exceeded(today, LINKEDIN)
    assert (found["error"], found["code"]) == ("Account over channel limit", "CONNECTIONS_OVER_LIMIT")
    assert (found["metric"], found["limit"]) == ("connections.total", 3)
    assert found["overLimitBy"] == found["used"] - 3 > 0
    status, found = await today.refusal("PUT", f"/update-post/{draft}", {"status": "scheduled"})
    assert (status, found["code"]) == (403, "CONNECTIONS_OVER_LIMIT")


async def test_drafts_count_only_when_they_become_scheduled(today: Caller) -> None:
    await today.control("/limits", {"monthly_posts": 1, "queued_posts": 1})
    drafts = [await today.create() for _ in range(3)]
    await today.data("PUT", f"/update-post/{drafts[0]}", {"status": "scheduled", "scheduledTime": TOMORROW})
    status, found = await today.refusal("PUT", f"/update-post/{drafts[1]}", {"status": "scheduled"})
    assert (status, found["code"]) == (403, "SCHEDULED_POST_LIMIT_REACHED")
    assert (await today.listed(drafts[1]))["status"] == "draft"


@pytest.mark.parametrize("undo", ["pause", "delete"])
async def test_what_does_not_go_out_is_given_back(today: Caller, undo: str) -> None:
    await today.control("/limits", {"monthly_posts": 1})
    group = await scheduled(today, TWITTER)
    await exceeded(today, TWITTER)
    if undo == "pause":
        await today.data("PUT", f"/update-post/{group}", {"status": "draft"})
    else:
        await today.data("DELETE", f"/delete-post/{group}")
    await scheduled(today, TWITTER)


async def test_what_is_out_counts_even_when_it_is_deleted(today: Caller) -> None:
    await today.control("/limits", {"monthly_posts": 1})
    group = await today.schedule()
    await today.data("DELETE", f"/delete-post/{group}")
    await exceeded(today, TWITTER)


async def test_a_post_that_is_moved_does_not_stand_in_its_own_way(today: Caller) -> None:
    await today.control("/limits", {"monthly_posts": 1, "queued_posts": 1})
    group = await scheduled(today, TWITTER)
    await today.data("PUT", f"/update-post/{group}", {"scheduledTime": "2990-01-17T09:00:00Z"})


async def test_a_post_that_is_moved_is_held_against_the_plan_again(today: Caller) -> None:
    group = await scheduled(today, TWITTER)
    await starter(today)
    status, found = await today.refusal("PUT", f"/update-post/{group}", {"scheduledTime": "2990-01-17T09:00:00Z"})
    assert (status, found["code"]) == (403, "PLATFORM_NOT_AVAILABLE")


async def test_managed_users_draw_on_the_owners_plan(today: Caller, managed: Caller) -> None:
    await starter(today, monthly_posts=1)
    await managed.create(platforms=[LINKEDIN], scheduledTime=TOMORROW)
    assert (await exceeded(today, TELEGRAM))["used"] == 1


async def test_plans_are_as_documented() -> None:
    async with calling(create_app(plan="Premium")) as caller:
        premium = await caller.look("/limits")
        assert (premium["plan"], premium["monthly_posts"], premium["queued_posts"]) == ("Premium", 500, 500)
        pro = await caller.control("/limits", {"plan": "Pro"})
        assert (pro["monthly_posts"], pro["scope"], pro["horizon_days"]) == (100, "connection", None)
        small = await caller.control("/limits", {"plan": "Starter"})
        assert (small["monthly_posts"], small["queued_posts"], small["horizon_days"]) == (15, 3, 7)
        assert (small["connections"], small["scope"], small["mcp_access"]) == (3, "account", False)
        assert await caller.refusal("GET", "/list-posts") == (
            403,
            {"error": "API access is not enabled for this account"},
        )
