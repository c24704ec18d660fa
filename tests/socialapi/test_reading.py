"""check_status, list_posts and list_accounts through SocialAPI, as an agent sees them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.instant import wire
from tests.desk import Body
from tests.socialapi.desk import (
    DEAD_THREADS,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN_PAGE,
    PINTEREST,
    THREADS,
    WHATSAPP,
    YOUTUBE,
    Agent,
    Service,
    X,
    socialapi,
)

pytestmark = pytest.mark.anyio


async def test_a_scheduled_post_is_followed_until_it_is_out_with_its_links(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made = await agent.create(scheduled_at=wire(datetime.now(UTC) + timedelta(hours=1)))
        waiting = await agent.call("check_status", post_id=made["data"]["id"])
        assert (waiting["data"]["status"], waiting["data"]["terminal"]) == ("scheduled", False)
        assert {sent["status"] for sent in waiting["data"]["deliveries"]} == {"scheduled"}
        await service.advance(3_700)
        done = await agent.call("check_status", post_id=made["data"]["id"])
        assert (done["data"]["status"], done["data"]["terminal"]) == ("published", True)
        assert all(sent["url"].startswith("https://") for sent in done["data"]["deliveries"])


async def test_a_login_that_dies_before_the_post_is_due_is_told_with_who_has_to_act(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made = await agent.create(scheduled_at=wire(datetime.now(UTC) + timedelta(hours=1)))
        await service.login(INSTAGRAM, 60)
        await service.advance(3_700)
        done = await agent.call("check_status", post_id=made["data"]["id"])
        failed = {sent["account"]: sent for sent in done["data"]["deliveries"]}[INSTAGRAM]
        assert (done["data"]["status"], failed["retry"]) == ("partial", False)
        assert failed["error"].startswith("platform.instagram.auth: ")
        assert "reconnect" in failed["error"]
        accounts = await agent.call("list_accounts", refresh=True)
        found = {account["id"]: account for account in accounts["data"]["accounts"]}
        assert found[INSTAGRAM]["status"] == "reconnect_required"
        again = await agent.create(caption="Another")
        assert again["problems"][0]["code"] == "account_not_usable"


@pytest.mark.parametrize("post_id", ["p_none", "", "../accounts", "..", "%2e%2e", "p_1?x=1"])
async def test_an_id_that_names_nothing_is_not_found(tmp_path: Path, post_id: str) -> None:
    async with socialapi(tmp_path) as (agent, _):
        body = await agent.call("check_status", post_id=f"socialapi:{post_id}")
        assert (body["error_code"], body["next"][0]["tool"]) == ("not_found", "list_posts")


async def pages(agent: Agent, **filters: Any) -> list[Body]:
    found = [await agent.call("list_posts", **filters)]
    while "next_cursor" in found[-1]["data"]:
        found.append(await agent.call("list_posts", cursor=found[-1]["data"]["next_cursor"], **filters))
    return [page["data"] for page in found]


def captions(*found: Body) -> list[str]:
    return [post["caption"] for page in found for post in page["posts"]]


async def many(service: Service, number: int) -> list[str]:
    """Make posts past our own server, and return their captions, newest first."""
    for index in range(number):
        targets = [{"account_id": "acc_01GGG" if index % 3 else "acc_01BBB"}]
        await service.call("POST", "/posts", text=f"Post {index}", targets=targets)
    return [f"Post {index}" for index in reversed(range(number))]


async def test_pages_hold_every_post_once_newest_first(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made = await many(service, 23)
        found = await pages(agent, limit=5)
        assert captions(*found) == made
        assert [len(page["posts"]) for page in found] == [5, 5, 5, 5, 3]


async def test_pages_of_one_account_are_filtered_by_the_service(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made = await many(service, 12)
        found = await pages(agent, limit=2, account=FACEBOOK)
        assert captions(*found) == [caption for caption in made if int(caption[5:]) % 3 == 0]
        assert len(found) == 2


async def test_a_post_that_comes_between_two_pages_moves_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made = await many(service, 9)
        since = "2020-01-01T00:00:00Z"
        first = await agent.call("list_posts", limit=4, since=since)
        await many(service, 3)
        second = await agent.call("list_posts", limit=9, since=since, cursor=first["data"]["next_cursor"])
        assert captions(first["data"], second["data"]) == made


async def test_posts_are_kept_within_the_times_that_are_asked_for(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await many(service, 3)
        await service.advance(7_200)
        await service.call("POST", "/posts", text="Late")
        middle = wire(datetime.now(UTC) + timedelta(hours=1))
        assert captions(*await pages(agent, since=middle)) == ["Late"]
        assert captions(*await pages(agent, until=middle, limit=2)) == ["Post 2", "Post 1", "Post 0"]
        assert captions(*await pages(agent, until="2020-01-01T00:00:00Z")) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["three", "two", "one"]),
        ({"status": "scheduled"}, ["three"]),
        ({"status": "published"}, ["one"]),
        ({"status": "partial"}, ["two"]),
        ({"status": "draft"}, []),
        ({"status": "queued"}, []),
        ({"status": "missed"}, []),
        ({"account": THREADS}, ["three"]),
        ({"platform": "facebook"}, ["two", "one"]),
        ({"platform": "bluesky"}, []),
        ({"platform": "mastodon"}, []),
    ],
    ids=str,
)  # fmt: skip
async def test_filters_keep_what_they_name(tmp_path: Path, filters: Body, found: list[str]) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await agent.create(caption="one")
        await service.failing(FACEBOOK, "platform.facebook.api_error")
        await agent.create(caption="two")
        await agent.create(caption="three", accounts=[THREADS], scheduled_at="2031-01-01T00:00:00Z")
        assert captions(*await pages(agent, **filters)) == found


async def test_accounts_say_what_each_accepts_and_which_can_be_posted_to(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.call("list_accounts")
        found = {account["id"]: account for account in body["data"]["accounts"]}
        assert found[THREADS]["accepts"]["caption"] == {"limit": 500, "unit": "characters"}
        assert (found[X]["platform"], found[X]["kind"]) == ("x", "twitter")
        assert (found[LINKEDIN_PAGE]["platform"], found[LINKEDIN_PAGE]["kind"]) == ("linkedin", "linkedin_page")
        assert found[X]["accepts"]["caption"] == {"limit": 280, "unit": "weighted characters"}
        assert found[FACEBOOK]["accepts"]["settings"] == ["facebook", "first_comment"]
        taken = {name: found[name]["accepts"] for name in (FACEBOOK, YOUTUBE, PINTEREST)}
        assert {name: (accepts["media"], accepts["media_required"]) for name, accepts in taken.items()} == {
            FACEBOOK: (["video", "slideshow"], False),
            YOUTUBE: (["video"], True),
            PINTEREST: (["slideshow"], True),
        }
        assert {name: found[name]["status"] for name in (THREADS, DEAD_THREADS, WHATSAPP)} == {
            THREADS: "active",
            DEAD_THREADS: "reconnect_required",
            WHATSAPP: "not_for_posting",
        }
        await agent.call("list_accounts", refresh=True)
        assert await service.requests("GET", "/posts/validate") == 1


async def test_accounts_are_listed_without_what_their_platforms_take_when_that_cannot_be_read(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("html_500", "/posts/validate", "GET")
        body = await agent.call("list_accounts")
        [threads] = [account for account in body["data"]["accounts"] if account["id"] == THREADS]
        assert threads["accepts"]["caption"]["limit"] == 500
        await agent.call("list_accounts", refresh=True)
        assert await service.requests("GET", "/posts/validate") == 2
