"""GET /posts: order, filters and pages (reference socialapi 4.2, 14)."""

from typing import Any

import pytest

from tests.sandbox.socialapi.caller import DEAD_THREADS, FACEBOOK, INSTAGRAM, THREADS, Body, Caller, to

pytestmark = pytest.mark.anyio


@pytest.fixture
async def today(socialapi: Caller) -> Caller:
    await socialapi.control("/clock", {"now": "2990-01-01T09:00:00Z"})
    return socialapi


async def listed(caller: Caller, **query: Any) -> list[str]:
    return [post["text"] for post in (await caller.data("GET", "/posts", **query))["data"]]


async def schedule(caller: Caller, text: str, day: int, **changes: Any) -> Any:
    return await caller.create(text=text, publish_now=False, scheduled_at=f"2990-01-{day:02}T12:00:00Z", **changes)


async def test_an_empty_list_has_no_cursor(socialapi: Caller) -> None:
    found = await socialapi.data("GET", "/posts")
    assert found == {"data": [], "pagination": {"has_more": False, "limit": 25}}


async def test_posts_are_listed_as_they_are_shown(today: Caller) -> None:
    created = await schedule(today, "a", 5)
    assert (await today.data("GET", "/posts"))["data"] == [created] == [await today.shown(created["id"])]


async def test_what_is_due_first_comes_first_unless_another_order_is_asked_for(today: Caller) -> None:
    for text, day in (("late", 9), ("early", 3), ("middle", 5)):
        await schedule(today, text, day)
        await today.wait(1)
    await today.create_draft(text="draft")
    assert await listed(today) == ["draft", "early", "middle", "late"]
    assert await listed(today, sort="scheduled_desc") == ["late", "middle", "early", "draft"]
    assert await listed(today, sort="created_asc") == ["late", "early", "middle", "draft"]
    assert await listed(today, sort="created_desc") == ["draft", "middle", "early", "late"]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({"status": "scheduled"}, ["one", "two"]),
        ({"status": "draft"}, ["Three"]),
        ({"status": "failed"}, []),
        ({"account_ids": f"{THREADS},{INSTAGRAM}"}, ["Three", "two"]),
        ({"account_ids": FACEBOOK}, ["one", "two"]),
        ({"platform": "threads"}, ["two"]),
        ({"brand_id": "b84e2c19-7d35-4f60-92ab-c1d0e9f8a7b3"}, []),
        ({"page_id": "sapi_page_01BBB_1"}, ["one"]),
        ({"search": "thr"}, ["Three"]),
        ({"search": "TWO", "status": "scheduled"}, ["two"]),
        ({"from": "2990-01-05T12:00:00Z"}, ["two"]),
        ({"to": "2990-01-05T11:59:59Z"}, ["Three", "one"]),
        ({"from": "2990-01-03T12:00:00Z", "to": "2990-01-03T13:00:00+01:00"}, ["one"]),
        ({"hidden": "true"}, ["hidden"]),
        ({"hidden": "false", "limit": "1"}, ["Three"]),
    ],
)
async def test_a_list_can_be_filtered(today: Caller, query: Body, texts: list[str]) -> None:
    await schedule(today, "one", 3, targets=to(FACEBOOK, page_id="sapi_page_01BBB_1"))
    await schedule(today, "two", 5, targets=to(FACEBOOK, THREADS))
    await today.create_draft(text="Three", targets=to(INSTAGRAM))
    await today.create_draft(text="hidden", hidden=True, targets=to(DEAD_THREADS))
    assert await listed(today, **query) == texts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "many"),
        ("cursor", "x"),
        ("cursor", "bm90IG9uZQ=="),
        ("cursor", "MjAyNi0wMS0wMVQwMDowMDowMCAx"),
        ("cursor", "é"),
        ("sort", "best"),
        ("status", "lost"),
        ("hidden", "maybe"),
        ("from", "yesterday"),
        ("to", "2990-01-01"),
    ],
)
async def test_a_query_that_cannot_be_understood_is_refused(socialapi: Caller, name: str, value: str) -> None:
    refusal = await socialapi.refusal("GET", "/posts", **{name: value})
    assert refusal == (400, "validation.field_invalid", {"field": name})


@pytest.mark.parametrize("sort", ["scheduled_asc", "scheduled_desc", "created_asc", "created_desc"])
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(today: Caller, sort: str) -> None:
    for number in range(7):
        await schedule(today, str(number), 3 + number // 3)  # several at one time
    whole = await listed(today, sort=sort)
    found: list[str] = []
    query: Body = {"sort": sort, "limit": 3}
    sizes: list[int] = []
    while True:
        page = await today.data("GET", "/posts", **query)
        sizes.append(len(page["data"]))
        found += [post["text"] for post in page["data"]]
        assert page["pagination"]["limit"] == 3
        if not page["pagination"]["has_more"]:
            assert "next_cursor" not in page["pagination"]
            break
        query["cursor"] = page["pagination"]["next_cursor"]
    assert (sizes, found) == ([3, 3, 1], whole)


async def test_a_cursor_survives_what_happens_meanwhile(today: Caller) -> None:
    posts = [await schedule(today, str(number), 3 + number) for number in range(6)]
    page = await today.data("GET", "/posts", limit=3)
    await today.data("DELETE", f"/posts/{posts[2]['id']}")
    await schedule(today, "earlier", 2)
    page = await today.data("GET", "/posts", limit=3, cursor=page["pagination"]["next_cursor"])
    assert [post["text"] for post in page["data"]] == ["3", "4", "5"]


async def test_a_page_has_25_posts_unless_another_size_is_asked_for(today: Caller) -> None:
    for number in range(26):
        await today.create_draft(text=str(number))
    assert len(await listed(today)) == 25
    assert len(await listed(today, limit=100)) == 26
