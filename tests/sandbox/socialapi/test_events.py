"""GET /events: what happened, with the error of a delivery (seed 004; reference socialapi 9)."""

import pytest

from tests.sandbox.socialapi.caller import DEAD_THREADS, FACEBOOK, THREADS, Caller, post, to

pytestmark = pytest.mark.anyio


async def actions(caller: Caller, **query: str) -> list[str]:
    return [one["action"] for one in (await caller.data("GET", "/events", **query))["events"]]


async def test_the_life_of_a_post_is_told_newest_first(instant: Caller) -> None:
    created = await instant.create(
        publish_now=False, scheduled_at="2990-01-01T00:00:00Z", targets=to(FACEBOOK, THREADS)
    )
    await instant.data("PATCH", f"/posts/{created['id']}", {"text": "New"})
    await instant.delivery(THREADS, fail="platform.threads.rate_limit")
    await instant.data("POST", f"/posts/{created['id']}/publish")
    await instant.delivery(THREADS)
    await instant.data("POST", f"/posts/{created['id']}/retry")
    await instant.data("POST", f"/posts/{created['id']}/unpublish", {"account_id": THREADS})
    await instant.data("DELETE", f"/posts/{created['id']}")
    events = (await instant.data("GET", "/events", resource_id=created["id"]))["events"]
    assert [one["action"] for one in events] == [
        "post.deleted",
        "post.unpublished",
        "post.published",
        "post.retried",
        "post.partial",
        "post.updated",
        "post.scheduled",
    ]
    partial = events[4]
    assert (partial["status"], partial["category"]) == ("failed", "post")
    assert (partial["error_code"], partial["error_category"]) == ("platform.threads.rate_limit", "rate_limit")
    assert events[5]["metadata"] == {"changed_fields": ["text"]}
    assert events[3]["metadata"] == {"retried_count": 1}
    assert events[0]["metadata"] == {"was_status": "published"}


async def test_events_are_filtered_and_paged(instant: Caller) -> None:
    await instant.create()
    await instant.delivery(FACEBOOK, fail="system.internal")
    await instant.send("POST", "/posts", post())
    await instant.send("DELETE", f"/accounts/{DEAD_THREADS}")
    assert await actions(instant) == ["account.disconnected", "post.failed", "post.published"]
    assert await actions(instant, status="failed") == ["post.failed"]
    assert await actions(instant, category="account", platform="threads", account_id=DEAD_THREADS) == [
        "account.disconnected"
    ]
    assert await actions(instant, action="post.published") == ["post.published"]
    page = await instant.data("GET", "/events", limit=2)
    rest = await instant.data("GET", "/events", limit=2, cursor=page["pagination"]["next_cursor"])
    assert [len(page["events"]), len(rest["events"]), rest["pagination"]["has_more"]] == [2, 1, False]


async def test_events_are_kept_as_long_as_the_plan_says(instant: Caller) -> None:
    await instant.create()
    await instant.limit(plan="free")
    assert (await instant.data("GET", "/events"))["retention_days"] == 1
    await instant.wait(86400 + 60)
    assert await actions(instant) == []
    await instant.limit(plan="pro")
    assert await actions(instant) == ["post.published"]
