"""list-posts (reference postpost 5.3)."""

from typing import Any

import pytest

from tests.sandbox.postpost.caller import INSTAGRAM, LINKEDIN, TELEGRAM, TWITTER, Caller

pytestmark = pytest.mark.anyio


async def contents(caller: Caller, **query: Any) -> list[str]:
    return [one["content"] for one in (await caller.data("GET", "/list-posts", **query))["posts"]]


@pytest.fixture
async def several(today: Caller) -> Caller:
    """A draft, a post for next week, one for next month, and one that is out; a second between them."""
    await today.create(content="draft", platforms=[TWITTER, TELEGRAM])
    await today.wait(1)
    await today.create(content="next week", platforms=[LINKEDIN], scheduledTime="2990-01-22T09:00:00Z")
    await today.wait(1)
    await today.create(content="next month", platforms=[LINKEDIN, TWITTER], scheduledTime="2990-02-22T09:00:00Z")
    await today.wait(1)
    await today.failing(INSTAGRAM, "no")
    await today.schedule(content="mixed", platforms=[INSTAGRAM, TELEGRAM])
    return today


async def test_a_post_is_listed_with_all_its_fields(today: Caller) -> None:
    group = await today.create(platforms=[TWITTER, TELEGRAM], scheduledTime="2990-01-22T09:00:00Z")
    media = await today.attach(group, name="a.png", content_type="image/png")
    found = await today.data("GET", "/list-posts")
    [listed] = found["posts"]
    assert found == {
        "success": True,
        "posts": [listed],
        "pagination": {
            "page": 1,
            "limit": 20,
            "totalItems": 1,
            "totalPages": 1,
            "hasNextPage": False,
            "hasPrevPage": False,
        },
    }
    assert listed.pop("createdAt") == listed.pop("updatedAt") > "2990-01-15T09:00:00"
    assert listed == {
        "postGroupId": group,
        "content": "Launch day",
        "status": "scheduled",
        "scheduledTime": "2990-01-22T09:00:00.000Z",
        "platforms": [
            {"platformId": TWITTER, "platform": "twitter", "status": "scheduled"},
            {"platformId": TELEGRAM, "platform": "telegram", "status": "scheduled"},
        ],
        "mediaUrls": [media["fileUrl"]],
    }


async def test_a_draft_that_never_had_a_time_is_listed_without(several: Caller) -> None:
    [draft] = (await several.data("GET", "/list-posts", status="draft"))["posts"]
    assert "scheduledTime" not in draft


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["mixed", "next month", "next week", "draft"]),
        ({"sortOrder": "asc"}, ["draft", "next week", "next month", "mixed"]),
        ({"sortOrder": "sideways"}, ["mixed", "next month", "next week", "draft"]),
        ({"sortBy": "scheduledTime"}, ["next month", "next week", "mixed", "draft"]),
        ({"sortBy": "scheduledTime", "sortOrder": "asc"}, ["draft", "mixed", "next week", "next month"]),
        ({"sortBy": "updatedAt"}, ["mixed", "next month", "next week", "draft"]),
        ({"sortBy": "", "status": "", "platform": "", "fromDate": ""}, ["mixed", "next month", "next week", "draft"]),
        ({"status": "draft"}, ["draft"]),
        ({"status": "scheduled"}, ["next month", "next week"]),
        ({"status": "published"}, []),
        ({"status": "failed"}, []),
        ({"status": "partially_published"}, ["mixed"]),
        ({"platform": "twitter"}, ["next month", "draft"]),
        ({"platform": "Twitter"}, ["next month", "draft"]),
        ({"platform": "telegram"}, ["mixed", "draft"]),
        ({"platform": "tiktok"}, []),
        ({"platform": "myspace"}, []),
        ({"platform": TWITTER}, []),
        ({"fromDate": "2990-01-22T09:00:00.000Z"}, ["next month", "next week"]),
        ({"fromDate": "2990-01-23"}, ["next month"]),
        ({"toDate": "2990-01-22T09:00:00Z"}, ["mixed", "next week"]),
        ({"fromDate": "2990-01-22", "toDate": "2990-01-31", "platform": "linkedin"}, ["next week"]),
    ],
)
async def test_a_list_is_sorted_and_filtered(several: Caller, query: Any, expected: list[str]) -> None:
    assert await contents(several, **query) == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"status": "pending"},
            "Invalid status. Must be one of: draft, scheduled, published, failed, partially_published",
        ),
        ({"sortBy": "content"}, "Invalid sortBy. Must be one of: createdAt, updatedAt, scheduledTime"),
        ({"fromDate": "yesterday"}, "Invalid fromDate format"),
        ({"toDate": "2990-02-30"}, "Invalid toDate format"),
    ],
)
async def test_a_bad_query_is_refused_in_the_documented_words(postpost: Caller, query: Any, message: str) -> None:
    assert await postpost.refusal("GET", "/list-posts", **query) == (400, {"error": message})


@pytest.mark.parametrize(
    ("query", "page", "limit", "listed"),
    [
        ({}, 1, 20, 20),
        ({"page": 2}, 2, 20, 3),
        ({"page": 3}, 3, 20, 0),
        ({"page": 0}, 1, 20, 20),
        ({"page": -4}, 1, 20, 20),
        ({"page": "two"}, 1, 20, 20),
        ({"page": "9" * 5000}, 10**15 - 1, 20, 0),
        ({"limit": 5}, 1, 5, 5),
        ({"limit": "5.9abc"}, 1, 5, 5),
        ({"limit": 0}, 1, 20, 20),
        ({"limit": ""}, 1, 20, 20),
        ({"limit": "many"}, 1, 20, 20),
        ({"limit": -3}, 1, 1, 1),
        ({"limit": 1000}, 1, 100, 23),
        ({"limit": 10, "page": 3}, 3, 10, 3),
    ],
)
async def test_pages_are_clamped_and_never_refused(
    postpost: Caller, query: Any, page: int, limit: int, listed: int
) -> None:
    for number in range(23):
        await postpost.create(content=str(number))
    found = await postpost.data("GET", "/list-posts", **query)
    pages = -(-23 // limit)
    assert found["pagination"] == {
        "page": page,
        "limit": limit,
        "totalItems": 23,
        "totalPages": pages,
        "hasNextPage": page < pages,
        "hasPrevPage": page > 1,
    }
    assert len(found["posts"]) == listed


async def test_pages_together_hold_every_post_once(postpost: Caller) -> None:
    for number in range(23):
        await postpost.create(content=str(number))
    found = [one for page in (1, 2, 3, 4) for one in await contents(postpost, limit=7, page=page)]
    assert found == [str(number) for number in reversed(range(23))]


async def test_an_empty_list_has_no_pages(postpost: Caller) -> None:
    found = await postpost.data("GET", "/list-posts")
    assert (found["posts"], found["pagination"]["totalPages"]) == ([], 0)
