"""What the networks refuse, at the time of a post and not before (seed 002; reference postpost 11)."""

from typing import Any

import pytest

from tests.sandbox.postpost.caller import (
    BLUESKY,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    MASTODON,
    TELEGRAM,
    THREADS,
    TIKTOK,
    TWITTER,
    YOUTUBE,
    Caller,
)

pytestmark = pytest.mark.anyio

PNG, MP4, GIF = ("a.png", "image/png"), ("a.mp4", "video/mp4"), ("a.gif", "image/gif")
BLOCKED = (
    "Multi-part threads (nested replies) are temporarily blocked while we wait for Meta to approve "
    "additional permissions for our app."
)


async def published(caller: Caller, platform_id: str, *media: tuple[str, str], size: int = 5, **changes: Any) -> Any:
    """Publish a post with media, as far as the network takes it."""
    group = await caller.create(platforms=[platform_id], **changes)
    for name, content_type in media:
        await caller.attach(group, name=name, content_type=content_type, content=b"\0" * size)
    await caller.data("PUT", f"/update-post/{group}", {"status": "scheduled"})
    await caller.wait(10)
    return await caller.shown(group)


@pytest.mark.parametrize(
    ("platform_id", "media", "message"),
    [
        (INSTAGRAM, [], "media is required"),
        (TIKTOK, [], "video is required"),
        (TIKTOK, [PNG], "video is required"),
        (YOUTUBE, [], "video is required"),
        (TWITTER, [PNG, MP4], "images and video cannot be mixed"),
        (TWITTER, [PNG] * 5, "5 images; at most 4"),
        (YOUTUBE, [MP4, PNG], "1 images; at most 0"),
        (INSTAGRAM, [GIF], "image/gif is not supported"),
        (LINKEDIN, [("a.mov", "video/quicktime")], "video/quicktime is not supported"),
    ],
)
async def test_media_that_do_not_suit_fail_the_post(
    today: Caller, platform_id: str, media: list[tuple[str, str]], message: str
) -> None:
    [failed] = await published(today, platform_id, *media)
    error = failed["error"]
    assert (error["code"], error["message"]) == ("PLATFORM_VALIDATION_ERROR", message)
    assert (error["platformStatusCode"], error["platformError"], error["retryable"]) == (None, None, False)


async def test_a_file_that_is_too_large_fails_the_post(today: Caller) -> None:
    [failed] = await published(today, BLUESKY, PNG, size=976 * 1024 + 1)
    assert (failed["error"]["code"], failed["error"]["platformStatusCode"]) == ("CONTENT_TOO_LARGE", 413)


@pytest.mark.parametrize(
    ("platform_id", "media"),
    [
        (INSTAGRAM, [PNG]),
        (INSTAGRAM, [PNG, ("b.webp", "image/webp")]),
        (INSTAGRAM, [MP4]),
        (TIKTOK, [MP4]),
        (YOUTUBE, [("a.avi", "video/x-msvideo")]),
        (TWITTER, [GIF] * 4),
        (THREADS, [PNG, MP4]),
        (FACEBOOK, [("a.tiff", "image/tiff")]),
        (MASTODON, [("a.mp4", "video/mp4; codecs=avc1")]),
    ],
)
async def test_media_that_suit_go_out(today: Caller, platform_id: str, media: list[tuple[str, str]]) -> None:
    [shown] = await published(today, platform_id, *media)
    assert shown["status"] == "published"


@pytest.mark.parametrize(
    ("platform_id", "limit"), [(LINKEDIN, 3_000), (BLUESKY, 300), (MASTODON, 500), (TELEGRAM, 4_096)]
)
async def test_text_that_is_too_long_fails_the_post(today: Caller, platform_id: str, limit: int) -> None:
    [shown] = await published(today, platform_id, content="x" * limit)
    assert shown["status"] == "published"
    [failed] = await published(today, platform_id, content="x" * (limit - 1) + "\U0001f600")
    error = failed["error"]
    assert (error["code"], error["message"]) == ("INVALID_CONTENT", f"{limit + 1} characters; at most {limit}")


async def test_a_caption_on_telegram_is_shorter_than_a_text(today: Caller) -> None:
    [failed] = await published(today, TELEGRAM, PNG, content="x" * 1_025)
    assert failed["error"]["message"] == "1025 characters; at most 1024"


@pytest.mark.parametrize("content", ["x" * 501, "one\n---\ntwo", "[1/2] one [2/2] two"])
async def test_a_thread_on_threads_is_blocked(today: Caller, content: str) -> None:
    group = await today.schedule(platforms=[THREADS, TELEGRAM], content=content)
    failed, other = await today.shown(group)
    error = failed["error"]
    assert (error["code"], error["message"]) == ("PLATFORM_VALIDATION_ERROR", BLOCKED)
    assert (error["platformStatusCode"], error["platformError"], error["retryable"]) == (None, None, False)
    assert other["status"] == "published"


@pytest.mark.parametrize("content", ["x" * 500, "one --- two", "---"])
async def test_a_single_post_on_threads_goes_out(today: Caller, content: str) -> None:
    [shown] = await published(today, THREADS, content=content)
    assert shown["status"] == "published"


async def test_long_text_becomes_a_thread_on_x_with_an_entry_for_every_part(today: Caller) -> None:
    group = await today.schedule(platforms=[TWITTER, TELEGRAM], content="A sentence of thirty letters. " * 20)
    *thread, other = await today.shown(group)
    assert len(thread) == 3
    assert {(one["platform"], one["platformId"], one["status"]) for one in thread} == {
        ("twitter", "1582941003", "published")
    }
    assert len({one["_id"] for one in thread}) == len({one["postedId"] for one in thread}) == 3
    assert [one["content"][-5:] for one in thread] == ["(1/3)", "(2/3)", "(3/3)"]
    assert other["platform"] == "telegram"
    assert (await today.listed(group))["status"] == "published"


async def test_a_thread_with_breaks_by_hand_is_not_numbered(today: Caller) -> None:
    thread = await published(today, TWITTER, content="one\n---\n[2/3] two [3/3] three")
    assert [one["content"] for one in thread] == ["one", "[2/3] two", "[3/3] three"]


@pytest.mark.parametrize(
    ("content", "ends"),
    [
        ("x" * 500, ["x (1/2)", "x (2/2)"]),
        ("word " * 90, ["word (1/2)", "word (2/2)"]),
        ("One. Two! " * 40, ["Two! (1/2)", "Two! (2/2)"]),
        ("x" * 200 + ".\n\n" + "y z " * 50, ["x. (1/2)", "z (2/2)"]),
        ("\U0001f600" * 200, ["\U0001f600 (1/2)", "\U0001f600 (2/2)"]),
    ],
)
async def test_a_text_is_cut_at_the_best_place_that_fits(today: Caller, content: str, ends: list[str]) -> None:
    thread = [one["content"] for one in await published(today, TWITTER, content=content)]
    assert len(thread) == len(ends)
    for part, end in zip(thread, ends, strict=True):
        assert part.endswith(end)
        assert len(part.encode("utf-16-le")) // 2 <= 280
    together = "".join(part.rpartition(" ")[0] for part in thread)
    assert "".join(together.split()) == "".join(content.split())
