"""The outbox: real files, and media from a real socket."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import pytest
from anyio.abc import ByteStream

from providers.networks.network import Parcel, Published, Window
from schemas.status import Status
from tests.local.embedded import Embedded, Watch, order
from tests.local.receiver import Handler, Receiver, Seen, answers, receiver

pytestmark = pytest.mark.anyio


def names_lead_to(server: Receiver) -> Any:
    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", server.port)]

    return resolve


def pictures(*urls: str) -> dict[str, Any]:
    return {"type": "slideshow", "urls": list(urls)}


async def image_or_missing(seen: Seen, stream: ByteStream) -> None:
    known = answers(404) if "missing" in seen.target else answers(body=seen.target.encode(), media_type="image/png")
    await known(seen, stream)


async def unavailable(seen: Seen, stream: ByteStream) -> None:
    await (image_or_missing if seen.target == "/ok" else answers(503))(seen, stream)


async def a_page(seen: Seen, stream: ByteStream) -> None:
    await (image_or_missing if seen.target == "/ok" else answers(media_type="text/html"))(seen, stream)


def front_matter(text: str) -> dict[str, Any]:
    _, facts, _ = text.split("---\n", 2)
    return {name: json.loads(value) for name, value in (line.split(": ", 1) for line in facts.splitlines())}


async def test_the_first_post_with_nothing_configured_lands_as_a_file(embedded: Embedded) -> None:
    receipt = await embedded.local.create(order("Hello, world.\n\n---\nSecond paragraph: ünïcödé"))
    await embedded.courier.step()
    post = await embedded.local.post(receipt.id)
    assert (post.status, post.deliveries[0].status) == (Status.PUBLISHED, Status.PUBLISHED)
    url = urlsplit(post.deliveries[0].url or "")
    assert url.scheme == "file"
    text = await anyio.Path(unquote(url.path)).read_text(encoding="utf-8")
    assert text.endswith("---\n\nHello, world.\n\n---\nSecond paragraph: ünïcödé\n")
    assert front_matter(text) == {
        "post": receipt.id,
        "delivery": embedded.files[0].removeprefix("20261124T090000Z-").removesuffix(".md"),
        "account": "local:outbox",
        "scheduled_at": None,
        "published_at": "2026-11-24T09:00:00Z",
        "media": [],
    }


async def test_names_sort_by_the_time_a_post_was_due(embedded: Embedded, watch: Watch) -> None:
    await embedded.local.create(order("later", scheduled_at=watch.now + timedelta(minutes=2)))
    await embedded.local.create(order("sooner", scheduled_at=watch.now + timedelta(minutes=1)))
    watch.advance(minutes=30)
    await embedded.courier.step()
    captions = [(embedded.folder / name).read_text(encoding="utf-8").split("\n")[-2] for name in embedded.files]
    assert captions == ["sooner", "later"]


async def test_media_lie_beside_the_file_under_its_name(tmp_path: Path, watch: Watch) -> None:
    async with (
        receiver(image_or_missing) as server,
        Embedded(tmp_path, watch, resolve=names_lead_to(server)) as engine,
    ):
        await engine.local.create(order(media=pictures("http://pub.test/a?x=1", "http://pub.test/b.jpg")))
        await engine.courier.step()
        first, second, words = engine.files
        assert (engine.folder / first).read_bytes() == b"/a?x=1"
        assert (engine.folder / second).read_bytes() == b"/b.jpg"
        facts = front_matter((engine.folder / words).read_text(encoding="utf-8"))
    stem = words.removesuffix(".md")
    assert (first, second) == (f"{stem}-1.png", f"{stem}-2.png")
    assert facts["media"] == [
        {"file": first, "from": "http://pub.test/a?x=1"},
        {"file": second, "from": "http://pub.test/b.jpg"},
    ]


@pytest.mark.parametrize(
    "case",
    [
        (image_or_missing, "http://pub.test/missing", Status.FAILED, "cannot be used: it answered 404"),
        (unavailable, "http://pub.test/a", Status.QUEUED, "answered 503. Try 2 follows at 2026-11-24T09:00:"),
        (a_page, "http://pub.test/a", Status.FAILED, "it is text/html, not image data"),
        (image_or_missing, "http://pub.test:8080/a", Status.FAILED, "port 8080 is not open to it"),
    ],
)  # fmt: skip
async def test_media_that_do_not_load_leave_nothing_behind(
    tmp_path: Path, watch: Watch, case: tuple[Handler, str, Status, str]
) -> None:
    handler, url, status, words = case
    async with (
        receiver(handler) as server,
        Embedded(tmp_path, watch, resolve=names_lead_to(server), spread=0.5) as engine,
    ):
        receipt = await engine.local.create(order(media=pictures("http://pub.test/ok", url)))
        await engine.courier.step()
        post = await engine.local.post(receipt.id)
        assert engine.files == []
    assert post.deliveries[0].status is status
    assert words in (post.deliveries[0].error or "")
    assert post.deliveries[0].retry is (False if status is Status.FAILED else None)


async def test_media_that_never_load_end_as_failed_and_may_be_sent_again(tmp_path: Path, watch: Watch) -> None:
    async with (
        receiver(answers(500)) as server,
        Embedded(tmp_path, watch, resolve=names_lead_to(server), spread=1.0) as engine,
    ):
        receipt = await engine.local.create(order(media=pictures("http://pub.test/a")))
        for _ in range(12):
            await engine.courier.step()
            watch.advance(minutes=16)
        delivery = (await engine.local.post(receipt.id)).deliveries[0]
    assert (delivery.status, delivery.retry) == (Status.FAILED, True)
    assert (delivery.error or "").endswith("answered 500. Given up after 8 tries.")
    assert len(server.seen) == 8


async def test_delivering_again_changes_nothing(embedded: Embedded, watch: Watch) -> None:
    outbox = (await embedded.roster.networks())["local:outbox"]
    await embedded.local.create(order())
    await embedded.courier.step()
    path = embedded.folder / embedded.files[0]
    path.write_text("edited by hand", encoding="utf-8")
    rows = await embedded.database.read(lambda c: c.execute("SELECT id, post_id FROM delivery").fetchall())
    parcel = Parcel(rows[0]["id"], rows[0]["post_id"], "local:outbox", "Hello", None, due_at=watch.now)
    step = await outbox.prepare(parcel)
    assert await step(Window(watch, 60)) == Published(path.as_uri())
    assert path.read_text(encoding="utf-8") == "edited by hand"
    assert len(embedded.files) == 1


@pytest.mark.parametrize("done", [False, True])
async def test_what_a_killed_try_left_is_cleared_away(embedded: Embedded, done: bool) -> None:
    await embedded.local.create(order())
    rows = await embedded.database.read(lambda c: c.execute("SELECT id FROM delivery").fetchall())
    left = embedded.folder / f".20261124T090000Z-{rows[0]['id']}-abc"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"half")
    if done:
        (embedded.folder / f"{left.name[1:].removesuffix('-abc')}.md").write_text("whole", encoding="utf-8")
    await embedded.courier.step()
    assert [name.endswith(".md") for name in embedded.files] == [True]


async def test_a_folder_that_cannot_be_written_is_tried_again_later(embedded: Embedded, watch: Watch) -> None:
    embedded.folder.write_text("in the way", encoding="utf-8")
    receipt = await embedded.local.create(order())
    await embedded.courier.step()
    delivery = (await embedded.local.post(receipt.id)).deliveries[0]
    assert delivery.status is Status.QUEUED
    assert "outbox folder cannot be written" in (delivery.error or "")
    embedded.folder.unlink()
    watch.advance(minutes=1)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHED
    assert (await embedded.local.post(receipt.id)).deliveries[0].error is None
