"""Several processes on one file, and processes that are killed: nothing twice, nothing lost."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream

from providers.networks.webhook.network import Webhook
from schemas.post import Query
from schemas.status import Status
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, order, until
from tests.local.receiver import Receiver, Seen, answers, receiver
from tests.local.worker import now

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]

#: Starts one more process that delivers from a home, to a webhook and with media from a server; the leases of those
#: of earlier generations are over for it.
Start = Callable[[Path, Receiver, int], subprocess.Popen[bytes]]
#: Longer than a lease.
AHEAD = 70


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(home: Path, server: Receiver, generation: int) -> subprocess.Popen[bytes]:
        told = [str(home), server.url, str(server.port), str(generation * AHEAD)]
        command = [sys.executable, "-m", "tests.local.worker", *told]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


async def test_a_post_whose_process_is_killed_while_writing_ends_up_in_the_outbox_once(
    tmp_path: Path, start: Start
) -> None:
    async def hang_once(seen: Seen, stream: ByteStream) -> None:
        if len(server.seen) == 1:
            await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-type: image/png\r\n\r\nhalf")
            await anyio.sleep_forever()
        await answers(body=b"a picture", media_type="image/png")(seen, stream)

    async with receiver(hang_once) as server, Embedded(tmp_path, now) as engine:
        victim = start(tmp_path, server, 0)
        media = {"type": "slideshow", "urls": ["http://pub.test/a.png"]}
        receipt = await engine.local.create(order("Only once", media=media))

        async def sending() -> bool:
            post = await engine.local.post(receipt.id)
            return post.deliveries[0].provider_status == "sending" and bool(server.seen)

        async def published() -> bool:
            return (await engine.local.post(receipt.id)).status is Status.PUBLISHED

        await until(sending)
        kill(victim)
        assert not any(name.endswith(".md") for name in engine.files)
        start(tmp_path, server, 1)
        await until(published)
        picture, words = engine.files
    assert (picture.rpartition("-")[0] + ".md", picture.endswith("-1.png")) == (words, True)
    assert (engine.folder / picture).read_bytes() == b"a picture"


async def test_a_post_whose_process_is_killed_while_the_webhook_thinks_is_not_sent_again(
    tmp_path: Path, start: Start
) -> None:
    async def think(seen: Seen, stream: ByteStream) -> None:
        await anyio.sleep_forever()

    async with receiver(think) as server, Embedded(tmp_path, now, Webhook(server.url, None, now)) as engine:
        victim = start(tmp_path, server, 0)
        receipt = await engine.local.create(order("Only once", WEBHOOK))

        async def arrived() -> bool:
            return bool(server.seen)

        async def unknown() -> bool:
            return (await engine.local.post(receipt.id)).status is Status.UNKNOWN

        await until(arrived)
        kill(victim)
        start(tmp_path, server, 1)
        await until(unknown)
        await engine.local.create(order("A round later", OUTBOX))
        await until(lambda: engine.landed(1))
    assert len(server.seen) == 1


async def test_two_processes_deliver_fifty_posts_once_each(tmp_path: Path, start: Start) -> None:
    async with receiver(answers()) as server, Embedded(tmp_path, now, Webhook(server.url, None, now)) as engine:
        start(tmp_path, server, 0)
        start(tmp_path, server, 0)
        for number in range(50):
            await engine.local.create(order(f"Post {number}", OUTBOX, WEBHOOK))

        async def all_published() -> bool:
            return (await engine.local.posts(Query(limit=1))).summary == {"published": 50}

        await until(all_published)
        assert len(engine.files) == 50
    assert len(server.seen) == len({seen.headers["webhook-id"] for seen in server.seen}) == 50


async def test_processes_killed_again_and_again_double_nothing_and_lose_nothing(tmp_path: Path, start: Start) -> None:
    async def slowly(seen: Seen, stream: ByteStream) -> None:
        await anyio.sleep(0.05)
        await answers(204)(seen, stream)

    async with receiver(slowly) as server, Embedded(tmp_path, now, Webhook(server.url, None, now)) as engine:
        running = [start(tmp_path, server, 0), start(tmp_path, server, 0)]
        for number in range(60):
            await engine.local.create(order(f"Post {number}", OUTBOX, WEBHOOK))
        for kills in range(4):

            async def moved_on(goal: int = 8 * (kills + 1)) -> bool:
                return len(server.seen) >= goal

            await until(moved_on)
            for process in running:
                kill(process)
            running = [start(tmp_path, server, kills + 1), start(tmp_path, server, kills + 1)]

        async def settled() -> bool:
            summary = (await engine.local.posts(Query(limit=1))).summary
            return set(summary) <= {"published", "unknown"}

        await until(settled)
        posts = (await engine.local.posts(Query(limit=100))).posts
        files = engine.files
    assert len(posts) == 60
    assert {post.deliveries[0].status for post in posts} == {Status.PUBLISHED}
    assert len(files) == 60
    seen = [request.headers["webhook-id"] for request in server.seen]
    assert len(seen) == len(set(seen))
    published = sum(post.deliveries[1].status is Status.PUBLISHED for post in posts)
    assert published <= len(seen) <= 60
    assert 60 - published <= 4
