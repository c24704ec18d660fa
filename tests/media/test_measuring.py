"""What a file is, and how large: told by its content, in a process that has nothing to lose and ends in time."""

import base64
import os
import struct
import sys
from io import BytesIO
from pathlib import Path

import anyio
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from providers.measuring import Unmeasured, measure
from providers.mediainfo import MEMORY
from schemas.asset import Measures
from tests.desk import KEY, Agent, Body, agent
from tests.media.files import encoded, png
from tests.media.watching import watching

pytestmark = pytest.mark.anyio

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what processes may do is told by Linux")


def picture(kind: str, width: int = 64, height: int = 48, **options: object) -> bytes:
    written = BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(written, kind, **options)
    return written.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture("JPEG", exif=exif)


async def measured(folder: Path, content: bytes, name: str = "file", *, whole: bool = True) -> Measures:
    path = folder / name
    path.write_bytes(content)
    return await measure(path, len(content), whole=whole)


async def refused(folder: Path, content: bytes, name: str = "file") -> str:
    with pytest.raises(Unmeasured) as raised:
        await measured(folder, content, name)
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))]), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (picture("AVIF"), "image/avif"),
        (picture("BMP"), "image/bmp"),
        (picture("TIFF"), "image/tiff"),
    ],
    ids=["jpeg", "progressive", "mpo", "png", "gif", "webp", "avif", "bmp", "tiff"],
)
async def test_a_picture_is_known_by_its_content(tmp_path: Path, content: bytes, media_type: str) -> None:
    wrong = "a.png" if media_type != "image/png" else "a.mp4"
    assert await measured(tmp_path, content, wrong) == Measures(media_type, len(content), 64, 48)


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".mp4", "video/mp4"),
        (".mov", "video/quicktime"),
        (".webm", "video/webm"),
        (".mkv", "video/x-matroska"),
        (".avi", "video/x-msvideo"),
    ],
)
async def test_a_film_is_known_by_its_content_with_its_length_and_rate(
    tmp_path: Path, suffix: str, media_type: str
) -> None:
    path = encoded(tmp_path / f"film{suffix}", width=96, height=64, seconds=2, rate=25)
    found = await measure(path.rename(tmp_path / "film.jpg"), 7)
    assert (found.media_type, found.width, found.height, found.frame_rate) == (media_type, 96, 64, 25.0)
    assert found.duration == pytest.approx(2.0, abs=0.05)
    assert found.bytes == 7


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (8, (48, 64))])
async def test_a_picture_that_lies_on_its_side_is_measured_as_it_is_shown(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    found = await measured(tmp_path, turned(orientation))
    assert (found.width, found.height) == size


@pytest.mark.parametrize("clockwise", [True, False])
async def test_a_film_that_lies_on_its_side_is_measured_as_it_is_shown(tmp_path: Path, *, clockwise: bool) -> None:
    content = bytearray(encoded(tmp_path / "film.mp4", width=96, height=64).read_bytes())
    one = 0x10000 if clockwise else -0x10000
    matrix = content.index(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 0x40000000)
    found = await measured(tmp_path, bytes(content))
    assert (found.width, found.height) == (64, 96)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
NO_MEDIA = {
    "text": b"just words",
    "html": b"<!DOCTYPE html><img src=x onerror=alert(1)>",
    "svg": SVG,
    "zip": b"PK\x03\x04" + bytes(60),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "program": b"\x7fELF" + bytes(60),
    "sound": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "one byte": b"\x89",
    "head of a picture": png()[:20],
    "head of a film": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "picture and then html": png()[:33] + b"<script>alert(1)</script>" * 9,
}


@pytest.mark.parametrize("name", NO_MEDIA)
async def test_what_is_no_picture_and_no_film_is_refused(tmp_path: Path, name: str) -> None:
    for ending in ("png", "mp4"):
        assert await refused(tmp_path, NO_MEDIA[name], f"file.{ending}")


@pytest.mark.parametrize("share", [0.5, 0.995])
@pytest.mark.parametrize("name", ["a.jpg", "turned.jpg", "a.png", "a.mp4", "a.mov", "a.webm", "a.mkv", "a.avi"])
async def test_a_file_that_breaks_off_is_refused(tmp_path: Path, name: str, share: float) -> None:
    if name == "turned.jpg":
        thumbnail = Image.Exif()
        thumbnail[0x010E] = (picture("JPEG", 16, 16) * 3).decode("latin-1")
        content = picture("JPEG", 400, 400, exif=thumbnail)
    elif name.endswith((".jpg", ".png")):
        content = picture({"jpg": "JPEG", "png": "PNG"}[name[2:]], 400, 400)
    else:
        content = encoded(tmp_path / name, seconds=2).read_bytes()
    assert (await measured(tmp_path, content)).bytes == len(content)
    assert "breaks off" in await refused(tmp_path, content[: int(len(content) * share)])


#: Films whose ends are told otherwise, or not at all.
OPEN_ENDED = {
    "recorded live.webm": {"live": "1"},
    "recorded live.mkv": {"live": "1"},
    "in pieces.mp4": {"movflags": "frag_keyframe+empty_moov"},
    "head first.mp4": {"movflags": "faststart"},
    "tail first.mov": {},
}


@pytest.mark.parametrize("trailer", [b"", bytes(1000), b"junk" * 50], ids=["", "zeros", "junk"])
@pytest.mark.parametrize("name", OPEN_ENDED)
async def test_a_film_that_is_recorded_live_or_followed_by_more_is_whole(
    tmp_path: Path, name: str, trailer: bytes
) -> None:
    content = encoded(tmp_path / name, seconds=2, options=OPEN_ENDED[name]).read_bytes() + trailer
    assert (await measured(tmp_path, content)).width == 64


async def test_of_the_head_of_a_link_the_end_is_not_missed(tmp_path: Path) -> None:
    content = picture("JPEG", 400, 400)
    found = await measured(tmp_path, content[:-50], whole=False)
    assert (found.media_type, found.width) == ("image/jpeg", 400)


@pytest.mark.parametrize("trailer", [b"\n", bytes(10_000), b"<html>", picture("JPEG")])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_what_follows_a_picture_does_no_harm(tmp_path: Path, kind: str, trailer: bytes) -> None:
    assert (await measured(tmp_path, picture(kind) + trailer)).width == 64


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(
        [b"", png()[:40], picture("JPEG")[:200], picture("GIF"), picture("TIFF"), b"\x1a\x45\xdf\xa3"]
    ),
    rest=st.binary(max_size=300),
)
async def test_any_bytes_are_either_measured_or_refused(tmp_path: Path, head: bytes, rest: bytes) -> None:
    try:
        found = await measured(tmp_path, head + rest)
    except Unmeasured:
        return
    assert found.kind in ("image", "video")


