"""create-post (seed 002; reference postpost 5.1, 10)."""

import re
from typing import Any

import pytest

from tests.sandbox.postpost.caller import (
    BLUESKY_DID,
    INSTAGRAM,
    KEY,
    LINKEDIN,
    STRANGER,
    TELEGRAM,
    TIKTOK,
    TWITTER,
    Caller,
    post,
)

pytestmark = pytest.mark.anyio

NOT_TEXT = "Content is required"
NO_PLATFORMS = "Platforms are required"
NOT_A_TIME = "Invalid scheduled time format"


async def test_a_post_without_a_time_is_a_draft(postpost: Caller) -> None:
    group = await postpost.create(platforms=[TWITTER, LINKEDIN])
    assert re.fullmatch("[0-9a-f]{24}", group)
    shown = await postpost.shown(group)
    assert [(one["platform"], one["platformId"], one["status"], one["content"]) for one in shown] == [
        ("twitter", "1582941003", "draft", "Launch day"),
        ("linkedin", "Tz9W5i6ZYG", "draft", "Launch day"),
    ]
    assert all(one.keys() == {"_id", "platform", "platformId", "content", "status"} for one in shown)
    await postpost.wait(10 * 24 * 3600)
    assert (await postpost.listed(group))["status"] == "draft"


async def test_a_post_with_a_time_is_scheduled(postpost: Caller) -> None:
    time = await postpost.ahead(hours=2)
    group = await postpost.create(scheduledTime=time)
    assert [one["status"] for one in await postpost.shown(group)] == ["scheduled"]
    assert (await postpost.listed(group))["scheduledTime"] == time


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (NOT_TEXT, {}),
        (NOT_TEXT, []),
        (NOT_TEXT, post(content=...)),
        (NOT_TEXT, post(content="")),
        (NOT_TEXT, post(content=" \n\t ")),
        (NOT_TEXT, post(content=None)),
        (NOT_TEXT, post(content=0)),
        (NO_PLATFORMS, post(platforms=...)),
        (NO_PLATFORMS, post(platforms=None)),
        (NO_PLATFORMS, post(platforms="")),
        ("At least one platform is required", post(platforms=[])),
        ("At least one platform is required", post(platforms="[]")),
        ("Platforms must be an array", post(platforms={"twitter": "1"})),
        ("Platforms must be an array", post(platforms='"twitter-1"')),
        ("Platforms must be an array", post(platforms=7)),
        ("Invalid platforms JSON format", post(platforms="twitter-1")),
        ("Invalid platforms JSON format", post(platforms="[" * 100_000)),
        ("Invalid platform ID format: twitter", post(platforms=["twitter"])),
        ("Invalid platform ID format: Twitter-1", post(platforms=[TWITTER, "Twitter-1"])),
        ("Invalid platform ID format: {status}-1", post(platforms=["{status}-1"])),
        ("Invalid platform ID format: 7", post(platforms=[7])),
        ("Invalid platform ID format: null", post(platforms=[None])),
        ("Invalid platform ID format: true", post(platforms=[True])),
        ("Invalid platform ID format: 1.5", post(platforms=[1.5])),
        ("Invalid platform ID format: [object Object]", post(platforms=[{}])),
        (f"Invalid platform ID format: {BLUESKY_DID}", post(platforms=[BLUESKY_DID])),
        (NOT_A_TIME, post(scheduledTime="tomorrow")),
        (NOT_A_TIME, post(scheduledTime="2990-01-01")),
        (NOT_A_TIME, post(scheduledTime="2990-01-01 10:00:00Z")),
        (NOT_A_TIME, post(scheduledTime="2990-01-01T10:00:00")),
        (NOT_A_TIME, post(scheduledTime="01/02/2990 10:00 AM")),
        (NOT_A_TIME, post(scheduledTime="2990-02-30T10:00:00Z")),
        (NOT_A_TIME, post(scheduledTime="9999-12-31T23:59:59Z")),
        (NOT_A_TIME, post(scheduledTime="T" * 100_000)),
        (NOT_A_TIME, post(scheduledTime=1_900_000_000_000)),
        ("Scheduled time cannot be in the past", post(scheduledTime="2020-01-01T10:00:00Z")),
        ("Invalid platformSettings JSON", post(platformSettings="{")),
        ("platformSettings must be an object", post(platformSettings=[])),
        ("platformSettings must be an object", post(platformSettings=7)),
        ("platformSettings must be an object", post(platformSettings="[]")),
    ],
)
async def test_what_is_wrong_is_refused_in_the_documented_words(postpost: Caller, message: str, body: Any) -> None:
    assert await postpost.refusal("POST", "/create-post", body) == (400, {"error": message})
    assert await postpost.recorded() == []


