"""Posts through the tools, read back on a real PDS as anybody would read them."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.bluesky.desk import Known
from tests.desk import Body
from tests.local.networked import networked
from tests.local.posting import posted
from tests.local.receiver import answers, receiver
from tests.media.files import encoded

pytestmark = pytest.mark.anyio


def jpeg(width: int = 40, height: int = 30) -> bytes:
    written = BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(written, "JPEG")
    return written.getvalue()


def parts(record: Body) -> list[tuple[str, Body]]:
    """What a reader makes of a record's facets: the text that each stands over, and what it is."""
    whole = record["text"].encode()
    return [
        (whole[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), feature)
        for facet in record["facets"]
        for feature in facet["features"]
    ]


async def test_text_links_mentions_and_hashtags_arrive_as_such(known: Known, tmp_path: Path) -> None:
    friend = known.pds.member()
    caption = f"🎉 Größe zählt: https://example.com/a_(b), @{friend.handle}! @nobody-here.test #Fußball"
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        sent = await posted(found, known.account, caption)
    [record] = known.posts
    [post] = known.pds.posts(known.member)
    rkey = post["uri"].rpartition("/")[2]
    assert (sent["status"], sent["url"]) == ("published", f"https://bsky.app/profile/{known.member.did}/post/{rkey}")
    assert record["text"] == caption
    kind = "app.bsky.richtext.facet#"
    assert parts(record) == [
        ("https://example.com/a_(b)", {"$type": f"{kind}link", "uri": "https://example.com/a_(b)"}),
        (f"@{friend.handle}", {"$type": f"{kind}mention", "did": friend.did}),
        ("#Fußball", {"$type": f"{kind}tag", "tag": "Fußball"}),
    ]


async def test_a_post_says_its_languages_and_no_more_than_the_record_may(known: Known, tmp_path: Path) -> None:
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        sent = await posted(found, known.account, "Olá, hello", bluesky={"langs": ["pt-BR", "en"]})
        refused = [
            await found.call("create_post", caption="No", accounts=[known.account], bluesky={"langs": langs})
            for langs in (["en", "de", "fr", "it"], ["English"])
        ]
    assert (sent["status"], known.posts[0]["langs"]) == ("published", ["pt-BR", "en"])
    assert [told["problems"][0]["path"] for told in refused] == ["/bluesky/langs", "/bluesky/langs/0"]
    assert len(known.posts) == 1


async def test_files_in_our_keeping_arrive_byte_for_byte_with_their_alternative_text(
    known: Known, tmp_path: Path
) -> None:
    pictures = [jpeg(40, 30), jpeg(20, 60)]
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        handles: list[str] = []
        for number, (picture, alt) in enumerate(zip(pictures, ("A grey field", None), strict=True)):
            data = base64.b64encode(picture).decode()
            kept = await found.call("upload_media", data=data, filename=f"{number}.jpg", alt_text=alt)
            handles.append(kept["data"]["media"])
        sent = await posted(found, known.account, "Two", media={"type": "slideshow", "urls": handles})
    assert sent["status"] == "published"
    [record] = known.posts
    images = record["embed"]["images"]
    assert [image["alt"] for image in images] == ["A grey field", ""]
    assert [image["aspectRatio"] for image in images] == [{"width": 40, "height": 30}, {"width": 20, "height": 60}]
    assert [image["image"]["mimeType"] for image in images] == ["image/jpeg"] * 2
    assert [known.pds.blob(known.member, image["image"]["ref"]["$link"]) for image in images] == pictures


async def test_linked_images_are_loaded_when_the_post_is_delivered(known: Known, tmp_path: Path) -> None:
    picture = jpeg()
    async with receiver(answers(body=picture, media_type="image/jpeg")) as server:

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", server.port)]

        async with networked(tmp_path, await known.login(tmp_path), resolve=resolve) as found:
            media = {"type": "slideshow", "urls": ["http://pub.test/a.jpg"]}
            sent = await posted(found, known.account, "One", media=media)
    assert sent["status"] == "published"
    [image] = known.posts[0]["embed"]["images"]
    assert known.pds.blob(known.member, image["image"]["ref"]["$link"]) == picture
    assert left(tmp_path) == []


