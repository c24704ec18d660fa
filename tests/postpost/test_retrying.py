"""retry_post through PostPost, which repeats nothing itself: a post made anew on the accounts that failed."""

from pathlib import Path

import pytest

from engine.clock import utc_now
from schemas.instant import wire
from tests.desk import Body
from tests.postpost.desk import (
    INSTAGRAM,
    JPEG,
    LINKEDIN,
    MASTODON,
    PNG,
    THREADS,
    TIKTOK,
    YOUTUBE,
    PostPostService,
    X,
    postpost,
    slides,
    video,
)

pytestmark = pytest.mark.anyio

AGAIN: Body = {"code": "PLATFORM_SERVER_ERROR", "message": "Down", "retryable": True}


def native(account: str) -> str:
    return account.removeprefix("postpost:")


async def follow_ups(service: PostPostService) -> list[Body]:
    return (await service.posts())[1:]


async def test_what_failed_is_posted_again_with_all_that_the_journal_knows(tmp_path: Path) -> None:
    settings: Body = {"privacy_level": "SELF_ONLY", "disable_duet": True}
    async with postpost(tmp_path) as (agent, service):
        await service.steer(TIKTOK, AGAIN)
        first = await agent.create(accounts=[TIKTOK, LINKEDIN], media=video(), tiktok=settings)
        await service.steer(TIKTOK, None)
        body = await agent.call("retry_post", post_id=first["data"]["id"])
        assert body["ok"], body
        [made] = await follow_ups(service)
        assert [sent["platformId"] for sent in made["platforms"]] == [native(TIKTOK)]
        assert (made["content"], made["status"], len(made["mediaUrls"])) == ("Launch day", "published", 1)
        assert made["platformSettings"]["tiktok"]["viewerSetting"] == "SELF_ONLY"


async def test_what_failed_of_a_post_made_elsewhere_is_posted_again_from_what_the_list_tells(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        for account in (LINKEDIN, MASTODON):
            await service.steer(account, AGAIN)
        accounts = [native(account) for account in (LINKEDIN, MASTODON, X)]
        post_id = await service.made_elsewhere(content="Theirs", platforms=accounts, scheduledTime=wire(utc_now()))
        for account in (LINKEDIN, MASTODON):
            await service.steer(account, None)
        body = await agent.call("retry_post", post_id=post_id, accounts=[LINKEDIN])
        assert (body["ok"], body["outcome"]) == (True, "accepted"), body
        [made] = await follow_ups(service)
        assert (made["content"], made["status"]) == ("Theirs", "published")
        assert [sent["platformId"] for sent in made["platforms"]] == [native(LINKEDIN)]
        again = await agent.call("retry_post", post_id=post_id, accounts=[LINKEDIN])
        assert again["data"]["deliveries"][0]["replayed"] is True
        assert len(await follow_ups(service)) == 1


async def test_the_media_of_a_post_made_elsewhere_come_from_the_services_copies(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, AGAIN)
        post_id = await service.made_elsewhere(content="Theirs", platforms=[native(LINKEDIN)])
        for content, media_type in ((PNG, "image/png"), (JPEG, "image/jpeg")):
            await service.attach(post_id, content, media_type)
        await agent.call("update_post", post_id=post_id, mode="publish")
        await service.steer(LINKEDIN, None)
        body = await agent.call("retry_post", post_id=post_id)
        assert body["ok"], body
        [made] = await follow_ups(service)
        files = {file["fileUrl"]: file for file in await service.media()}
        arrived = [(files[link]["contentType"], files[link]["bytes"]) for link in made["mediaUrls"]]
        assert arrived == [("image/png", len(PNG)), ("image/jpeg", len(JPEG))]
        assert made["status"] == "published"


async def test_a_post_made_elsewhere_whose_media_are_gone_is_not_posted_without_them(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, AGAIN)
        post_id = await service.made_elsewhere(content="Theirs", platforms=[native(LINKEDIN)])
        await service.attach(post_id, JPEG + bytes(1024 * 1024))  # more than the sandbox keeps
        await agent.call("update_post", post_id=post_id, mode="publish")
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("media_unreachable", "nothing_sent")
        assert await follow_ups(service) == []


@pytest.mark.parametrize("account", [TIKTOK, INSTAGRAM, YOUTUBE, THREADS])
async def test_a_post_made_elsewhere_whose_settings_nobody_tells_is_not_posted_again(
    tmp_path: Path, account: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(account, AGAIN)
        post_id = await service.made_elsewhere(
            content="Theirs", platforms=[native(account)], scheduledTime=wire(utc_now())
        )
        body = await agent.call("retry_post", post_id=post_id)
        assert (body["error_code"], body["outcome"]) == ("not_supported", "nothing_sent")
        assert account in body["message"]
        assert body["retry"]["advice"].startswith("Call create_post anew on these accounts alone")
        assert await follow_ups(service) == []


async def test_a_post_whose_content_the_list_does_not_tell_is_not_posted_again(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, AGAIN)
        post_id = await service.made_elsewhere(
            content="Old", platforms=[native(LINKEDIN)], scheduledTime=wire(utc_now())
        )
        await service.limits(monthly_posts=None, queued_posts=None)
        for _ in range(300):
            now = wire(utc_now())
            await service.made_elsewhere(content="Newer", platforms=[native(LINKEDIN)], scheduledTime=now)
        body = await agent.call("retry_post", post_id=post_id)
        assert body["error_code"] == "not_supported"
        assert "does not tell the content" in body["message"]


async def test_a_follow_up_whose_answer_is_lost_is_found_and_not_sent_twice(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, AGAIN)
        first = await agent.create(accounts=[LINKEDIN])
        await service.steer(LINKEDIN, None)
        await service.fault("accept_then_drop", "/create-post", "POST")
        await agent.call("retry_post", post_id=first["data"]["id"])
        await agent.call("retry_post", post_id=first["data"]["id"])
        assert [post["status"] for post in await follow_ups(service)] == ["published"]


async def test_what_may_be_live_is_not_posted_again(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.steer(LINKEDIN, {"code": "TIMEOUT_ERROR", "message": "Late", "retryable": True})
        first = await agent.create(accounts=[LINKEDIN], media=slides("/1.jpg"))
        body = await agent.call("retry_post", post_id=first["data"]["id"])
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "nothing_sent")
        assert await follow_ups(service) == []
