"""Progress of files on their way: told for each part of it, and always growing, as MCP has it."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.dispatcher import ProgressFnT

from engine.steps import Steps
from tests.desk import INSTAGRAM, Body, genviral
from tests.media.files import png
from tests.media.test_links import PUBLIC, site, web

pytestmark = pytest.mark.anyio

SIZE = 3_000_000


class Heard:
    """What a client is told on the way."""

    def __init__(self) -> None:
        self.told: list[tuple[float, float | None, str | None]] = []

    @property
    def note(self) -> ProgressFnT:
        async def note(progress: float, total: float | None, message: str | None) -> None:
            self.told.append((progress, total, message))

        return note

    @property
    def messages(self) -> list[str]:
        return list(dict.fromkeys(message or "" for _, _, message in self.told))

    def check(self) -> None:
        """Each tells more than the last, and none more than all there is."""
        done = [entry[0] for entry in self.told]
        assert done == sorted(set(done))
        assert all(total is not None and progress <= total for progress, total, _ in self.told)


def picture(name: str = "") -> bytes:
    return png(1080, 1080, noise=name.encode()) + bytes(SIZE)


async def test_reading_a_file_and_bringing_it_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    heard = Heard()
    async with genviral(tmp_path / "home", MEDIA_ROOTS=str(tmp_path)) as (agent, _):
        body = await agent.call("upload_media", heard.note, path=str(tmp_path / "a.png"))
    heard.check()
    assert heard.messages == ["Reading the file.", "Uploading the file."]
    assert heard.told[-1][:2] == (2 * body["data"]["bytes"], 2 * body["data"]["bytes"])


@pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is the only loopback address there")
async def test_loading_a_link_and_bringing_it_are_told(tmp_path: Path) -> None:
    assert PUBLIC
    heard = Heard()
    async with web(tmp_path, site({"/a.png": picture()}), max_bytes=2 * SIZE) as here:
        link = "http://pub.test/a.png?signature=s3cret"
        assert (await here.agent.call("upload_media", heard.note, url=link))["ok"]
    heard.check()
    assert heard.messages == ["Loading http://pub.test/a.png.", "Uploading the file."]


async def test_the_files_of_a_post_are_told_one_after_the_other(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    for name in names:
        (tmp_path / f"{name}.png").write_bytes(picture(name))
    heard = Heard()
    media: Body = {"type": "slideshow", "urls": [str(tmp_path / f"{name}.png") for name in names]}
    async with genviral(tmp_path / "home", MEDIA_ROOTS=str(tmp_path)) as (agent, service):
        post: Body = {"caption": "Launch day", "accounts": [INSTAGRAM], "media": media}
        body = await agent.call("create_post", heard.note, **post)
        assert body["ok"], body
        assert len(await service.posts()) == 1
    heard.check()
    assert heard.messages == ["Reading files.", "Uploading the file."]


@given(st.lists(st.tuples(st.floats(0, 1e12), st.floats(0, 1e12)), max_size=30))
async def test_whatever_steps_tell_what_is_told_grows(steps: list[tuple[float, float]]) -> None:
    told: list[tuple[float, float]] = []

    async def note(done: float, total: float, doing: str) -> None:
        told.append((done, total))

    tell = Steps(note)
    for done, total in steps:
        await tell(done, total, "Working.")
    numbers = [done for done, _ in told]
    assert numbers == sorted(set(numbers))
    assert all(done <= total for done, total in told)
    assert bool(told) is bool(steps)
