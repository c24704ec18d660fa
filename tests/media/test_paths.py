"""Which files of this machine a call may name: those in open folders alone, whatever tricks their names play."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from engine.guard import Barred, open_inside
from tests.desk import Agent, Body, Service, genviral
from tests.media.files import png
from tests.media.watching import watching

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform != "linux", reason="what is watched is told by Linux")]

OUTSIDE, NOT_THERE = "it lies outside the folders that are open to calls", "there is no such file"
MOVE, CHECK, COPY, ONE, OTHER = (
    "POSTWRIGHT_MEDIA_ROOTS", "Check the name", "Give a copy", "Name one file", "Give another file"
)  # fmt: skip


@dataclass
class Land:
    """An open folder, and what lies around it."""

    home: Path
    open: Path
    outside: Path

    @property
    def kept(self) -> list[str]:
        folder = self.home / "media"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def land(tmp_path: Path) -> Land:
    found = Land(tmp_path / "home", tmp_path / "open", tmp_path / "open-outside")
    for folder in (found.open, found.open / "deep", found.outside):
        folder.mkdir()
    for path in (found.open / "good.png", found.open / "deep" / "good.png", found.outside / "secret.png"):
        path.write_bytes(png())
    (found.open / "link.png").symlink_to(found.outside / "secret.png")
    (found.open / "way").symlink_to(found.outside)
    (found.open / "loop.png").symlink_to(found.open / "loop.png")
    (found.open / "nowhere.png").symlink_to(found.outside / "nothing.png")
    (found.open / "twin.png").hardlink_to(found.outside / "secret.png")
    os.mkfifo(found.open / "pipe.png")
    (found.open / "empty.png").touch()
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(found.open / "unix.png"))
    return found


@asynccontextmanager
async def town(land: Land) -> AsyncGenerator[tuple[Agent, Service]]:
    async with genviral(land.home, MEDIA_ROOTS=str(land.open)) as (agent, service):
        yield agent, service


#: What a call names (``{}``: the open folder), why it is refused, and what the fix speaks of.
HOSTILE = {
    "the parent": ("{}/../open-outside/secret.png", OUTSIDE, MOVE),
    "the parent, relative": ("./../open-outside/secret.png", OUTSIDE, MOVE),
    "the parent, deep": ("{}/deep/../../open-outside/secret.png", OUTSIDE, MOVE),
    "a folder whose name begins alike": ("{}-outside/secret.png", OUTSIDE, MOVE),
    "a link": ("{}/link.png", OUTSIDE, MOVE),
    "a link to a folder": ("{}/way/secret.png", OUTSIDE, MOVE),
    "a link to nothing outside": ("{}/nowhere.png", OUTSIDE, MOVE),
    "a link to itself": ("{}/loop.png", "no regular file", ONE),
    "a second name of a file outside": ("{}/twin.png", "hard links", COPY),
    "a pipe": ("{}/pipe.png", "no regular file", ONE),
    "a socket": ("{}/unix.png", "no regular file", ONE),
    "a folder": ("{}/deep", "it is a folder", ONE),
    "the open folder itself": ("{}", "it is a folder", ONE),
    "our environment": ("/proc/self/environ", OUTSIDE, MOVE),
    "our memory": ("/proc/self/mem", OUTSIDE, MOVE),
    "our root": ("/proc/self/root/etc/passwd", OUTSIDE, MOVE),
    "endless zeros": ("/dev/zero", OUTSIDE, MOVE),
    "the terminal": ("/dev/tty", OUTSIDE, MOVE),
    "the home folder": ("~/secret.png", OUTSIDE, MOVE),
    "a user's home folder": ("~/../etc/passwd", OUTSIDE, MOVE),
    "a link by file:": ("file://{}/../open-outside/secret.png", OUTSIDE, MOVE),
    "an encoded parent": ("file://{}/%2e%2e/open-outside/secret.png", OUTSIDE, MOVE),
    "an encoded slash": ("file://{}%2f..%2fopen-outside%2fsecret.png", OUTSIDE, MOVE),
    "another machine": ("file://elsewhere{}/good.png", "another machine", "this machine"),
    "the parent as a machine": ("file://%2e%2e{}/good.png", "another machine", "this machine"),
    "no machine": ("file://[{}/good.png", "no path", CHECK),
    "an empty file": ("{}/empty.png", "it is empty", OTHER),
    "a file that is not there": ("{}/missing.png", NOT_THERE, CHECK),
    "a relative file that is not there": ("./missing.png", NOT_THERE, CHECK),
    "a file in a file": ("{}/good.png/more.png", NOT_THERE, CHECK),
    "a file that is not there outside": ("{}-outside/missing.png", OUTSIDE, MOVE),
    "a long name": ("{}/" + "x" * 1900, "cannot be opened", CHECK),
    "a long way": ("{}" + "/x" * 900, NOT_THERE, CHECK),
    "an encoded null": ("file://{}/good.png%00.txt", "no path", CHECK),
    "an encoded bell": ("file://{}/good%07.png", NOT_THERE, CHECK),
}


async def upload(agent: Agent, path: str) -> Body:
    return (await agent.call("upload_media", path=path))["problems"][0]


async def create(agent: Agent, path: str) -> Body:
    return (await agent.create(media={"type": "slideshow", "urls": [path]}))["problems"][0]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_path_that_leads_elsewhere_is_refused_with_a_fix_and_opens_nothing(land: Land, name: str) -> None:
    path, why, fix = HOSTILE[name]
    named = path.replace("{}", str(land.open))
    async with town(land) as (agent, service):
        with watching(land.outside) as watch, anyio.fail_after(100):
            problems = [await upload(agent, named), await create(agent, named)]
            assert watch.opened() == []
        assert [problem["path"] for problem in problems] == ["/path", "/media/urls/0"]
        for problem in problems:
            assert why in problem["message"]
            assert fix in problem["fix"]
        assert await service.posts() == []
    assert land.kept == []


@pytest.mark.parametrize("length", [4097, 100_000])
async def test_a_name_without_end_is_told_as_too_long(land: Land, length: int) -> None:
    async with town(land) as (agent, _):
        problem = await upload(agent, "/" + "x" * length)
    assert (problem["path"], problem["code"]) == ("/path", "too_long")


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f"])
async def test_a_name_with_a_control_character_is_told_as_such(land: Land, character: str) -> None:
    async with town(land) as (agent, _):
        for call in (upload, create):
            problem = await call(agent, f"{land.open}/good{character}.png")
            assert problem["code"] == "unprintable"
    assert land.kept == []


@pytest.mark.parametrize(
    "path",
    [
        "{}/good.png",
        "./good.png",
        "./deep/../good.png",
        "{}/deep/good.png",
        "file://{}/good.png",
        "FILE:{}/good.png",
        "file://localhost{}/deep/%67ood.png",
    ],
)
async def test_a_file_in_an_open_folder_is_taken_by_every_form_of_its_name(land: Land, path: str) -> None:
    async with town(land) as (agent, _):
        body = await agent.call("upload_media", path=path.replace("{}", str(land.open)))
        assert (body["ok"], body["data"]["type"]) == (True, "image/png"), body
    assert len(land.kept) == 1


async def test_a_link_that_stays_inside_is_followed(land: Land) -> None:
    (land.open / "alias.png").symlink_to(land.open / "deep" / "good.png")
    (land.open / "ways").symlink_to(land.open / "deep")
    async with town(land) as (agent, _):
        for name in ("alias.png", "ways/good.png"):
            assert (await agent.call("upload_media", path=str(land.open / name)))["ok"]


#: Exchanges names, two by two, as fast as the system can, until it is killed.
EXCHANGING = """
import ctypes, sys
libc = ctypes.CDLL(None)
names = [name.encode() for name in sys.argv[1:]]
print(flush=True)
while True:
    for one, other in zip(names[::2], names[1::2]):
        libc.renameat2(-100, one, -100, other, 2)
