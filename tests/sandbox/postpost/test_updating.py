"""update-post and delete-post (seed 002; reference postpost 5.4, 5.5)."""

from typing import Any

import pytest

from tests.sandbox.postpost.caller import LINKEDIN, NOBODY, TWITTER, Caller

pytestmark = pytest.mark.anyio

NEXT_WEEK = "2990-01-22T09:00:00.000Z"
IN_TWO_WEEKS = "2990-01-29T09:00:00.000Z"


async def update(caller: Caller, group: str, **body: Any) -> Any:
    found = await caller.data("PUT", f"/update-post/{group}", body)
    assert (found["success"], found["message"]) == (True, "Post updated successfully")
    assert found["postGroup"]["_id"] == group
    return found["postGroup"]


async def test_a_draft_is_scheduled_with_status_and_time(today: Caller) -> None:
    group = await today.create(platforms=[TWITTER, LINKEDIN])
    assert await update(today, group, status="scheduled", scheduledTime=NEXT_WEEK) == {
        "_id": group,
        "status": "scheduled",
        "scheduledTime": NEXT_WEEK,
    }
    assert [one["status"] for one in await today.shown(group)] == ["scheduled", "scheduled"]
    await today.control("/clock", {"now": "2990-01-22T09:00:01Z"})
    assert [one["status"] for one in await today.shown(group)] == ["published", "published"]


async def test_a_draft_that_gets_only_a_time_stays_a_draft(today: Caller) -> None:
    group = await today.create()
    assert (await update(today, group, scheduledTime=NEXT_WEEK))["status"] == "draft"
    await today.control("/clock", {"now": IN_TWO_WEEKS})
    assert (await today.listed(group))["status"] == "draft"


async def test_a_draft_that_is_scheduled_without_a_time_goes_out_now(today: Caller) -> None:
    group = await today.create()
    answer = await update(today, group, status="scheduled", scheduledTime="")
    assert answer["scheduledTime"] < "2990-01-15T09:01"
    await today.wait(2)
    assert (await today.listed(group))["status"] == "published"


async def test_a_paused_post_keeps_its_time_and_waits(today: Caller) -> None:
    group = await today.create(scheduledTime=NEXT_WEEK)
    assert await update(today, group, status="draft") == {"_id": group, "status": "draft", "scheduledTime": NEXT_WEEK}
    assert [one["status"] for one in await today.shown(group)] == ["draft"]
    await today.control("/clock", {"now": IN_TWO_WEEKS})
    assert (await today.listed(group))["status"] == "draft"
    resumed = await update(today, group, status="scheduled")
    assert resumed["scheduledTime"] >= IN_TWO_WEEKS


async def test_a_draft_without_a_time_shows_none(today: Caller) -> None:
    group = await today.create()
    assert await update(today, group, status="draft") == {"_id": group, "status": "draft"}


async def test_a_scheduled_post_is_moved_there_and_back(today: Caller) -> None:
    group = await today.create(scheduledTime=NEXT_WEEK)
    await update(today, group, scheduledTime=IN_TWO_WEEKS)
    await today.control("/clock", {"now": "2990-01-22T10:00:00Z"})
    assert (await today.listed(group))["status"] == "scheduled"
    await update(today, group, scheduledTime="2990-01-23T09:00:00+02:00")
    assert (await today.listed(group))["scheduledTime"] == "2990-01-23T07:00:00.000Z"
    await today.control("/clock", {"now": "2990-01-23T07:00:01Z"})
    assert (await today.listed(group))["status"] == "published"


@pytest.mark.parametrize(
    ("message", "body"),
    [
        ("Either status or scheduledTime must be provided", {}),
        ("Either status or scheduledTime must be provided", {"status": "", "scheduledTime": None}),
        ("Either status or scheduledTime must be provided", {"content": "new", "platforms": [LINKEDIN]}),
        ("Status must be either 'draft' or 'scheduled'", {"status": "published"}),
        ("Status must be either 'draft' or 'scheduled'", {"status": ["draft"]}),
        ("Invalid scheduled time format", {"scheduledTime": "soon"}),
        ("Invalid scheduled time format", {"status": "scheduled", "scheduledTime": "2990-01-22 09:00:00"}),
        ("Scheduled time cannot be in the past", {"scheduledTime": "2020-01-01T00:00:00Z"}),
    ],
)
async def test_what_is_wrong_is_refused_in_the_documented_words(today: Caller, message: str, body: Any) -> None:
    group = await today.create()
    assert await today.refusal("PUT", f"/update-post/{group}", body) == (400, {"error": message})


