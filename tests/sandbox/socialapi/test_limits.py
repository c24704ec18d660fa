"""What is counted: posts, requests, the pace of posting, brands, bills (seed 004; reference socialapi 10)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.socialapi import create_app
from tests.sandbox.socialapi.caller import FACEBOOK, INSTAGRAM, THREADS, TIKTOK, Body, Caller, calling, draft, post, to

pytestmark = pytest.mark.anyio


async def used(caller: Caller) -> int:
    return (await caller.data("GET", "/usage"))["posts_used"]


async def test_the_free_plan_has_ten_posts_in_thirty_days() -> None:
    async with calling(create_app(plan="free")) as caller:
        for _ in range(10):
            await caller.create()
        assert await caller.refused() == (429, "billing.post_limit", {"plan": "free", "max": 10})
        assert len((await caller.look("/posts"))["posts"]) == 10
        await caller.create_draft()
        usage = await caller.data("GET", "/usage")
        assert (usage["posts_used"], usage["posts_limit"]) == (10, 10)
        start, end = (datetime.fromisoformat(usage[f"period_{name}"]) for name in ("start", "end"))
        assert end - start == timedelta(days=30)
        await caller.control("/clock", {"now": usage["period_end"]})
        await caller.create()
        assert await used(caller) == 1


async def test_a_plan_that_nobody_sells_is_an_error() -> None:
    with pytest.raises(ValueError, match="'gold' is not a plan: free, starter"):
        create_app(plan="gold")


async def test_schedules_publications_and_retries_cost_a_post_each(socialapi: Caller) -> None:
    await socialapi.create(publish_now=False, scheduled_at="2990-01-01T00:00:00Z")
    assert await used(socialapi) == 1
    created = await socialapi.create_draft()
    assert await used(socialapi) == 1
    await socialapi.delivery(FACEBOOK, fail="platform.facebook.api_error")
    await socialapi.data("POST", f"/posts/{created['id']}/publish")
    assert await used(socialapi) == 2
    await socialapi.wait(5)
    await socialapi.data("POST", f"/posts/{created['id']}/retry")
    assert await used(socialapi) == 3
    await socialapi.send("POST", f"/posts/{created['id']}/retry")
    assert await used(socialapi) == 3


async def test_publish_and_retry_end_at_the_limit_and_leave_the_post_as_it_is(instant: Caller) -> None:
    created = await instant.create_draft()
    await instant.delivery(THREADS, fail="platform.threads.api_error")
    failed = (await instant.send("POST", "/posts", post(targets=to(THREADS)))).json()
    await instant.limit(plan="free", posts=1, posts_used=1)
    refused = (429, "billing.post_limit", {"plan": "free", "max": 1})
    assert await instant.refusal("POST", f"/posts/{created['id']}/publish") == refused
    assert await instant.refusal("POST", f"/posts/{failed['id']}/retry") == refused
    assert (await instant.shown(created["id"]))["status"] == "draft"
    assert (await instant.shown(failed["id"]))["retry_count"] == 0


async def test_the_free_plan_shows_its_quotas_on_every_answer(socialapi: Caller) -> None:
    answer = await socialapi.send("GET", "/accounts")
    assert not [name for name in answer.headers if name.startswith(("x-posts", "x-storage", "x-ratelimit"))]
    await socialapi.limit(plan="free", posts_used=3)
    for path in ("/accounts", "/posts/none"):
        answer = await socialapi.send("GET", path)
        assert {name: answer.headers[name] for name in answer.headers if name.startswith(("x-posts", "x-int"))} == {
            "x-posts-limit": "10",
            "x-posts-remaining": "7",
            "x-interactions-limit": "50",
            "x-interactions-remaining": "50",
        }
        assert (answer.headers["X-Storage-Used"], answer.headers["X-Storage-Limit"]) == ("0", "104857600")


async def test_requests_are_counted_by_the_minute_when_that_is_asked_for(socialapi: Caller) -> None:
    await socialapi.control("/clock", {"now": "2990-01-01T09:00:10Z"})
    await socialapi.limit(requests_per_minute=3)
    remaining = [(await socialapi.send("GET", "/usage")).headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert remaining == ["2", "1", "0"]
    answer = await socialapi.send("POST", "/posts", draft())
    seconds = answer.headers["Retry-After"]
    assert 40 <= int(seconds) <= 50
    assert answer.status_code == 429
    error = answer.json()["error"]
    assert (error["code"], error["meta"]) == ("ratelimit.exceeded", {"limit": 3, "retry_after_seconds": int(seconds)})
    assert answer.headers["X-RateLimit-Limit"] == "3"
    assert answer.headers["X-RateLimit-Reset"] == seconds
    assert (await socialapi.look("/posts"))["posts"] == []
    await socialapi.wait(float(seconds))
    assert (await socialapi.send("GET", "/usage")).headers["X-RateLimit-Remaining"] == "2"


async def test_posting_too_fast_is_refused_for_all_targets_together(socialapi: Caller) -> None:
    await socialapi.limit(velocity=True)
    for _ in range(25):
        await socialapi.create()
    answer = await socialapi.send("POST", "/posts", post(targets=to(THREADS, FACEBOOK)))
    error = answer.json()["error"]
    wait = error["meta"].pop("retry_after_seconds")
    assert (answer.status_code, error["code"]) == (429, "publishing.velocity_limit")
    assert error["meta"] == {"account_id": FACEBOOK, "window": "hour", "limit": 25}
    assert answer.headers["Retry-After"] == str(wait)
    assert await used(socialapi) == 25
    await socialapi.wait(wait)
    await socialapi.create(targets=to(THREADS, FACEBOOK))


async def test_a_page_has_a_pace_of_its_own(socialapi: Caller) -> None:
    await socialapi.limit(velocity=True)
    first, second = (to(FACEBOOK, page_id=f"sapi_page_01BBB_{number}") for number in (1, 2))
    for _ in range(25):
        await socialapi.create(targets=first)
    assert (await socialapi.refused(targets=first))[1] == "publishing.velocity_limit"
    await socialapi.create(targets=second)


async def test_a_day_has_a_limit_by_platform(instant: Caller) -> None:
    await instant.limit(velocity=True)
    tiktok = {
        "targets": to(TIKTOK),
        "media": [{"source_type": "url", "source": "https://media.example.com/1.mp4"}],
        "platform_data": {"tiktok": {"privacy_level": "SELF_ONLY"}},
    }
    for _ in range(18):
        await instant.create(**tiktok)
    _, code, meta = await instant.refused(**tiktok)
    assert code == "publishing.velocity_limit"
    assert (meta["window"], meta["limit"]) == ("day", 18)


async def test_scheduled_posts_are_held_and_not_failed(socialapi: Caller) -> None:
    await socialapi.control("/clock", {"now": "2990-01-01T09:00:00Z"})
    await socialapi.limit(velocity=True)
    posts = [await socialapi.create(publish_now=False, scheduled_at="2990-01-01T10:00:00Z") for _ in range(26)]
    await socialapi.control("/clock", {"now": "2990-01-01T10:30:00Z"})
    assert (await socialapi.shown(posts[-1]["id"]))["status"] == "scheduled"
    await socialapi.control("/clock", {"now": "2990-01-01T12:00:00Z"})
    assert (await socialapi.shown(posts[-1]["id"]))["published_at"] == "2990-01-01T11:00:01Z"


async def test_an_unpaid_bill_blocks_everything_but_the_look_at_it(socialapi: Caller) -> None:
    await socialapi.limit(past_due=True)
    assert await socialapi.refused() == (402, "billing.past_due", {"plan": "starter"})
    assert (await socialapi.refusal("GET", "/accounts"))[:2] == (402, "billing.past_due")
    user = await socialapi.data("GET", "/users/me")
    assert (user["plan"], user["billing_blocked"], bool(user["billing_blocked_at"])) == ("starter", True, True)
    await socialapi.limit(past_due=False)
    await socialapi.create()
    assert (await socialapi.data("GET", "/users/me"))["billing_blocked"] is False


async def test_a_plan_without_a_platform_refuses_it(socialapi: Caller) -> None:
    await socialapi.limit(platforms=["threads"])
    assert await socialapi.refused() == (403, "billing.platform_not_available", {"plan": "starter"})
    await socialapi.create(targets=to(THREADS))
    assert (await socialapi.data("GET", "/users/me"))["allowed_platforms"] == ["threads"]
    await socialapi.limit(platforms=None)
    await socialapi.create()


async def test_usage_shows_what_has_no_limit_as_minus_one(socialapi: Caller) -> None:
    usage = await socialapi.data("GET", "/usage")
    del usage["period_start"], usage["period_end"]
    assert usage == {
        "posts_used": 0,
        "posts_limit": -1,
        "interactions_used": 0,
        "interactions_limit": -1,
        "brands_used": 2,
        "brands_limit": 10,
        "profile_units_used": 2,
        "profile_units_limit": 10,
        "page_allowance": 5,
        "page_billing_exempt": False,
    }


async def test_limits_are_shown_and_a_plan_brings_its_own(socialapi: Caller) -> None:
    await socialapi.limit(plan="free", posts=2, velocity=True)
    assert await socialapi.look("/limits") == {
        "plan": "free",
        "brands": 2,
        "posts": 2,
        "interactions": 50,
        "storage_bytes": 104857600,
        "retention_days": 1,
        "posts_used": 0,
        "platforms": None,
        "past_due": False,
        "requests_per_minute": None,
        "velocity": True,
    }
    await socialapi.limit(plan="pro")
    assert (await socialapi.look("/limits"))["posts"] is None
    assert (await socialapi.look("/limits"))["velocity"] is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/limits", {"plan": "gold"}),
        ("/limits", {"plan": ["free"]}),
        ("/limits", {"posts": -1}),
        ("/limits", {"posts": True}),
        ("/limits", {"posts_used": None}),
        ("/limits", {"platforms": "threads"}),
        ("/limits", {"platforms": [7]}),
        ("/limits", {"velocity": 1}),
        ("/limits", {"requests_per_minute": "3"}),
        ("/limits", {"speed": 3}),
        ("/limits", []),
        ("/delivery", {FACEBOOK: "no"}),
        ("/delivery", {FACEBOOK: {"fail": 7}}),
        ("/delivery", {FACEBOOK: {"seconds": -1}}),
        ("/delivery", {FACEBOOK: {"seconds": 1e12}}),
        ("/delivery", {FACEBOOK: {"seconds": True}}),
        ("/delivery", {FACEBOOK: {"times": 1}}),
        ("/delivery", {"acc_01ZZZ": {}}),
        ("/accounts", {FACEBOOK: {"token_expires_in": "soon"}}),
        ("/accounts", {FACEBOOK: {"own_app": False}}),
        ("/accounts", {INSTAGRAM: {"own_app": None}}),
        ("/accounts", {"acc_01ZZZ": {}}),
    ],
)
async def test_a_control_that_cannot_be_understood_is_refused_with_a_reason(
    socialapi: Caller, path: str, body: Any
) -> None:
    before: Body = await socialapi.look(path)
    answer = await socialapi.http.post(f"{socialapi.url}/_sandbox{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert await socialapi.look(path) == before