#: Lists that name files, by form; ``{}`` stands for a file outside.
LISTS = {
    "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "a.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1">'
    "<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "a.ism": '<?xml version="1.0" encoding="utf-8"?><smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head></head>'
    '<body><switch><video src="{}" systemBitrate="1"/></switch></body></smil>',
}


@LINUX
@pytest.mark.parametrize("name", LISTS)
async def test_a_list_of_files_opens_none_of_them(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = encoded(outside / "secret.mp4")
    with watching(outside) as watch:
        await refused(tmp_path, LISTS[name].replace("{}", str(secret)).encode(), name)
        assert watch.opened() == []


@LINUX
async def test_the_process_that_measures_has_nothing_of_ours_and_ends_with_whoever_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTWRIGHT_GENVIRAL_API_KEY", KEY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pipe = tmp_path / "never.png"
    os.mkfifo(pipe)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: measure(pipe, 1, seconds=600))
        child = await running(str(pipe))
        environment = child.environ()
        limits = limits_of(child)
        assert KEY not in str(environment)
        assert environment.keys() <= {"PATH", "LANG", "LC_ALL"}
        assert limits["address space"] == str(MEMORY)
        assert limits["cpu time"] == "20"
        assert limits["file size"] == "0"
        with anyio.fail_after(100):
            while child.open_files():  # noqa: ASYNC110  (its own modules, which it may still be loading)
                await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    assert not measuring(str(pipe))


