"""Links through the tools: none leads where a stranger may not go, none fills the disk, and each is looked at first."""

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream

from engine.clock import utc_now
from providers.fetch import SAMPLE_BYTES, Fetcher
from providers.public import is_public
from schemas.instant import Clock
from tests.desk import Agent, Body, Service, genviral
from tests.local.receiver import Handler, Seen, answers, receiver
from tests.local.test_fetch import HOSTILE, PUBLIC, Names
from tests.media.files import encoded, png

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is the only loopback address there"),
]

MEGABYTE = 1024 * 1024
PAGE = b"<!DOCTYPE html><p>Sign in first.</p>"


@dataclass
class Web:
    """An agent, its service, and the one public host; a trap on the private side."""

    agent: Agent
    service: Service
    home: Path
    names: Names

    @property
    def kept(self) -> list[str]:
        folder = self.home / "media"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    async def upload(self, link: str) -> Body:
        return await self.agent.call("upload_media", url=link)

    async def create(self, *links: str, **changes: object) -> Body:
        return await self.agent.create(media={"type": "slideshow", "urls": list(links)}, **changes)


def site(contents: dict[str, bytes]) -> Handler:
    """A host of files; ``/to?URL`` redirects there."""

    async def handle(seen: Seen, stream: ByteStream) -> None:
        path, _, target = seen.target.partition("?")
        if path == "/to":
            await answers(302, headers={"location": target})(seen, stream)
        elif path in contents:
            await answers(body=contents[path], media_type=TYPES[path.rpartition(".")[2]])(seen, stream)
        else:
            await answers(404)(seen, stream)

    return handle


TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "bin": "application/octet-stream",
    "html": "text/html",
    "mp4": "video/mp4",
}


