"""create_post through PostPost, as an agent sees it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from sandbox.postpost import MANAGED
from schemas.instant import parse, wire
from tests.desk import Body
from tests.postpost.desk import (
    BLUESKY,
    BLUESKY_DID,
    EXPIRED,
    EXPIRING,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    MASTODON,
    PINTEREST,
    TELEGRAM,
    THREADS,
    TIKTOK,
    YOUTUBE,
    X,
    postpost,
    slides,
    video,
)

pytestmark = pytest.mark.anyio

FRIDAY = "2031-07-04T09:00:00Z"


async def test_a_post_for_now_is_queued_and_says_where_it_goes(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[LINKEDIN, X])
        assert (body["code"], body["outcome"], body["data"]["status"]) == (201, "accepted", "queued")
        assert body["message"] == "Queued for publishing now on Lumen Labs (linkedin), Lumen Labs (x)."
        [post] = await service.posts()
        assert body["data"]["id"] == f"postpost:{post['postGroupId']}"
        assert (post["content"], post["status"]) == ("Launch day", "published")
        assert {sent["platformId"] for sent in post["platforms"]} == {"linkedin-Tz9W5i6ZYG", "twitter-1582941003"}


async def test_a_scheduled_post_keeps_its_time_to_the_second(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(scheduled_at="2031-07-01T17:00", timezone="Europe/Berlin")
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", "2031-07-01T15:00:00Z")
        [post] = await service.posts()
        assert post["scheduledTime"] == "2031-07-01T15:00:00.000Z"


async def test_a_draft_is_kept_and_its_time_is_not(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(mode="draft", scheduled_at=FRIDAY)
        assert body["data"]["status"] == "draft"
        assert [warning["code"] for warning in body["data"]["warnings"]] == ["FAR_AHEAD", "DRAFT_HAS_NO_TIME"]
        [post] = await service.posts()
        assert (post["status"], "scheduledTime" in post) == ("draft", False)


async def test_every_setting_arrives_in_the_services_words(tmp_path: Path) -> None:
    settings: Body = {
        "tiktok": {
            "privacy_level": "SELF_ONLY", "disable_comment": True, "disable_duet": False, "disable_stitch": False,
            "is_commercial": True, "is_your_brand": True, "is_branded_content": False,
        },
        "instagram": {"post_type": "story"},
        "youtube": {"title": "post", "privacy": "unlisted"},
        "threads": {"reply_control": "mentioned_only"},
    }  # fmt: skip
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[TIKTOK, INSTAGRAM, YOUTUBE, THREADS], media=video(), **settings)
        assert body["ok"], body
        [post] = await service.posts()
        assert post["platformSettings"] == {
            "tiktok": {
                "viewerSetting": "SELF_ONLY", "allowComments": False, "allowDuet": True, "allowStitch": True,
                "commercialContent": True, "brandOrganic": True, "brandedContent": False,
            },
            "instagram": {"videoType": "STORIES"},
            "youtube": {"title": "post", "privacy": "unlisted"},
            "threads": {"replyControl": "mentioned_only"},
        }  # fmt: skip
        assert body["data"]["warnings"][0]["code"] == "UNSURE_SWITCH"


async def test_settings_that_are_not_given_stay_the_services(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await agent.create(accounts=[INSTAGRAM], media=video(), instagram={"post_type": "post"})
        [post] = await service.posts()
        assert post["platformSettings"]["instagram"] == {"videoType": "REELS"}
        assert post["platformSettings"]["tiktok"]["allowComments"] is True


#: What is wrong, where it is said, and what the fix begins with.
REFUSED: list[tuple[Body, str, str]] = [
    ({"caption": " \n"}, "/caption", "Write the text"),
    ({"caption": ""}, "/caption", "Add at least 1"),
    ({"media": {"type": "slideshow", "urls": ["http://cdn.test/1.jpg"] * 11}}, "/media/urls", "Remove 1"),
    ({"media": {"type": "video", "url": "clip.mp4"}}, "/media/url", "Give an http(s) link"),
    ({"accounts": [LINKEDIN, LINKEDIN]}, "/accounts", "Name each once"),
    ({"accounts": [YOUTUBE], "media": video(), "youtube": {"title": "a < b"}}, "/youtube/title", "Remove <"),
    ({"accounts": [YOUTUBE], "media": video(), "youtube": {"title": "x" * 101}}, "/youtube/title", "Shorten by 1"),
    ({"accounts": [TIKTOK], "media": video(), "tiktok": {"is_commercial": True}}, "/tiktok/is_commercial", "Set is_"),
    ({"accounts": [INSTAGRAM], "media": slides("/1.jpg"), "instagram": {"post_type": "story"}},
     "/instagram/post_type", "Send a video"),
    ({"x": {}}, "/x", "Leave it out: through PostPost only"),
    ({"telegram": {}}, "/telegram", "Leave it out: through PostPost only"),
    ({"pinterest": {}}, "/pinterest", "Leave it out: PostPost does not publish"),
    ({"music_url": "https://www.tiktok.com/@a/video/1"}, "/music_url", "Leave it out"),
    ({"platformSettings": {}}, "/platformSettings", "Put tiktok"),
    ({"scheduledTime": FRIDAY}, "/scheduledTime", "Call it scheduled_at"),
    ({"platforms": ["twitter-1"]}, "/platforms", "Name accounts"),
    ({"content": "x"}, "/content", "Call it caption"),
    ({"altTexts": []}, "/altTexts", "Leave it out: PostPost takes no alt text"),
    ({"scheduled_at": "2020-01-01T00:00:00Z"}, "/scheduled_at", "Leave scheduled_at out"),
    ({"accounts": [EXPIRED]}, "/accounts/0", "Leave it out, or ask the user to reconnect"),
    ({"accounts": [PINTEREST]}, "/accounts/0", "Leave it out"),
    ({"accounts": ["twitter-1582941003"]}, "/accounts/0", "Did you mean postpost:twitter-1582941003"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "fix"), REFUSED, ids=str)
async def test_what_cannot_be_is_refused_here_with_its_fix(tmp_path: Path, changes: Body, path: str, fix: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert body["outcome"] == "nothing_sent"
        [found] = [problem for problem in body["problems"] if problem["path"] == path]
        assert found["fix"].startswith(fix)
        assert await service.posts() == []


LINKS = " ".join(f"https://example.com/{number}" for number in range(6))

#: The service takes all of these, and the platform refuses them at publishing: media, caption, account, path, limit.
BY_PLATFORM: list[tuple[Body | None, str, str, str, int | None]] = [
    (None, "x" * 281, X, "/caption", 280),
    (None, "日" * 141, X, "/caption", 280),
    (None, "https://example.com/" + "x" * 300, X, "/caption", 280),
    (None, "x" * 3_001, LINKEDIN, "/caption", 3_000),
    (slides("/1.jpg"), "\U0001f600" * 1_101, INSTAGRAM, "/caption", 2_200),
    (slides("/1.jpg"), "#a " * 31, INSTAGRAM, "/caption", 30),
    (None, "Hi", INSTAGRAM, "/media", None),
    (None, "x" * 501, THREADS, "/caption", 500),
    (None, "one\n---\ntwo", THREADS, "/caption", None),
    (None, "one [1/2] two [2/2]", THREADS, "/caption", None),
    (None, LINKS, THREADS, "/caption", 5),
    (video(), "x" * 2_201, TIKTOK, "/caption", 2_200),
    (slides("/1.jpg"), "Hi", TIKTOK, "/media", None),
    (None, "Hi", YOUTUBE, "/media", None),
    (video(), "é" * 2_501, YOUTUBE, "/caption", 5_000),
    (video(), "a < b", YOUTUBE, "/caption", None),
    (None, "e\u0301" * 301, BLUESKY, "/caption", 300),
    (None, "e" + "\u0301" * 1_500, BLUESKY, "/caption", 3_000),
    (None, "x" * 501, MASTODON, "/caption", 500),
    (None, "x" * 4_097, TELEGRAM, "/caption", 4_096),
    (slides("/1.jpg"), "x" * 1_025, TELEGRAM, "/caption", 1_024),
    *((slides(*["/1.jpg"] * 5), "Hi", account, "/media/urls", 4) for account in (X, BLUESKY, MASTODON)),
]


@pytest.mark.parametrize(("media", "caption", "account", "path", "limit"), BY_PLATFORM)
async def test_what_the_platform_would_refuse_is_refused_before_it_is_sent(
    tmp_path: Path, *, media: Body | None, caption: str, account: str, path: str, limit: int | None
) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[account], caption=caption, media=media)
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "nothing_sent")
        told = {(found["path"], found.get("limit"), *found["accounts"]) for found in body["problems"]}
        assert told == {(path, limit, account)}
        assert all(found["fix"] for found in body["problems"])
        assert await service.posts() == []


@pytest.mark.parametrize(
    ("caption", "account", "unit"), [(LINKS, THREADS, "links"), ("#a " * 31, INSTAGRAM, "hashtags")]
)
async def test_too_many_of_something_in_a_text_are_counted(
    tmp_path: Path, caption: str, account: str, unit: str
) -> None:
    async with postpost(tmp_path) as (agent, _):
        body = await agent.create(accounts=[account], caption=caption, media=slides("/1.jpg"))
        [found] = body["problems"]
        assert (found["code"], found["unit"], found["actual"]) == ("too_many", unit, found["limit"] + 1)


FITTING: list[tuple[Body | None, str, str]] = [
    (None, "x" * 280, X),
    (None, "日" * 140, X),
    (slides("/1.jpg"), "#a " * 30, INSTAGRAM),
    (None, "x" * 500, THREADS),
    (None, "a--b --- c", THREADS),
    (None, "x" * 300, BLUESKY),
    (None, "x" * 63_206, FACEBOOK),
    (None, "x" * 4_096, TELEGRAM),
    (slides("/1.jpg"), "x" * 1_024, TELEGRAM),
    (slides(*["/1.jpg"] * 4), "Hi", X),
    (slides(*["/1.jpg"] * 10), "Hi", LINKEDIN),
    (video(), "é" * 2_500, YOUTUBE),
    (video("/clip.mov"), "x" * 2_200, TIKTOK),
]


@pytest.mark.parametrize(("media", "caption", "account"), FITTING)
async def test_what_is_just_within_the_limits_is_published(
    tmp_path: Path, media: Body | None, caption: str, account: str
) -> None:
    async with postpost(tmp_path) as (agent, _):
        body = await agent.create(accounts=[account], caption=caption, media=media)
        assert body["ok"], body
        done = await agent.call("check_status", post_id=body["data"]["id"])
        assert done["data"]["status"] == "published", done
        assert len(done["data"]["deliveries"]) == 1


async def test_settings_need_an_account_on_their_platform(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, _):
        body = await agent.create(youtube={"title": "Launch"})
        [problem] = body["problems"]
        assert (problem["path"], problem["fix"]) == ("/youtube", "Remove youtube.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scheduled_at": 90}, "SHORT_LEAD"),
        ({"scheduled_at": 90 * 86_400}, "FAR_AHEAD"),
        ({"accounts": [INSTAGRAM], "media": slides("/1.jpg"), "caption": "#a #b #c #d #e #f"}, "MANY_HASHTAGS"),
        ({"accounts": [THREADS], "caption": "#a #b"}, "ONE_TOPIC"),
        ({"accounts": [X], "caption": "one\n---\ntwo"}, "BECOMES_A_THREAD"),
    ],
    ids=str,
)  # fmt: skip
async def test_what_may_spoil_a_post_is_a_warning(tmp_path: Path, changes: Body, code: str) -> None:
    if isinstance(seconds := changes.get("scheduled_at"), int):
        changes = {"scheduled_at": wire(datetime.now(UTC) + timedelta(seconds=seconds))}
    async with postpost(tmp_path) as (agent, _):
        body = await agent.create(dry_run=True, **changes)
        assert [warning["code"] for warning in body["data"]["warnings"]] == [code]


async def test_a_token_that_expires_soon_can_still_be_posted_with(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, _):
        assert (await agent.create(accounts=[EXPIRING], media=slides("/1.jpg")))["ok"]


async def test_an_id_that_create_post_does_not_take_is_explained(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[BLUESKY_DID])
        assert (body["error_code"], body["outcome"]) == ("unknown_accounts", "rejected")
        assert "leave that account out" in body["retry"]["advice"]
        assert await service.posts() == []


async def test_posts_for_a_managed_user_are_the_users(tmp_path: Path) -> None:
    async with postpost(tmp_path, user=MANAGED) as (agent, service):
        accounts = (await agent.call("list_accounts"))["data"]["accounts"]
        assert {account["name"] for account in accounts} == {"Harbor Bakery"}
        body = await agent.create(accounts=["postpost:twitter-2099887766"])
        assert body["ok"], body
        assert [post["userId"] for post in await service.posts()] == [MANAGED]


async def test_the_time_that_the_service_moves_a_post_to_is_told(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(gap_seconds=300)
        await agent.create(scheduled_at=FRIDAY)
        body = await agent.create(caption="Two", scheduled_at=FRIDAY, media=slides("/1.jpg"))
        assert body["data"]["scheduled_at"] == "2031-07-04T09:05:00Z"
        assert "TIME_MOVED" in {warning["code"] for warning in body["data"]["warnings"]}
        await agent.create(caption="Three")
        now = await agent.create(caption="Four", media=slides("/1.jpg"))
        assert now["ok"], now


async def test_a_post_for_now_that_the_service_moves_is_scheduled(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(gap_seconds=3600)
        first = datetime.now(UTC) + timedelta(minutes=10)
        await agent.create(caption="One", scheduled_at=wire(first))
        body = await agent.create(caption="Two", media=slides("/1.jpg"))
        assert body["data"]["status"] == "scheduled"
        moved = parse(body["data"]["scheduled_at"])
        assert moved is not None
        assert moved - first > timedelta(minutes=59)


async def test_a_dry_run_sends_nothing_and_loads_nothing(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(dry_run=True, media=slides("/missing.jpg"))
        assert (body["ok"], body["outcome"]) == (True, "nothing_sent")
        assert await service.posts() == []


async def test_repeating_a_call_makes_one_post_and_answers_with_it(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        for media in (None, slides("/1.jpg")):
            first, second = await agent.create(media=media), await agent.create(media=media)
            assert (second["code"], second["data"]["replayed"]) == (200, True)
            assert second["data"]["id"] == first["data"]["id"]
        assert len(await service.posts()) == 2


async def test_the_same_call_many_times_at_once_makes_one_post(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        bodies: list[Body] = []

        async def create() -> None:
            bodies.append(await agent.create(media=slides("/1.jpg")))

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(create)
        assert len(await service.posts()) == 1
        assert sum(body["code"] == 201 for body in bodies) == 1