async def test_a_body_counts_only_as_json(postpost: Caller) -> None:
    url = f"{postpost.url}/api/v1/create-post"
    answer = await postpost.http.post(url, content=b'{"content": "a"}', headers={"x-api-key": KEY})
    assert (answer.status_code, answer.json()) == (400, {"error": NOT_TEXT})
    headers = {"x-api-key": KEY, "Content-Type": "application/json; charset=utf-8"}
    for broken in (b"{", b"7", b"\xff", b"NaN", b"[" * 100_000):
        answer = await postpost.http.post(url, content=broken, headers=headers)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"].startswith("text/html")
    answer = await postpost.http.post(url, headers=headers)
    assert answer.json() == {"error": NOT_TEXT}


@pytest.mark.parametrize(
    "changes",
    [
        {"platforms": f'["{TWITTER}"]'},
        {"scheduledTime": ""},
        {"scheduledTime": None},
        {"scheduledTime": "2990-01-01T10:00:00Z"},
        {"scheduledTime": "2990-01-01T10:00:00.000Z"},
        {"scheduledTime": "2990-01-01T10:00:00+00:00"},
        {"scheduledTime": "2990-01-01T10:00:00-05:00"},
        {"platformSettings": None},
        {"platformSettings": "{}"},
        {"mediaUrls": ["https://media.example.com/1.jpg"], "status": "published", "altTexts": ["a"]},
        {"platforms": [TIKTOK]},
        {"platforms": [TELEGRAM]},
        {"platforms": [STRANGER]},
        {"platforms": ["myspace-1"]},
        {"content": "x" * 100_000},
    ],
)
async def test_what_the_service_does_not_look_at_is_taken(postpost: Caller, changes: Any) -> None:
    await postpost.create(**changes)


async def test_half_a_pair_goes_out_as_it_came_in(postpost: Caller) -> None:
    body = f'{{"content": "\\ud83d", "platforms": ["{TWITTER}"]}}'.encode()
    headers = {"x-api-key": KEY, "Content-Type": "application/json"}
    answer = await postpost.http.post(f"{postpost.url}/api/v1/create-post", content=body, headers=headers)
    shown = await postpost.send("GET", f"/get-post/{answer.json()['postGroupId']}")
    assert '"content":"\\ud83d"' in shown.text


async def test_text_that_is_no_text_gets_past_the_check_and_misbehaves(postpost: Caller) -> None:
    assert [one["content"] for one in await postpost.shown(await postpost.create(content=5))] == ["5"]
    broken: tuple[Any, ...] = ({}, ["a"])
    for content in broken:
        found = await postpost.refusal("POST", "/create-post", post(content=content))
        assert found == (500, {"error": "Failed to create post group"})


async def test_a_time_that_has_just_passed_is_now(today: Caller) -> None:
    group = await today.create(scheduledTime=await today.ahead(seconds=-30))
    assert (await today.listed(group))["scheduledTime"] >= "2990-01-15T09:00:00"
    await today.wait(10)
    assert (await today.listed(group))["status"] == "published"


async def test_a_time_long_past_may_be_now_too(postpost: Caller) -> None:
    await postpost.control("/limits", {"past_times": "clamp"})
    group = await postpost.create(scheduledTime="2020-01-01T10:00:00Z")
    assert (await postpost.listed(group))["scheduledTime"] > "2020-01-02"


async def test_an_id_that_is_named_twice_is_posted_to_twice(postpost: Caller) -> None:
    assert len(await postpost.shown(await postpost.create(platforms=[TWITTER, TWITTER]))) == 2


async def test_the_same_request_twice_makes_two_posts(postpost: Caller) -> None:
    for _ in range(2):
        headers = {"x-api-key": KEY, "Idempotency-Key": "once"}
        await postpost.http.post(f"{postpost.url}/api/v1/create-post", json=post(), headers=headers)
    first, second = await postpost.recorded()
    assert first["postGroupId"] != second["postGroupId"]


async def test_settings_are_laid_over_the_defaults_and_unknown_ones_dropped(postpost: Caller) -> None:
    settings = {
        "tiktok": {"viewerSetting": "SELF_ONLY", "disableDuet": True},
        "instagram": "STORIES",
        "telegram": {"disableNotification": True},
        "youtube": {"privacy": "private", "title": "Launch"},
    }
    for given in (settings, str(settings).replace("'", '"').replace("True", "true")):
        await postpost.create(platforms=[INSTAGRAM], platformSettings=given)
    for group in await postpost.recorded():
        assert group["platformSettings"] == {
            "tiktok": {
                "viewerSetting": "SELF_ONLY",
                "allowComments": True,
                "allowDuet": False,
                "allowStitch": False,
                "commercialContent": False,
                "brandOrganic": False,
                "brandedContent": False,
            },
            "instagram": {"videoType": "REELS"},
            "youtube": {"privacy": "private", "title": "Launch"},
            "threads": {"replyControl": ""},
        }