async def test_content_and_platforms_cannot_be_changed(today: Caller) -> None:
    group = await today.create()
    await update(today, group, scheduledTime=NEXT_WEEK, content="new", platforms=[LINKEDIN])
    listed = await today.listed(group)
    assert listed["content"] == "Launch day"
    assert [one["platformId"] for one in listed["platforms"]] == [TWITTER]


@pytest.mark.parametrize(
    ("broken", "status"),
    [([], "published"), ([TWITTER, LINKEDIN], "failed"), ([TWITTER], "partially_published")],
)
async def test_a_post_that_has_ended_cannot_be_updated(today: Caller, broken: list[str], status: str) -> None:
    for platform_id in broken:
        await today.failing(platform_id, "no")
    group = await today.schedule(platforms=[TWITTER, LINKEDIN])
    found = await today.refusal("PUT", f"/update-post/{group}", {"status": "draft"})
    assert found == (400, {"error": f"Cannot update post: post is currently in {status} status"})


async def test_an_update_can_come_too_late_and_is_answered_all_the_same(today: Caller) -> None:
    group = await today.create(scheduledTime=NEXT_WEEK)
    await today.control("/clock", {"now": "2990-01-22T09:00:00Z"})
    assert [one["status"] for one in await today.shown(group)] == ["pending"]
    assert (await update(today, group, status="draft"))["status"] == "draft"
    await today.wait(2)
    assert (await today.listed(group))["status"] == "published"


async def test_a_post_is_moved_to_keep_its_distance(today: Caller) -> None:
    await today.control("/limits", {"gap_seconds": 600})
    await today.create(scheduledTime=NEXT_WEEK)
    await today.create(scheduledTime="2990-01-22T09:12:00Z")
    await today.create(scheduledTime="2990-01-22T09:25:00Z", platforms=[LINKEDIN])
    group = await today.create()
    moved = await update(today, group, status="scheduled", scheduledTime="2990-01-22T09:05:00Z")
    assert moved["scheduledTime"] == "2990-01-22T09:22:00.000Z"
    assert (await update(today, group, scheduledTime="2990-01-22T08:50:00Z"))["scheduledTime"][11:16] == "08:50"


async def test_a_post_is_deleted_with_all_that_belongs_to_it(today: Caller) -> None:
    group = await today.create(scheduledTime=NEXT_WEEK)
    await today.attach(group, name="a.png", content_type="image/png")
    assert await today.data("DELETE", f"/delete-post/{group}") == {"success": True}
    for method, path, body in (
        ("DELETE", "delete-post", None),
        ("GET", "get-post", None),
        ("GET", "post-logs", None),
        ("PUT", "update-post", {"status": "draft"}),
    ):
        found = await today.refusal(method, f"/{path}/{group}", body)
        assert found == (404, {"error": "Post group not found"})
    assert (await today.data("GET", "/list-posts"))["posts"] == []
    await today.control("/clock", {"now": IN_TWO_WEEKS})
    [record] = await today.recorded()
    assert record["deletedAt"] is not None
    assert (record["status"], record["mediaUrls"]) == ("scheduled", [])


async def test_a_post_that_is_out_is_deleted_too_and_stays_out(today: Caller) -> None:
    group = await today.schedule()
    assert await today.data("DELETE", f"/delete-post/{group}") == {"success": True}
    [record] = await today.recorded()
    assert record["posts"][0]["status"] == "published"


@pytest.mark.parametrize(
    ("method", "path", "body", "broken"),
    [
        ("GET", "get-post", None, "Failed to fetch post group"),
        ("PUT", "update-post", {"status": "draft"}, "Failed to update post"),
        ("DELETE", "delete-post", None, "Failed to delete post group"),
        ("GET", "post-logs", None, "Failed to get post logs"),
    ],
)
async def test_an_id_that_is_unknown_is_told_from_one_that_is_malformed(
    postpost: Caller, method: str, path: str, body: Any, broken: str
) -> None:
    found = await postpost.refusal(method, f"/{path}/{NOBODY}", body)
    assert found == (404, {"error": "Post group not found"})
    for malformed in ("1", NOBODY[:-1], NOBODY[:-1] + "g", "%F0%9F%98%80"):
        assert await postpost.refusal(method, f"/{path}/{malformed}", body) == (500, {"error": broken})


async def test_an_id_is_found_in_capitals_as_well(postpost: Caller) -> None:
    group = await postpost.create()
    assert len(await postpost.shown(group.upper())) == 1
