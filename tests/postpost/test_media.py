"""Media on their way through PostPost: in order, recognised, and whole; or nothing is published and nothing left."""

from pathlib import Path

import anyio
import pytest

from tests.desk import TRIES, Body
from tests.postpost.desk import (
    FACEBOOK,
    FILES,
    INSTAGRAM,
    KEY,
    LINKEDIN,
    TELEGRAM,
    THREADS,
    TIKTOK,
    YOUTUBE,
    X,
    agent,
    postpost,
    slides,
    video,
)

pytestmark = pytest.mark.anyio

FRIDAY = "2031-07-04T09:00:00Z"


async def test_images_arrive_in_their_order_with_their_types_and_without_the_key(tmp_path: Path) -> None:
    paths = ["/2.png", "/1.jpg", "/4.webp", "/3.gif"]
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[X], media=slides(*paths), scheduled_at=FRIDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", FRIDAY)
        files = await service.media()
        assert [file["contentType"] for file in files] == ["image/png", "image/jpeg", "image/webp", "image/gif"]
        assert [file["bytes"] for file in files] == [len(FILES[path]) for path in paths]
        assert not any(file["sawKey"] for file in files)
        [post] = await service.posts()
        assert post["mediaUrls"] == [file["fileUrl"] for file in files]


@pytest.mark.parametrize(
    ("path", "account", "media_type"),
    [
        ("/clip.mp4", TIKTOK, "video/mp4"),
        ("/clip.mov", FACEBOOK, "video/quicktime"),
        ("/clip.avi", YOUTUBE, "video/x-msvideo"),
        ("/clip.webm", TIKTOK, "video/webm"),
        ("/clip.mkv", TELEGRAM, "video/x-matroska"),
    ],
)
async def test_a_video_is_known_by_its_bytes(tmp_path: Path, path: str, account: str, media_type: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[account], media=video(path))
        assert body["data"]["status"] == "queued"
        [file] = await service.media()
        assert (file["type"], file["contentType"]) == ("video", media_type)
        done = await agent.call("check_status", post_id=body["data"]["id"])
        assert done["data"]["status"] == "published"


