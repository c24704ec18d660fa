"""check_status, list_posts and list_accounts through PostPost, as an agent sees them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.postpost import records
from schemas.instant import wire
from tests.desk import TRIES, Body
from tests.postpost.desk import (
    BLUESKY,
    EXPIRED,
    EXPIRING,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    MASTODON,
    PINTEREST,
    THREADS,
    YOUTUBE,
    Poster,
    PostPostService,
    X,
    postpost,
    slides,
    video,
)

pytestmark = pytest.mark.anyio


async def test_a_post_is_followed_from_scheduled_to_published_with_its_links(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        moment = datetime.now(UTC) + timedelta(hours=1)
        accounts = [X, LINKEDIN, YOUTUBE, FACEBOOK, INSTAGRAM]
        made = await agent.create(accounts=accounts, media=video(), scheduled_at=wire(moment))
        waiting = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert (waiting["status"], waiting["terminal"]) == ("scheduled", False)
        assert waiting["scheduled_at"] == wire(moment)
        assert 3_500 < waiting["poll_after_seconds"] < 3_610
        await service.advance(3_700)
        done = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert (done["status"], done["provider_status"], done["terminal"]) == ("published", "published", True)
        links = {sent["platform"]: sent.get("url") for sent in done["deliveries"]}
        assert links["x"].startswith("https://x.com/i/status/")
        assert links["linkedin"].startswith("https://www.linkedin.com/feed/update/urn:li:")
        assert links["youtube"].startswith("https://www.youtube.com/watch?v=")
        assert links["facebook"].startswith("https://www.facebook.com/112233445566778_")
        assert links["instagram"] is None


#: What the sandbox lets a delivery fail with; what is told of it, but for the time, and whether it may be sent again.
FAILURES: list[tuple[Body, str, bool]] = [
    (
        {"code": "PLATFORM_VALIDATION_ERROR"},
        (
            "Video FPS is below minimum requirement (PLATFORM_VALIDATION_ERROR; at TIME). "
            "Change the content or the media to what the platform takes."
        ),
        False,
    ),
    (
        {"code": "RATE_LIMITED"},
        (
            "Platform rate limit exceeded (RATE_LIMITED; twitter answered 429: Too Many Requests; at TIME). "
            "The platform was asked too often: wait before it is sent again."
        ),
        True,
    ),
    (
        {"code": "SOMETHING_NEW", "retryable": True, "platformError": "spam_risk_too_many_posts"},
        "An unknown error occurred (SOMETHING_NEW; spam_risk_too_many_posts; at TIME).",
        True,
    ),
]


def timeless(error: str) -> str:
    return re.sub(r"at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "at TIME", error)


async def test_a_partial_failure_tells_why_and_whether_it_may_be_sent_again(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        for number, (told, error, retry) in enumerate(FAILURES):
            await service.steer(X, told)
            made = await agent.create(caption=f"Post {number}", accounts=[X, LINKEDIN])
            done = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
            assert (done["status"], done["terminal"]) == ("partial", True)
            by_account = {sent["account"]: sent for sent in done["deliveries"]}
            assert by_account[LINKEDIN]["status"] == "published"
            assert timeless(by_account[X]["error"]) == error
            assert by_account[X].get("retry") is retry


async def test_a_post_that_failed_everywhere_failed(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, "No luck")
        made = await agent.create()
        done = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert done["status"] == "failed"
        assert timeless(done["deliveries"][0]["error"]) == (
            "No luck (UNKNOWN_ERROR; at TIME). PostPost does not know why."
        )


#: Words of the single posts -> the group's status; nothing under way is ever partial.
DERIVED: list[tuple[list[str], str]] = [
    (["scheduled"], "scheduled"),
    (["draft", "draft"], "draft"),
    (["published", "scheduled"], "scheduled"),
    (["failed", "scheduled"], "scheduled"),
    (["failed", "pending"], "queued"),
    (["published", "pending", "failed"], "queued"),
    (["published", "processing", "scheduled"], "publishing"),
    (["published", "published"], "published"),
    (["failed", "failed"], "failed"),
    (["published", "failed"], "partial"),
    (["published", "failed", "draft"], "draft"),
    ([], "unknown"),
    (["strange"], "unknown"),
    (["strange", "published"], "unknown"),
    (["strange", "processing"], "publishing"),
]


@pytest.mark.parametrize(("words", "status"), DERIVED, ids=str)
def test_the_status_of_a_group_is_derived_from_its_posts(words: list[str], status: str) -> None:
    posts = [{"platform": "x", "platformId": str(number), "status": word} for number, word in enumerate(words)]
    assert records.read("a", {"posts": posts}).status == status


def test_a_thread_is_one_delivery(tmp_path: Path) -> None:
    def thread(*words: str) -> list[Body]:
        return [{"platform": "twitter", "platformId": "1", "status": word, "postedId": "5"} for word in words]

    whole = records.read("a", {"posts": thread("published", "published")})
    assert (len(whole.deliveries), whole.status, whole.deliveries[0].url) == (
        1,
        "published",
        "https://x.com/i/status/5",
    )
    broken = records.read("a", {"posts": thread("published", "failed")})
    assert (broken.status, broken.deliveries[0].status, broken.deliveries[0].retry) == ("partial", "partial", False)


async def test_a_post_whose_time_has_come_is_queued(tmp_path: Path) -> None:
    shift = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    async with postpost(tmp_path, clock) as (agent, _):
        made = await agent.create(scheduled_at=wire(datetime.now(UTC) + timedelta(hours=1)))
        shift = timedelta(hours=2)
        waiting = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert (waiting["status"], waiting["provider_status"], waiting["terminal"]) == ("queued", "scheduled", False)


async def test_the_time_of_a_post_is_found_behind_many_others(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(queued_posts=None, monthly_posts=None)
        made = await agent.create(scheduled_at="2031-01-01T00:00:00Z")
        for number in range(101):
            body = {"content": f"Post {number}", "platforms": ["linkedin-1"], "scheduledTime": "2031-01-01T00:00:00Z"}
            answer = await service.http.post(f"{service.url}/api/v1/create-post", json=body, headers={"x-api-key": "k"})
            answer.raise_for_status()
        waiting = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert waiting["scheduled_at"] == "2031-01-01T00:00:00Z"


async def test_a_list_that_fails_only_costs_the_time(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        made = await agent.create(scheduled_at="2031-01-01T00:00:00Z")
        await service.fault("status:500:list_failed", "/list-posts", "GET", times=TRIES)
        waiting = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]
        assert (waiting["status"], "scheduled_at" in waiting) == ("scheduled", False)


@pytest.mark.parametrize(
    "native", ["6601a0b1c2d3e4f506172839", "x", "6601a0b1c2d3e4f50617283", "6601a0b1c2d3e4f50617283g", "../list-posts"]
)
async def test_an_id_that_names_nothing_is_not_found_and_a_malformed_one_is_not_sent(
    tmp_path: Path, native: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.call("check_status", post_id=f"postpost:{native}")
        assert (body["error_code"], body["next"][0]["tool"]) == ("not_found", "list_posts")
        assert await service.requests("GET", native) == (native == "6601a0b1c2d3e4f506172839")


async def listed(agent: Poster, **filters: int) -> list[Body]:
    pages: list[Body] = [await agent.call("list_posts", None, **filters)]
    while "next_cursor" in pages[-1]["data"]:
        pages.append(await agent.call("list_posts", None, cursor=pages[-1]["data"]["next_cursor"], **filters))
    return pages


async def test_pages_hold_every_post_once_newest_first(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, _):
        made = [(await agent.create(caption=f"Post {number}"))["data"]["id"] for number in range(23)]
        pages = await listed(agent, limit=5)
        assert [post["id"] for page in pages for post in page["data"]["posts"]] == made[::-1]
        assert [len(page["data"]["posts"]) for page in pages] == [5, 5, 5, 5, 3]


async def test_posts_that_come_in_between_repeat_nothing_and_posts_that_go_lose_nothing(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        made = [(await agent.create(caption=f"Post {number}"))["data"]["id"] for number in range(12)][::-1]
        first = await agent.call("list_posts", limit=4)
        for number in range(3):
            await agent.create(caption=f"New {number}")
        second = await agent.call("list_posts", limit=4, cursor=first["data"]["next_cursor"])
        for post_id in made[:5]:
            native = post_id.removeprefix("postpost:")
            url = f"{service.url}/api/v1/delete-post/{native}"
            (await service.http.delete(url, headers={"x-api-key": "k"})).raise_for_status()
        shown = [post["id"] for page in (first, second) for post in page["data"]["posts"]]
        page = second
        while "next_cursor" in page["data"]:
            page = await agent.call("list_posts", limit=4, cursor=page["data"]["next_cursor"])
            shown += [post["id"] for post in page["data"]["posts"]]
        assert shown == made


async def make_some(agent: Poster, service: PostPostService) -> None:
    await agent.create(caption="published", accounts=[X])
    await agent.create(caption="draft", mode="draft")
    await agent.create(caption="scheduled", accounts=[X, LINKEDIN], scheduled_at="2031-01-01T00:00:00Z")
    await service.steer(X, "No luck")
    await agent.create(caption="failed", accounts=[X])
    await agent.create(caption="partial", accounts=[X, LINKEDIN])
    await service.steer(X, None)
    await agent.create(caption="pictures", accounts=[INSTAGRAM], media=slides("/1.jpg"))


@pytest.mark.parametrize(
    ("filters", "captions"),
    [
        ({}, ["pictures", "partial", "failed", "scheduled", "draft", "published"]),
        *(({"status": word}, [word]) for word in ("draft", "scheduled", "failed", "partial")),
        ({"status": "published"}, ["pictures", "published"]),
        ({"status": "queued"}, []),
        ({"status": "publishing"}, []),
        ({"status": "missed"}, []),
        ({"account": LINKEDIN}, ["partial", "scheduled", "draft"]),
        ({"account": LINKEDIN, "status": "partial"}, ["partial"]),
        ({"platform": "x"}, ["partial", "failed", "scheduled", "published"]),
        ({"platform": "pinterest"}, []),
        ({"platform": "reddit"}, []),
        ({"limit": 1}, ["pictures"]),
        ({"until": "2020-01-01T00:00:00Z"}, []),
        ({"since": "2100-01-01T00:00:00Z"}, []),
        ({"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "status": "draft"}, ["draft"]),
    ],
    ids=str,
)  # fmt: skip
async def test_filters_keep_what_they_name(tmp_path: Path, filters: Body, captions: list[str]) -> None:
    async with postpost(tmp_path) as (agent, service):
        await make_some(agent, service)
        body = await agent.call("list_posts", **filters)
        assert [post["caption"] for post in body["data"]["posts"]] == captions


async def test_a_filtered_list_is_counted_as_the_service_counts_it(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await make_some(agent, service)
        body = await agent.call("list_posts", status="published", limit=1)
        assert body["data"]["summary"] == {"published": 2}
        detailed = await agent.call("list_posts", response_format="detailed", limit=1)
        [post] = detailed["data"]["posts"]
        assert (post["media"]["type"], len(post["media"]["urls"])) == ("slideshow", 1)


@pytest.mark.parametrize("position", ["eyJwb3N0cG9zdCI6IHsicGFnZSI6IC0xLCAic2VlbiI6IDV9fQ==", "eyJwb3N0cG9zdCI6IDV9"])
async def test_a_made_up_cursor_crashes_nothing(tmp_path: Path, position: str) -> None:
    async with postpost(tmp_path) as (agent, _):
        await agent.create()
        assert "ok" in await agent.call("list_posts", cursor=position)


async def test_accounts_say_whether_they_can_be_posted_to_and_what_they_take(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, _):
        body = await agent.call("list_accounts")
        by_id = {account["id"]: account for account in body["data"]["accounts"]}
        status = {account_id: account["status"] for account_id, account in by_id.items()}
        assert {account_id for account_id, word in status.items() if word != "active"} == {EXPIRED, PINTEREST}
        assert (status[EXPIRED], status[PINTEREST], status[EXPIRING]) == ("expired", "unsupported", "active")
        assert by_id[X]["platform"] == "x"
        assert by_id[X]["username"] == "lumenlabs"
        assert by_id[X]["accepts"]["caption"] == {"limit": 280, "unit": "weighted characters"}
        assert by_id[BLUESKY]["accepts"]["caption"]["unit"] == "graphemes"
        assert by_id[MASTODON]["accepts"]["caption"] == {"limit": 500, "unit": "characters"}
        assert by_id[THREADS]["accepts"]["settings"] == ["threads"]
        media = {name: (by_id[name]["accepts"]["media"], by_id[name]["accepts"]["media_required"]) for name in by_id}
        assert media[YOUTUBE] == (["video"], True)
        assert media[INSTAGRAM] == (["video", "slideshow"], True)
        assert media[X] == (["video", "slideshow"], False)


async def test_waiting_returns_when_the_post_ends(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, _):
        made = await agent.create()
        done = await agent.call("check_status", post_id=made["data"]["id"], wait_seconds=30)
        assert done["data"]["status"] == "published"