@LINUX
async def test_a_file_that_takes_too_long_is_refused_and_its_process_is_ended(tmp_path: Path) -> None:
    pipe = tmp_path / "never.png"
    os.mkfifo(pipe)
    with pytest.raises(Unmeasured) as raised:
        await measure(pipe, 1, seconds=0.5)
    assert str(raised.value) == "it could not be measured within 0.5 s"
    assert not measuring(str(pipe))


def measuring(argument: str) -> list[psutil.Process]:
    """Find the processes of ours that measure a file."""
    return [child for child in psutil.Process().children() if argument in child.cmdline()]


def limits_of(process: psutil.Process) -> dict[str, str]:
    """Each limit of a process by its name."""
    lines = Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8").splitlines()[1:]
    return {line[:25].strip().removeprefix("Max "): line[26:].split()[0] for line in lines}


async def running(argument: str) -> psutil.Process:
    """Find the process that measures a file, once it has limited itself: memory first, the size of files last."""
    with anyio.fail_after(100):
        while True:
            for process in psutil.Process().children():
                try:
                    if limits_of(process)["file size"] == "0" and argument in process.cmdline():
                        return process
                except (psutil.NoSuchProcess, OSError):
                    continue
            await anyio.sleep(0.02)


@LINUX
async def test_a_picture_that_is_larger_than_the_memory_for_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png()[:-12])
    os.truncate(path, MEMORY + 1)
    with pytest.raises(Unmeasured):
        await measure(path, MEMORY + 1)


async def uploaded(found: Agent, content: bytes, **more: object) -> Body:
    given: Body = {"data": base64.b64encode(content).decode(), "filename": "a.png", **more}
    return await found.call("upload_media", **given)


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (1, 2**31 - 1), (8_000, 5_001)])
async def test_a_picture_bomb_is_refused_by_its_header(tmp_path: Path, width: int, height: int) -> None:
    bomb = png(width, height)
    assert len(bomb) < 11_000
    async with agent(tmp_path) as found:
        [problem] = (await uploaded(found, bomb))["problems"]
        assert "at most 40,000,000 are taken" in problem["message"]
        assert list((tmp_path / "media").iterdir()) == []


async def test_what_a_call_carries_itself_is_taken_by_every_usual_form_of_base64(tmp_path: Path) -> None:
    lines = base64.encodebytes(png()).decode()
    async with agent(tmp_path) as found:
        told = [
            await uploaded(found, png()),
            await found.call("upload_media", data=lines, filename="a.txt"),
            await found.call("upload_media", data=f"data:image/gif;base64,{lines}", filename="../../etc/passwd"),
        ]
        assert {body["data"]["media"] for body in told} == {told[0]["data"]["media"]}
        assert told[2]["message"].startswith("passwd is media:")
        assert len(list((tmp_path / "media").iterdir())) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("no base64!", "no base64"),
        ("A", "no base64"),
        ("", "no image"),
        ("A" * 10_666_676, "more than 8,000,000 bytes"),
    ],
)
async def test_what_is_no_base64_of_a_file_is_told_as_such(tmp_path: Path, data: str, why: str) -> None:
    async with agent(tmp_path) as found:
        [problem] = (await found.call("upload_media", data=data, filename="a.png"))["problems"]
        assert problem["path"] == "/data"
        assert why in problem["message"]
        assert not (tmp_path / "media").exists() or list((tmp_path / "media").iterdir()) == []


async def test_what_is_kept_already_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with agent(tmp_path) as found:
        first = (await uploaded(found, png()))["data"]
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        again = (await uploaded(found, png(), alt_text="A lamp"))["data"]
        assert {**again, "alt_text": None, "media": first["media"]} == {**first, "alt_text": None}
        assert not (await uploaded(found, png(noise=b"another")))["ok"]