async def test_a_draft_keeps_its_media_and_is_not_scheduled(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(mode="draft", media=slides("/1.jpg"))
        assert body["data"]["status"] == "draft"
        [post] = await service.kept()
        assert (post["status"], len(post["mediaUrls"])) == ("draft", 1)


UNFIT: list[tuple[Body, str, str, str]] = [
    (slides("/1.jpg", "/page.html"), LINKEDIN, "/media/urls/1", "Give a JPEG, PNG"),
    (slides("/photo.heic"), LINKEDIN, "/media/urls/0", "Give a JPEG, PNG"),
    (slides("/empty.jpg"), LINKEDIN, "/media/urls/0", "Give a JPEG, PNG"),
    (slides("/clip.mp4"), LINKEDIN, "/media/urls/0", "Give a JPEG, PNG"),
    (video("/1.jpg"), LINKEDIN, "/media/url", "Give a MP4, MOV"),
    (slides("/3.gif"), THREADS, "/media/urls/0", "Give one of: jpeg, png, webp; or leave these accounts out"),
    (video("/clip.mov"), LINKEDIN, "/media/url", "Give one of: mp4; or leave"),
    (slides("/big.jpg"), X, "/media/urls/0", "Give a file with at most 5,242,880 bytes, or leave"),
]


@pytest.mark.parametrize(("media", "account", "path", "fix"), UNFIT, ids=str)
async def test_media_that_a_platform_does_not_take_stop_a_post_before_it_is_made(
    tmp_path: Path, media: Body, account: str, path: str, fix: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(accounts=[account, FACEBOOK], media=media)
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "nothing_sent")
        [found] = body["problems"]
        assert (found["path"], found["fix"][: len(fix)]) == (path, fix)
        assert await service.posts() == []


async def test_a_dead_link_stops_a_post_before_it_is_made(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(media=slides("/1.jpg", "/missing.jpg"))
        assert (body["error_code"], body["outcome"]) == ("media_unreachable", "nothing_sent")
        assert "http://cdn.test/missing.jpg" in body["message"]
        assert await service.posts() == []


async def test_media_that_take_too_long_stop_a_post_before_it_is_made(tmp_path: Path) -> None:
    async with postpost(tmp_path, media_seconds=0.5) as (agent, service):
        body = await agent.create(media=slides("/never.jpg"))
        assert (body["error_code"], body["outcome"]) == ("provider_timeout", "nothing_sent")
        assert body["message"] == "The media did not reach PostPost within 0.5 s. Nothing was published."
        assert await service.posts() == []


async def test_a_link_to_another_port_than_the_webs_is_not_followed(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        body = await agent.create(media={"type": "video", "url": "http://cdn.test:8080/clip.mp4"})
        assert (body["error_code"], body["outcome"]) == ("media_unreachable", "nothing_sent")
        assert await service.posts() == []


#: A fault before the draft is scheduled, where it strikes, and what it is told as.
STEPS = [
    ("status:500:create_failed", "/create-post", "POST", "provider_error"),
    ("drop_before", "/create-post", "POST", "unexpected_answer"),
    ("accept_then_drop", "/create-post", "POST", "unexpected_answer"),
    ("accept_then_html_500", "/create-post", "POST", "provider_error"),
    ("status:403:PLATFORM_NOT_AVAILABLE", "/create-post", "POST", "plan_forbids"),
    ("status:500:upload_failed", "/get-upload-url", "POST", "provider_error"),
    ("accept_then_drop", "/get-upload-url", "POST", "unexpected_answer"),
    ("html_500", "/get-upload-url", "POST", "provider_error"),
    ("status:403:PLATFORM_NOT_AVAILABLE", "/update-post/{id}", "PUT", "plan_forbids"),
    ("status:403:SCHEDULED_POST_LIMIT_REACHED", "/update-post/{id}", "PUT", "quota_reached"),
    ("status:401:invalid_api_key", "/update-post/{id}", "PUT", "unauthorized"),
]


@pytest.mark.parametrize(("fault", "path", "method", "code"), STEPS)
async def test_a_failure_on_the_way_publishes_nothing_and_leaves_no_draft_behind(
    tmp_path: Path, fault: str, path: str, method: str, code: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault(fault, path, method)
        body = await agent.create(media=slides("/1.jpg"))
        assert body["error_code"] == code
        assert body["outcome"] in {"rejected", "nothing_sent"}
        assert "Nothing was published." in body["message"]
        named = "A draft that is not sent may be left there." in body["message"]
        assert (await service.kept() == []) or named
        again = await agent.create(media=slides("/1.jpg"))
        assert again["code"] == 201
        assert [post["status"] for post in await service.kept() if post["status"] != "draft"] == ["published"]


async def test_storage_that_refuses_the_bytes_leaves_no_draft_behind(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        for fault in ("status:403", "status:503", "accept_then_drop"):
            made = len(await service.media())
            folder = "/storage/images/{name}"
            await service.fault(fault, folder, "PUT")
            body = await agent.create(caption=fault, media=slides("/1.jpg"))
            assert body["ok"] is False, fault
            assert "Nothing was published." in body["message"]
            assert len(await service.media()) == made + 1
            assert await service.kept() == []


async def test_a_draft_that_could_not_be_removed_is_named(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("status:500:upload_failed", "/get-upload-url")
        await service.fault("status:500:delete_failed", "/delete-post/{id}", "DELETE", times=2)
        body = await agent.create(media=slides("/1.jpg"))
        [draft] = await service.kept()
        assert f"The draft postpost:{draft['postGroupId']}, which is not sent, is left there." in body["message"]
        assert body["outcome"] == "rejected"


async def test_a_removal_whose_answer_is_lost_is_a_removal(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("status:500:upload_failed", "/get-upload-url")
        await service.fault("accept_then_drop", "/delete-post/{id}", "DELETE")
        body = await agent.create(media=slides("/1.jpg"))
        assert "is left there" not in body["message"]
        assert await service.kept() == []


@pytest.mark.parametrize(
    "fault",
    ["accept_then_drop", "accept_then_html_500", "accept_then_status:502", "accept_then_status:400:not_editable"],
)
async def test_when_only_the_answer_of_the_last_step_is_lost_a_look_finds_the_post(tmp_path: Path, fault: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault(fault, "/update-post/{id}", "PUT")
        now = await agent.create(media=slides("/1.jpg"))
        assert (now["outcome"], now["data"]["status"]) == ("accepted", "published")
        await service.fault(fault, "/update-post/{id}", "PUT")
        later = await agent.create(caption="Later", media=slides("/1.jpg"), scheduled_at=FRIDAY)
        assert (later["data"]["status"], later["data"]["scheduled_at"]) == ("scheduled", FRIDAY)
        assert len(await service.kept()) == 2


async def test_a_last_step_that_did_not_happen_is_unknown_until_the_draft_is_gone(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("drop_before", "/update-post/{id}", "PUT")
        body = await agent.create(media=slides("/1.jpg"))
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        [look] = body["next"]
        settled = await agent.call(look["tool"], **look["arguments"])
        assert settled["outcome"] == "rejected"
        assert "safe to create it again" in settled["message"]
        assert await service.kept() == []
        assert (await agent.create(media=slides("/1.jpg")))["code"] == 201
        assert [post["status"] for post in await service.kept()] == ["published"]


async def test_a_draft_that_cannot_be_read_or_removed_stays_an_open_case(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("drop_before", "/update-post/{id}", "PUT")
        await service.fault("html_500", "/get-post/{id}", "GET", times=2 * TRIES)
        body = await agent.create(media=slides("/1.jpg"))
        [look] = body["next"]
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"
        await service.fault("html_500", "/delete-post/{id}", "DELETE", times=2)
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "unknown"
        assert (await agent.call(look["tool"], **look["arguments"]))["outcome"] == "rejected"
        assert await service.kept() == []


async def test_a_last_step_that_is_lost_with_the_look_after_it_is_settled_later(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", "/update-post/{id}", "PUT")
        await service.fault("drop_before", "/get-post/{id}", "GET", times=TRIES)
        body = await agent.create(media=slides("/1.jpg"))
        assert body["outcome"] == "unknown"
        again = await agent.create(media=slides("/1.jpg"))
        assert (again["outcome"], again["data"]["status"]) == ("accepted", "published")
        assert len(await service.posts()) == 1


async def test_a_call_that_is_cancelled_on_the_way_leaves_no_draft_behind(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (poster, service):
        await poster.call("list_accounts")
        await service.fault("slow:3600", "/get-upload-url")
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: poster.create(media=slides("/1.jpg")))
            while not await service.posts():  # noqa: ASYNC110  (another server sets no event)
                await anyio.sleep(0.02)
            group.cancel_scope.cancel()
        while await service.kept():  # noqa: ASYNC110  (as above)
            await anyio.sleep(0.02)


async def test_a_service_that_is_not_there_is_nothing_sent(tmp_path: Path) -> None:
    async with agent(tmp_path, "http://127.0.0.1:9/api/v1", key=KEY) as lonely:
        body = await lonely.create(accounts=[INSTAGRAM], media=slides("/1.jpg"))
        assert (body["error_code"], body["outcome"]) == ("provider_unreachable", "nothing_sent")
