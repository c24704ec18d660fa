"""Files of ours in posts of the embedded engine: they lie beside the post, whole, with what they show in words."""

import base64
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.desk import Agent, Body, agent
from tests.local.embedded import until
from tests.media.files import encoded, png

pytestmark = pytest.mark.anyio

OUTBOX = "local:outbox"
LAMP = 'A lamp: "lit" --- é'


async def uploaded(found: Agent, content: bytes, alt_text: str | None = None) -> str:
    data = base64.b64encode(content).decode()
    body = await found.call("upload_media", data=data, filename="a.png", alt_text=alt_text)
    assert body["ok"], body
    return body["data"]["media"]


async def delivered(found: Agent, media: Body) -> tuple[Path, list[Body]]:
    """Post, and read the file that the post became: where it lies, and what it says of its media."""
    made = await found.call("create_post", caption="Look", accounts=[OUTBOX], media=media)
    assert made["ok"], made
    assert made["data"].get("warnings", []) == []
    stand: Body = {"deliveries": list[Body]()}

    async def ended() -> bool:
        nonlocal stand
        stand = (await found.call("check_status", post_id=made["data"]["id"]))["data"]
        return stand["terminal"]

    await until(ended)
    deliveries: list[Body] = stand["deliveries"]
    [delivery] = deliveries
    assert delivery["status"] == "published", stand
    path = Path(unquote(urlsplit(str(delivery["url"])).path))
    return path, told_of_media(path)


def told_of_media(path: Path) -> list[Body]:
    [line] = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("media: ")]
    return json.loads(line.removeprefix("media: "))


async def test_files_lie_beside_the_post_with_what_they_show(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "b.png").write_bytes(png(noise=b"b"))
    async with agent(tmp_path / "home", MEDIA_ROOTS=str(folder)) as found:
        handle = await uploaded(found, png(), LAMP)
        path, told = await delivered(found, {"type": "slideshow", "urls": [handle, str(folder / "b.png"), handle]})
    assert [entry.get("alt_text") for entry in told] == [LAMP, None, LAMP]
    assert [entry["from"] == handle for entry in told] == [True, False, True]
    contents = [(path.parent / entry["file"]).read_bytes() for entry in told]
    assert contents == [png(), png(noise=b"b"), png()]
    assert {Path(entry["file"]).suffix for entry in told} == {".png"}
    assert str(folder) not in json.dumps(told)


async def test_a_film_lies_beside_the_post(tmp_path: Path) -> None:
    film = encoded(tmp_path / "film.mp4")
    async with agent(tmp_path / "home", MEDIA_ROOTS=str(tmp_path)) as found:
        path, [told] = await delivered(found, {"type": "video", "url": str(film)})
    assert (path.parent / told["file"]).read_bytes() == film.read_bytes()
    assert told["file"].endswith(".mp4")


async def test_a_file_is_copied_so_that_changing_it_later_changes_no_post(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(png())
    async with agent(tmp_path / "home", MEDIA_ROOTS=str(tmp_path)) as found:
        post: Body = {"caption": "Later", "accounts": [OUTBOX], "media": {"type": "slideshow", "urls": [str(picture)]}}
        made = await found.call("create_post", mode="draft", **post)
        picture.write_bytes(png(noise=b"another"))
        assert (await found.call("update_post", post_id=made["data"]["id"], mode="publish"))["ok"]

        async def landed() -> bool:
            return bool(list((tmp_path / "home" / "outbox").glob("*.png")))

        await until(landed)
    [copy] = (tmp_path / "home" / "outbox").glob("*.png")
    assert copy.read_bytes() == png()


async def test_a_webhook_is_refused_files_before_anything_is_made(tmp_path: Path) -> None:
    async with agent(tmp_path, WEBHOOK_URL="http://127.0.0.1:9/hook") as found:
        handle = await uploaded(found, png())
        media: Body = {"type": "slideshow", "urls": ["https://cdn.example.com/1.png", handle]}
        body = await found.call("create_post", caption="Hi", accounts=[OUTBOX, "local:webhook"], media=media)
        [problem] = body["problems"]
        assert (problem["path"], problem["accounts"]) == ("/media/urls/1", ["local:webhook"])
        assert "public" in problem["fix"]
        assert (await found.call("list_posts"))["data"]["posts"] == []
