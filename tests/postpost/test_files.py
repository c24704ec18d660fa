"""Files of ours on their way through PostPost: read from the disk, held against what was measured of them."""

from pathlib import Path

import anyio
import pytest

from providers.postpost.takes import MEDIA
from providers.protocol import Failure
from schemas.account import Account
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from schemas.media_rule import MediaFile, check_media
from schemas.post import Order
from schemas.status import Status
from tests.desk import Body
from tests.postpost.desk import (
    INSTAGRAM,
    JPEG,
    LINKEDIN,
    MP4,
    PINTEREST,
    PNG,
    TELEGRAM,
    THREADS,
    TIKTOK,
    YOUTUBE,
    X,
)
from tests.postpost.verbs import desk

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024


def order(account: str, *assets: Asset, kind: str = "slideshow") -> Order:
    handles = [asset.handle for asset in assets]
    media: Body = {"type": kind, "urls": handles} if kind == "slideshow" else {"type": kind, "url": handles[0]}
    platform = {X: "x"}.get(account) or account.partition(":")[2].partition("-")[0]
    return Order(
        "Launch day",
        (Account(account, platform, "Lumen Labs"),),
        "key",
        media=media,
        assets={asset.handle: asset for asset in assets},
    )


async def test_files_arrive_whole_in_their_order_and_without_their_names(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        png, jpeg = here.asset("b", PNG, "image/png"), here.asset("a", JPEG, "image/jpeg")
        receipt = await here.provider.create(order(LINKEDIN, png, jpeg))
        assert receipt.status is Status.QUEUED
        found = await here.service.media()
        assert [(file["contentType"], file["bytes"]) for file in found] == [
            ("image/png", len(PNG)),
            ("image/jpeg", len(JPEG)),
        ]
        links = [file["fileUrl"] for file in found]
        assert [(await here.service.http.get(link)).content for link in links] == [PNG, JPEG]
        assert [link.rpartition("-media")[2] for link in links] == ["-1.png", "-2.jpg"]
        [post] = await here.service.posts()
        assert (post["status"], post["mediaUrls"]) == ("published", links)


async def test_a_video_goes_out_from_the_disk(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.provider.create(order(TIKTOK, here.asset("v", MP4, "video/mp4"), kind="video"))
        [file] = await here.service.media()
        assert (file["type"], file["contentType"], file["bytes"]) == ("video", "video/mp4", len(MP4))


#: An account, the kind of media, what was measured of the file, and what is wrong with it.
UNFIT = [
    (X, "slideshow", Measures("image/jpeg", 6 * MEGABYTE), "out_of_range"),
    (PINTEREST, "video", Measures("video/mp4", 512 * MEGABYTE + 1), "out_of_range"),
    (X, "video", Measures("video/mp4", 9, duration=120.5), "out_of_range"),
    (THREADS, "video", Measures("video/mp4", 9, duration=301), "out_of_range"),
    (INSTAGRAM, "video", Measures("video/mp4", 9, duration=901), "out_of_range"),
    (INSTAGRAM, "video", Measures("video/mp4", 9, duration=2.9), "out_of_range"),
    (TIKTOK, "video", Measures("video/mp4", 9, duration=9, frame_rate=23), "out_of_range"),
    (TIKTOK, "video", Measures("video/mp4", 9, duration=601, frame_rate=30), "out_of_range"),
    (LINKEDIN, "slideshow", Measures("image/heic", 9), "unsupported"),
    (LINKEDIN, "slideshow", Measures("image/avif", 9), "unsupported"),
    (LINKEDIN, "slideshow", Measures("video/mp4", 9), "unsupported"),
    (TIKTOK, "video", Measures("image/jpeg", 9), "unsupported"),
    (LINKEDIN, "video", Measures("video/webm", 9), "unsupported"),
    (YOUTUBE, "video", Measures("video/mpeg", 9), "unsupported"),
]


@pytest.mark.parametrize(("account", "kind", "measures", "code"), UNFIT)
async def test_a_file_that_a_platform_does_not_take_is_told_before_anything_is_made(
    tmp_path: Path, account: str, kind: str, measures: Measures, code: str
) -> None:
    async with desk(tmp_path) as here:
        wanted = order(account, Asset("media:f", str(tmp_path / "f"), "f", measures), kind=kind)
        with pytest.raises(Failure) as raised:
            await here.provider.create(wanted)
        assert raised.value.code is ErrorCode.VALIDATION_FAILED
        assert raised.value.doubt is False
        [problem] = raised.value.problems
        assert (problem.path, problem.code) == ("/media/url" if kind == "video" else "/media/urls/0", code)
        assert await here.service.posts() == []


FIT = [
    (X, Measures("video/mp4", 512 * MEGABYTE, duration=120)),
    (INSTAGRAM, Measures("video/quicktime", 9, duration=180)),
    (TIKTOK, Measures("video/mp4", 9, duration=3, frame_rate=24000 / 1001)),
    (TELEGRAM, Measures("video/x-matroska", 9, duration=10**6, frame_rate=1)),
]


@pytest.mark.parametrize(("account", "measures"), FIT)
def test_a_file_at_the_edge_of_what_is_taken_fits(account: str, measures: Measures) -> None:
    platform = {"twitter": "x"}.get(word := account.partition(":")[2].partition("-")[0], word)
    assert check_media(MEDIA, [MediaFile("/media/url", measures)], [Account(account, platform, "One")]) == ([], [])


def test_a_reel_of_a_length_on_which_pages_differ_is_a_warning() -> None:
    reel = MediaFile("/media/url", Measures("video/mp4", 9, duration=240.0))
    problems, warnings = check_media(MEDIA, [reel], [Account(INSTAGRAM, "instagram", "One")])
    assert (problems, [warn.code for warn in warnings]) == ([], ["MEDIA_MAY_BE_REFUSED"])


@pytest.mark.parametrize("fate", ["removed", "overwritten"])
async def test_a_file_that_is_gone_stops_a_post_before_it_is_made(tmp_path: Path, fate: str) -> None:
    async with desk(tmp_path) as here:
        asset = here.asset("a", JPEG, "image/jpeg")
        await anyio.Path(asset.path).unlink()
        if fate == "overwritten":
            here.asset("a", JPEG + b"more", "image/jpeg")
        with pytest.raises(Failure) as raised:
            await here.provider.create(order(LINKEDIN, asset))
        assert raised.value.code is ErrorCode.MEDIA_UNREACHABLE
        assert "upload_media" in (raised.value.advice or "")
        assert await here.service.posts() == []


async def test_files_are_not_brought_ahead_of_a_post(tmp_path: Path) -> None:
    async def progress(done: float, total: float, message: str) -> None:
        pytest.fail("nothing is under way")

    async with desk(tmp_path) as here:
        assert await here.provider.bring(here.asset("a", JPEG, "image/jpeg"), progress) is None
        assert await here.service.media() == []
