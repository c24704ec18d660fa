"""GET /posts as seed 003 has it, and the other reads."""

from typing import Any
from uuid import UUID

import pytest

from tests.sandbox.caller import HOSTED, Caller, to

pytestmark = pytest.mark.anyio


async def captions(genviral: Caller, **query: Any) -> list[str]:
    return [one["caption"] for one in (await genviral.data("GET", "/posts", **query))["posts"]]


async def test_the_newest_come_first_twenty_of_them(genviral: Caller) -> None:
    for number in range(22):
        await genviral.create(caption=f"{number}")
    assert await captions(genviral) == [f"{number}" for number in range(21, 1, -1)]


async def test_a_limit_is_clamped_and_never_refused(genviral: Caller) -> None:
    for _ in range(101):
        await genviral.create()
    for limit, found in {"0": 1, "-7": 1, "2": 2, "100": 100, "1000": 100, "many": 20, "": 20}.items():
        assert len(await captions(genviral, limit=limit)) == found


async def test_posts_are_filtered_by_status_and_by_the_time_of_their_creation(genviral: Caller) -> None:
    await genviral.create(caption="first")
    await genviral.wait(3600)
    middle = await genviral.ahead()
    await genviral.wait(1)
    await genviral.create(caption="second", scheduled_at="2990-01-01T00:00:00Z")
    await genviral.wait(3600)
    await genviral.create(caption="third")
    assert await captions(genviral, since=middle) == ["third", "second"]
    assert await captions(genviral, until=middle) == ["first"]
    assert await captions(genviral, since=middle, until=await genviral.ahead(minutes=-30)) == ["second"]
    assert await captions(genviral, status="scheduled") == ["second"]
    assert await captions(genviral, status="posted") == ["first"]
    assert await captions(genviral, status="no such status") == []
    assert await captions(genviral, since="2020-01-01", until="2980-01-01") == ["third", "second", "first"]
    [second] = (await genviral.data("GET", "/posts", status="scheduled"))["posts"]
    assert await captions(genviral, since=second["created_at"], status="scheduled") == ["second"]
    assert await captions(genviral, until=second["created_at"], status="scheduled") == ["second"]


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "1700000000", "2026-01-01T25:00:00Z"])
async def test_a_time_that_is_not_iso_is_refused(genviral: Caller, name: str, text: str) -> None:
    assert (await genviral.refusal("GET", "/posts", **{name: text}))[:2] == (400, f"invalid_{name}")


async def test_the_summary_counts_everything_whatever_the_filter(genviral: Caller) -> None:
    await genviral.failing(HOSTED, "no")
    await genviral.create(accounts=to(HOSTED))
    await genviral.create()
    await genviral.wait(60)
    await genviral.create()
    for _ in range(2):
        await genviral.create(scheduled_at="2990-01-01T00:00:00Z")
    assert (await genviral.data("GET", "/posts", status="failed", limit=1))["summary"] == {
        "total": 5,
        "pending": 3,
        "published": 1,
        "by_status": {"pending": 1, "scheduled": 2, "posted": 1, "failed": 1},
    }


async def test_an_unknown_post_is_not_found(genviral: Caller) -> None:
    for post_id in (UUID(int=7), "seven"):
        assert (await genviral.refusal("GET", f"/posts/{post_id}"))[:2] == (404, "not_found")


async def test_the_default_accounts_cover_every_platform(genviral: Caller) -> None:
    data = await genviral.data("GET", "/accounts")
    assert set(data) == {"scope", "owner_user_id", "workspace_id", "accounts"}
    fields = {"id", "platform", "type", "username", "display_name", "status", "workspace_id"}
    assert {frozenset(account) for account in data["accounts"]} == {frozenset(fields)}
    assert [(account["platform"], account["type"]) for account in data["accounts"]] == [
        ("tiktok", "byo"),
        ("tiktok", "byo"),
        ("tiktok", "hosted"),
        ("instagram", "byo"),
        ("youtube", "byo"),
        ("pinterest", "byo"),
        ("linkedin", "byo"),
        ("facebook", "byo"),
    ]


async def test_the_subscription_tells_the_plan_and_its_credits(genviral: Caller) -> None:
    await genviral.control("/clock", {"now": "2990-12-24T18:00:00Z"})
    subscription = (await genviral.data("GET", "/subscription"))["subscription"]
    assert subscription["status"] == "active"
    assert (subscription["current_period_start"], subscription["renews_at"]) == (
        "2990-12-01T00:00:00Z",
        "2991-01-01T00:00:00Z",
    )
    assert subscription["credits"]["remaining"] == 1000


async def test_what_does_not_exist_is_answered_in_the_envelope(genviral: Caller) -> None:
    assert (await genviral.refusal("GET", "/nothing"))[:2] == (404, "not_found")
    answer = await genviral.send("DELETE", "/posts/7")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD"})