@asynccontextmanager
async def web(
    home: Path,
    handler: Handler | None = None,
    *,
    max_bytes: int = MEGABYTE,
    seconds: float = 200,
    probe: str = "warn",
    probing: float = 100,
) -> AsyncGenerator[Web]:
    """Have an agent whose downloads may take ``seconds``, and its looks at links ``probing`` seconds."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("engine.attaching.PROBE_SECONDS", probing)
        patched.setattr("server.dispatch.PREPARING_SECONDS", 200.0)
        async with _web(home, handler, max_bytes, seconds, probe) as here:
            yield here


@asynccontextmanager
async def _web(home: Path, handler: Handler | None, max_bytes: int, seconds: float, probe: str) -> AsyncGenerator[Web]:
    async with receiver(handler or site({"/a.png": png()}), host=PUBLIC) as server, receiver(trapped) as trap:
        names = Names(server, trap)

        def fetching(clock: Clock) -> Fetcher:
            return Fetcher(
                clock,
                resolve=names.resolve,
                permitted=lambda address: address == PUBLIC or is_public(address),
                max_bytes=max_bytes,
                seconds=seconds,
            )

        async with genviral(home, utc_now, fetching, PROBE_URLS=probe) as (agent, service):
            yield Web(agent, service, home, names)
        assert trap.seen == []


async def trapped(seen: Seen, stream: ByteStream) -> None:
    await answers(body=png(), media_type="image/png")(seen, stream)


@pytest.mark.parametrize("link", [link for link in HOSTILE if link.startswith("http")])
async def test_a_hostile_link_is_refused_by_upload_and_only_warned_of_in_a_post(tmp_path: Path, link: str) -> None:
    async with web(tmp_path) as here:
        refused = await here.upload(link)
        assert (refused["error_code"], refused["outcome"]) == ("media_unreachable", "nothing_sent")
        assert "cannot be used" in refused["message"]
        here.names.__post_init__()
        rehearsed = await here.create(link, dry_run=True)
        assert [warn["code"] for warn in rehearsed["data"]["warnings"]].count("MEDIA_NOT_SEEN") == 1
        assert here.kept == []


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "data:image/png,x"])
async def test_what_is_no_web_link_is_refused_by_upload_and_post(tmp_path: Path, link: str) -> None:
    async with web(tmp_path) as here:
        assert (await here.upload(link))["ok"] is False
        body = await here.create(link)
        assert [problem["path"] for problem in body["problems"]] == ["/media/urls/0"]
        assert (await here.service.posts(), here.kept) == ([], [])


async def test_a_name_that_changes_its_mind_is_taken_at_its_first_word(tmp_path: Path) -> None:
    async with web(tmp_path) as here:
        assert (await here.upload("http://rebind.test/a.png"))["ok"]
        assert here.names.asked == ["rebind.test"]


@pytest.mark.parametrize("link", ["http://pub.test/a.png", "http://pub.test/to?http://pub.test/a.png"])
async def test_a_good_link_is_taken_in_and_brought(tmp_path: Path, link: str) -> None:
    async with web(tmp_path) as here:
        body = await here.upload(link)
        assert (body["data"]["type"], body["data"]["width"], body["data"]["bytes"]) == ("image/png", 64, len(png()))
        assert body["data"]["brought_to"] == "genviral"
        assert len(here.kept) == 1


@pytest.mark.parametrize("hops", [3, 4])
async def test_redirects_are_followed_three_times(tmp_path: Path, hops: int) -> None:
    async with web(tmp_path) as here:
        body = await here.upload("http://pub.test" + "/to?http://pub.test" * hops + "/a.png")
        assert body["ok"] is (hops == 3)
        assert len(here.kept) == int(body["ok"])


async def test_a_redirect_in_a_circle_ends(tmp_path: Path) -> None:
    async def circle(seen: Seen, stream: ByteStream) -> None:
        await answers(302, headers={"location": seen.target})(seen, stream)

    async with web(tmp_path, circle) as here:
        assert "redirects more than 3 times" in (await here.upload("http://pub.test/a"))["message"]
        assert len(here.names.server.seen) == 4


def packed(*layers: Callable[[bytes], bytes]) -> bytes:
    body = bytes(64 * MEGABYTE)
    for layer in layers:
        body = layer(body)
    return body


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", packed(gzip.compress)),
        ("gzip, gzip", packed(gzip.compress, gzip.compress)),
        ("deflate", packed(zlib.compress)),
        ("br", b"x" * 100),
        ("zstd", b"x" * 100),
        ("gzip", b"this is not packed at all"),
        ("gzip", gzip.compress(png())[:-9]),
    ],
    ids=["gzip", "twice", "deflate", "br", "zstd", "not packed", "broken off"],
)
@pytest.mark.parametrize("tool", ["upload_media", "create_post"])
async def test_a_packed_body_neither_fills_the_memory_nor_the_disk(
    tmp_path: Path, encoding: str, body: bytes, tool: str
) -> None:
    handler = answers(body=body, media_type="image/png", headers={"content-encoding": encoding})
    async with web(tmp_path, handler) as here:
        await here.upload("http://pub.test/warm.png")
        tracemalloc.start()
        try:
            if tool == "upload_media":
                assert (await here.upload("http://pub.test/a.png"))["error_code"] == "media_unreachable"
            else:
                assert (await here.create("http://pub.test/a.png", dry_run=True))["ok"]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 8 * MEGABYTE
        assert here.kept == []


async def test_a_picture_that_a_server_packs_unasked_is_unpacked(tmp_path: Path) -> None:
    handler = answers(body=gzip.compress(png()), media_type="image/png", headers={"content-encoding": "gzip"})
    async with web(tmp_path, handler) as here:
        assert (await here.upload("http://pub.test/a.png"))["data"]["bytes"] == len(png())


async def drip(_: Seen, stream: ByteStream) -> None:
    """Say that two gigabytes come, and let them come byte by byte."""
    await stream.send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 2000000000\r\n\r\n" + png())
    while True:
        await stream.send(b"x")
        await anyio.sleep(0.02)


async def test_an_endless_drip_is_cut_off_by_the_clock(tmp_path: Path) -> None:
    async with web(tmp_path, drip, seconds=0.5) as here:
        with anyio.fail_after(100):
            assert (await here.upload("http://pub.test/a.png?signature=s3cret"))["error_code"] == "provider_timeout"
        assert here.kept == []


async def test_a_drip_does_not_hold_a_post_up(tmp_path: Path) -> None:
    async with web(tmp_path, drip, probing=0.5) as here:
        with anyio.fail_after(100):
            body = await here.create(*(f"http://pub.test/{name}.png" for name in range(5)))
        assert [warn["field"] for warn in body["data"]["warnings"]] == [f"media/urls/{index}" for index in range(5)]
        assert here.kept == []


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
async def test_a_body_beyond_the_limit_is_cut_off(tmp_path: Path, *, told: bool) -> None:
    async def flood(_: Seen, stream: ByteStream) -> None:
        size = b"content-length: 2000000000\r\n" if told else b""
        await stream.send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n" + size + b"\r\n" + png())
        while True:
            await stream.send(bytes(65536))

    async with web(tmp_path, flood) as here:
        body = await here.upload("http://pub.test/a.png")
        assert "larger than 1,048,576 bytes" in body["message"]
        assert here.kept == []


async def test_a_link_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def half(_: Seen, stream: ByteStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + png())

    async with web(tmp_path, half) as here:
        body = await here.upload("http://pub.test/a.png")
        assert (body["error_code"], body["retry"]["decision"]) == ("provider_unreachable", "wait_then_retry")
        assert here.kept == []


async def test_what_is_no_picture_is_told_as_such_whatever_its_server_says(tmp_path: Path) -> None:
    async with web(tmp_path, answers(body=PAGE, media_type="image/png")) as here:
        [problem] = (await here.upload("http://pub.test/a.png"))["problems"]
        assert (problem["path"], problem["code"]) == ("/url", "unsupported")
        assert "no image or video" in problem["message"]
        assert here.kept == []


#: What a link shows, and what comes of a slideshow of it under ``warn``, and under ``require``.
LOOKS: dict[str, tuple[str, str]] = {
    "a.jpg": ("", ""),
    "blob.bin": ("", ""),
    "film.mp4": ("/media/urls/0", "/media/urls/0"),
    "page.html": ("MEDIA_NOT_SEEN", "/media/urls/0"),
    "missing.png": ("MEDIA_NOT_SEEN", "/media/urls/0"),
    "unknown.bin": ("", ""),
    "small.jpg": ("MEDIA_MAY_BE_REFUSED", "MEDIA_MAY_BE_REFUSED"),
}


@pytest.mark.parametrize("probe", ["off", "warn", "require"])
async def test_links_are_looked_at_as_the_setting_says(tmp_path: Path, probe: str) -> None:
    film = encoded(tmp_path / "film.mp4", seconds=4).read_bytes()
    large = encoded(tmp_path / "large.jpg", width=600, height=600, seconds=0).read_bytes()
    small = encoded(tmp_path / "small.jpg", seconds=0).read_bytes()
    contents = {"/a.jpg": large, "/blob.bin": large, "/film.mp4": film, "/page.html": PAGE}
    contents |= {"/unknown.bin": b"\x00" * 99, "/small.jpg": small}
    async with web(tmp_path, site(contents), probe=probe) as here:
        for name, fates in LOOKS.items():
            body = await here.create(f"http://pub.test/{name}", dry_run=True)
            fate = "" if probe == "off" else fates[probe == "require"]
            found = body.get("problems") or [
                {"path": warn["code"]} for warn in body["data"]["warnings"] if warn["code"].startswith("MEDIA_")
            ]
            assert [problem["path"] for problem in found] == ([fate] if fate else []), (name, body)
        assert bool(here.names.asked) is (probe != "off")
        assert here.kept == []


async def test_only_the_head_of_a_link_is_read(tmp_path: Path) -> None:
    sent = 0

    async def count(seen: Seen, stream: ByteStream) -> None:
        nonlocal sent
        assert seen.headers["range"] == f"bytes=0-{SAMPLE_BYTES - 1}"
        size = 900 * MEGABYTE
        await stream.send(f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode() + png(600, 600))
        while sent < size:
            await stream.send(bytes(65536))
            sent += 65536

    async with web(tmp_path, count) as here:
        body = await here.create("http://pub.test/a.png", dry_run=True)
        [problem] = body["problems"]
        assert (problem["unit"], problem["actual"]) == ("bytes", 900 * MEGABYTE)
        assert sent < 100 * MEGABYTE


async def test_a_head_that_a_server_packs_unasked_is_read_as_far_as_it_comes(tmp_path: Path) -> None:
    head = gzip.compress(png(20_000, 20_000))[:-9]
    handler = answers(206, head, media_type="image/png", headers={"content-encoding": "gzip"})
    async with web(tmp_path, handler) as here:
        [problem] = (await here.create("http://pub.test/a.png", dry_run=True))["problems"]
        assert problem["unit"] == "pixels"