async def test_a_film_arrives_as_one(known: Known, tmp_path: Path) -> None:
    film = encoded(tmp_path / "film.mp4", width=128, height=64).read_bytes()
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        data = base64.b64encode(film).decode()
        kept = await found.call("upload_media", data=data, filename="film.mp4")
        media = {"type": "video", "url": kept["data"]["media"]}
        sent = await posted(found, known.account, "Moving", media=media)
    assert sent["status"] == "published"
    embed = known.posts[0]["embed"]
    assert (embed["$type"], embed["aspectRatio"]) == ("app.bsky.embed.video", {"width": 128, "height": 64})
    assert known.pds.blob(known.member, embed["video"]["ref"]["$link"]) == film


async def test_as_long_as_it_may_be_is_taken_by_us_and_by_the_server(known: Known, tmp_path: Path) -> None:
    captions = ["x" * 300, "é" * 299 + "न्", "👍🏽" * 300, "語" * 300]
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        stands = [(await posted(found, known.account, caption))["status"] for caption in captions]
    assert (stands, sorted(post["text"] for post in known.posts)) == (["published"] * 4, sorted(captions))


@pytest.mark.parametrize(
    ("caption", "limit", "unit"),
    [("x" * 301, 300, "graphemes"), ("👨‍👩‍👧‍👦" * 121, 3_000, "bytes"), ("e\u0301" * 301, 300, "graphemes")],
)
async def test_a_longer_text_is_refused_before_anything_is_sent(
    caption: str, limit: int, unit: str, known: Known, tmp_path: Path
) -> None:
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        told = await found.call("create_post", caption=caption, accounts=[known.account])
    assert (told["ok"], told["outcome"]) == (False, "nothing_sent")
    [problem] = told["problems"]
    assert (problem["path"], problem["limit"], problem["unit"]) == ("/caption", limit, unit)
    assert known.posts == []


async def test_a_larger_picture_or_a_fifth_is_refused_before_anything_is_sent(known: Known, tmp_path: Path) -> None:
    heavy = jpeg() + bytes(2_000_000)
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        kept = await found.call("upload_media", data=base64.b64encode(heavy).decode(), filename="heavy.jpg")
        media = {"type": "slideshow", "urls": [kept["data"]["media"]]}
        too_heavy = await found.call("create_post", caption="Heavy", accounts=[known.account], media=media)
        links = [f"https://example.com/{number}.jpg" for number in range(5)]
        media = {"type": "slideshow", "urls": links}
        too_many = await found.call("create_post", caption="Many", accounts=[known.account], media=media)
    assert [told["outcome"] for told in (too_heavy, too_many)] == ["nothing_sent"] * 2
    assert (too_heavy["problems"][0]["limit"], too_many["problems"][0]["limit"]) == (2_000_000, 4)
    assert known.posts == []


async def test_a_linked_picture_that_is_too_large_fails_for_good_and_says_why(known: Known, tmp_path: Path) -> None:
    async with receiver(answers(body=jpeg() + bytes(2_000_000), media_type="image/jpeg")) as server:

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", server.port)]

        async with networked(tmp_path, await known.login(tmp_path), resolve=resolve) as found:
            media = {"type": "slideshow", "urls": ["http://pub.test/a.jpg"]}
            sent = await posted(found, known.account, "One", media=media)
    assert sent["status"] == "failed"
    assert "bytes; at most 2,000,000" in sent["error"]
    assert (known.posts, left(tmp_path)) == ([], [])


def left(home: Path) -> list[str]:
    """What lies in the folder that media are loaded into."""
    return [path.name for path in (home / "scratch").iterdir()]
