"""Media on its way to a network that is sent bytes: brought here, measured by content, held against its rows, gone."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from os import utime
from pathlib import Path

import pytest

from providers.fetch import Fetcher
from providers.networks.carrying import Load, carry
from providers.networks.kind import Means
from providers.networks.network import Kept, Parcel
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject
from schemas.media_rule import Measure, MediaRule
from tests.local.embedded import Watch, loopback
from tests.local.receiver import Handler, Receiver, answers, receiver
from tests.media.files import png

pytestmark = pytest.mark.anyio

ACCOUNT = Account("local:somewhere", "somewhere", "Somewhere")
PICTURE = png(30, 20)
ROWS = (MediaRule(frozenset({"somewhere"}), "image", Measure.WIDTH, "this test", most=25),)


async def nothing_to_keep(account: str, secrets: object) -> None:
    raise AssertionError("no secret changes")


def means(scratch: Path, server: Receiver | None = None) -> Means:
    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        assert server is not None
        return [("127.0.0.1", server.port)]

    watch = Watch()
    fetching = partial(Fetcher, watch, resolve=resolve, permitted=loopback)
    return Means(watch, fetching, scratch, nothing_to_keep)


def parcel(*links: str, kind: str = "slideshow", **files: Kept) -> Parcel:
    media: JsonObject = {"type": kind, "urls": list(links)} if kind == "slideshow" else {"type": kind, "url": links[0]}
    due_at = datetime(2026, 11, 24, tzinfo=UTC)
    kept = {f"media:{name}": file for name, file in files.items()}
    return Parcel("dlv_1", "pst_1", ACCOUNT.id, "Hello", media, due_at, files=kept)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def content(load: Load) -> list[bytes]:
    return [b"".join([piece async for piece in file.read()]) for file in load.files]


async def test_links_are_loaded_measured_by_content_and_gone_afterwards(tmp_path: Path) -> None:
    async with receiver(answers(body=PICTURE, media_type="text/plain")) as server:
        load = await carry(parcel("http://pub.test/a", "http://pub.test/b"), ACCOUNT, means(tmp_path, server))
    async with aclosing(load):
        measures = load.files[0].measures
        assert (measures.media_type, measures.width, measures.height) == ("image/png", 30, 20)
        assert (await content(load), load.files[0].name) == ([PICTURE, PICTURE], "image.png")
    assert names(tmp_path) == []


async def test_files_in_our_keeping_are_read_where_they_lie_and_stay(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(PICTURE)
    measured = Kept(str(kept), "image/png", "A dot", len(PICTURE), 30, 20)
    old = Kept(str(kept), "image/png")
    sent = parcel("media:new", "media:old", new=measured, old=old)
    async with aclosing(await carry(sent, ACCOUNT, means(tmp_path / "scratch"))) as load:
        assert await content(load) == [PICTURE, PICTURE]
        assert [file.alt_text for file in load.files] == ["A dot", None]
        assert load.files[0].measures == load.files[1].measures
    assert kept.read_bytes() == PICTURE


@pytest.mark.parametrize(
    ("handler", "kind", "rows", "said"),
    [
        (answers(body=PICTURE), "video", (), "http://pub.test/a cannot be used: it is image/png, not video data."),
        (answers(body=b"<html>"), "slideshow", (), "it is no image or video of a known kind"),
        (answers(body=PICTURE[:-12]), "slideshow", (), "it breaks off"),
        (answers(404), "slideshow", (), "it answered 404"),
        (answers(body=PICTURE), "slideshow", ROWS, "sent to Somewhere: file 1: 30 pixels wide; at most 25."),
    ],
)
async def test_what_will_not_do_is_told_and_leaves_nothing(
    handler: Handler, kind: str, rows: tuple[MediaRule, ...], said: str, tmp_path: Path
) -> None:
    async with receiver(handler) as server:
        with pytest.raises(Failure) as raised:
            await carry(parcel("http://pub.test/a", kind=kind), ACCOUNT, means(tmp_path, server), rows)
    assert said in raised.value.message
    assert (raised.value.doubt, names(tmp_path)) == (False, [])


async def test_a_file_that_is_not_in_our_keeping_any_more_is_told(tmp_path: Path) -> None:
    gone = parcel("media:a", a=Kept(str(tmp_path / "gone"), "image/png"))
    with pytest.raises(Failure, match="not in this server's keeping any more: upload it again"):
        await carry(gone, ACCOUNT, means(tmp_path / "scratch"))


async def test_a_file_that_changes_on_its_way_is_not_sent_half(tmp_path: Path) -> None:
    async with receiver(answers(body=PICTURE)) as server:
        load = await carry(parcel("http://pub.test/a"), ACCOUNT, means(tmp_path, server))
    async with aclosing(load):
        load.files[0].path.write_bytes(PICTURE[:-1])
        with pytest.raises(Failure) as changed:
            await content(load)
        load.files[0].path.unlink()
        with pytest.raises(Failure) as gone:
            await content(load)
    assert [error.value.code for error in (changed, gone)] == [ErrorCode.STORAGE_FAILED] * 2


async def test_a_scratch_folder_that_cannot_be_made_is_told_as_nothing_sent(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_bytes(b"in the way")
    with pytest.raises(Failure) as raised:
        await carry(parcel("http://pub.test/a"), ACCOUNT, means(tmp_path / "scratch"))
    assert (raised.value.code, raised.value.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)


@pytest.fixture
def left(tmp_path: Path) -> Callable[[str, timedelta], Path]:
    """Make a folder that looks as if a process that died had left it so long ago."""

    def make(name: str, ago: timedelta) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        moment = (Watch().now - ago).timestamp()
        utime(folder, (moment, moment))
        return folder

    return make


async def test_what_the_dead_left_is_cleared_away_and_nothing_else(
    tmp_path: Path, left: Callable[[str, timedelta], Path]
) -> None:
    of_this = left("dlv_1-abc", timedelta(seconds=5))
    old = left("dlv_0-abc", timedelta(hours=25))
    another = left("dlv_10-abc", timedelta(hours=23))
    async with receiver(answers(body=PICTURE)) as server:
        load = await carry(parcel("http://pub.test/a"), ACCOUNT, means(tmp_path, server))
        assert not of_this.exists()
        await load.aclose()
    assert (old.exists(), another.exists()) == (False, True)


async def test_a_parcel_without_media_makes_no_folder(tmp_path: Path) -> None:
    bare = replace(parcel("http://pub.test/a"), media=None)
    async with aclosing(await carry(bare, ACCOUNT, means(tmp_path / "scratch"))) as load:
        assert load.files == ()
    assert not (tmp_path / "scratch").exists()