"""


def test_a_file_that_is_exchanged_for_a_link_meanwhile_leads_nowhere(land: Land) -> None:
    (land.outside / "good.png").write_bytes(b"secret")
    (land.open / "link.png").unlink()
    (land.open / "link.png").symlink_to(land.outside / "good.png")
    names = ("good.png", "link.png", "deep", "way")
    command = [sys.executable, "-c", EXCHANGING, *(str(land.open / name) for name in names)]
    met: Counter[str] = Counter()
    with watching(land.outside) as watch, subprocess.Popen(command, stdout=subprocess.PIPE) as exchanging:
        try:
            assert exchanging.stdout
            assert exchanging.stdout.readline()
            while met["opened"] < 300 or met["it was exchanged while it was opened"] < 3:
                for name in ("good.png", "deep/good.png"):
                    try:
                        with open_inside(str(land.open / name), [land.open]) as file:
                            assert file.read() == png()
                            met["opened"] += 1
                    except Barred as barred:
                        met[barred.why] += 1
        finally:
            exchanging.kill()
        assert watch.opened() == []


async def test_a_file_that_grows_while_it_is_read_is_not_read_without_end(land: Land) -> None:
    growing = land.open / "growing.png"
    growing.write_bytes(png() + bytes(3 * 1024 * 1024))

    async def grow(progress: float, total: float | None, message: str | None) -> None:
        with growing.open("ab") as file:
            file.write(bytes(2 * 1024 * 1024))

    async with town(land) as (agent, _):
        body = await agent.call("upload_media", progress=grow, path=str(growing))
        [problem] = body["problems"]
        assert "changed while it was read" in problem["message"]
    assert land.kept == []
