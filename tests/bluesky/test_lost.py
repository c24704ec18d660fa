"""A run cut off after the server has accepted: the post is there once, and known to be there."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest

from engine.clock import utc_now
from providers.networks.bluesky.network import Bluesky
from providers.networks.kind import Login
from providers.networks.network import Kept, Parcel, Published, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.post import Delivery
from schemas.status import Status
from tests.bluesky.between import Fate, between
from tests.bluesky.desk import Known, connected, stale, through
from tests.bluesky.worker import packed, parcel
from tests.local.embedded import Embedded, order, until
from tests.local.networked import networked
from tests.local.posting import posted
from tests.media.files import png

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
#: Starts one more process that delivers from a home.
Start = Callable[[Path, Login], subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(home: Path, login: Login) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.bluesky.worker", str(home), "deliver"]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert process.stdin
        process.stdin.write(packed(login))
        process.stdin.close()
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.SPOILT, Fate.REPLACED])
async def test_a_post_whose_answer_does_not_arrive_is_there_once_and_known_at_once(
    fate: Fate, known: Known, tmp_path: Path
) -> None:
    async with between(known.pds.url) as middle:
        middle.fates["putRecord"] = [fate]
        async with networked(tmp_path, through(await known.login(tmp_path), middle.url)) as found:
            sent = await posted(found, known.account, "Only once")
    assert (sent["status"], len(known.posts)) == ("published", 1)
    assert [name for name in middle.carried if name.endswith("Record")] == ["putRecord", "getRecord"]


async def test_a_post_that_nobody_can_look_for_is_sent_again_and_there_once(known: Known, tmp_path: Path) -> None:
    async with between(known.pds.url) as middle:
        middle.fates |= {"putRecord": [Fate.LOST], "getRecord": [Fate.LOST]}
        async with networked(tmp_path, through(await known.login(tmp_path), middle.url)) as found:
            sent = await posted(found, known.account, "Only once")
    assert (sent["status"], len(known.posts)) == ("published", 1)
    assert middle.carried.count("putRecord") + middle.carried.count("getRecord") >= 3


async def test_a_post_whose_process_is_killed_once_the_server_has_it_is_there_once(
    known: Known, tmp_path: Path, start: Start
) -> None:
    login = await known.login(tmp_path)
    async with between(known.pds.url) as middle, Embedded(tmp_path, utc_now, connected(login, tmp_path)) as engine:
        middle.fates["putRecord"] = [Fate.HELD]
        victim = start(tmp_path, through(login, middle.url))
        receipt = await engine.local.create(order("Only once", login.account))
        await middle.done.wait()
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert ((await engine.local.post(receipt.id)).status, len(known.posts)) == (Status.PUBLISHING, 1)
        # Its lease runs out as it would a minute later.
        await engine.database.write(lambda ledger: ledger.execute("UPDATE delivery SET wake_at = 1"))
        start(tmp_path, through(login, middle.url))
        delivery: Delivery | None = None

        async def published() -> bool:
            nonlocal delivery
            [delivery] = (await engine.local.post(receipt.id)).deliveries
            return delivery.status is Status.PUBLISHED

        await until(published)
    [post] = known.pds.posts(known.member)
    assert delivery
    assert (delivery.url or "").rpartition("/")[2] == post["uri"].rpartition("/")[2]


async def test_the_same_parcel_again_changes_nothing_and_says_the_same(known: Known, tmp_path: Path) -> None:
    network = connected(await known.login(tmp_path), tmp_path)
    assert await network.find(parcel()) is None
    steps = [await network.prepare(parcel()) for _ in range(6)]
    outcomes: list[Published] = []

    async def publish(number: int) -> None:
        outcomes.append(await steps[number](Window(utc_now, 60)))

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(publish, number)
    assert len(set(outcomes)) == 1
    assert await network.find(parcel()) == outcomes[0]
    assert len(known.posts) == 1
    await network.aclose()


async def test_a_name_that_is_taken_and_cannot_be_looked_for_leaves_a_doubt(known: Known, tmp_path: Path) -> None:
    async with between(known.pds.url) as middle:
        network = connected(through(await known.login(tmp_path), middle.url), tmp_path)
        first, again = [await network.prepare(parcel()) for _ in range(2)]
        await first(Window(utc_now, 60))
        middle.fates["getRecord"] = [Fate.LOST]
        with pytest.raises(Failure) as raised:
            await again(Window(utc_now, 60))
        await network.aclose()
    assert (raised.value.doubt, middle.carried) == (True, ["putRecord", "putRecord", "getRecord"])


@pytest.mark.parametrize("name", ["uploadBlob", "resolveHandle", "getRecord", "getSession", "refreshSession"])
async def test_an_answer_of_somebody_else_is_not_believed(name: str, known: Known, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(png())
    sent = parcel(
        f"@{known.member.handle}", {"type": "slideshow", "urls": ["media:a"]}, files={"media:a": picture(tmp_path)}
    )
    login = stale(await known.login(tmp_path))
    async with between(known.pds.url) as middle:
        network = connected(through(login, middle.url, entry=True), tmp_path)
        middle.fates[name] = [Fate.REPLACED]
        with pytest.raises(Failure, match="answered without") as raised:
            await everything(network, sent)
        await network.aclose()
    assert (raised.value.code, raised.value.doubt) == (ErrorCode.UNEXPECTED_ANSWER, False)
    assert known.posts == []


async def everything(network: Bluesky, sent: Parcel) -> None:
    """Make every call but the one that publishes."""
    await network.greet()
    assert await network.find(sent) is None
    await network.prepare(sent)


def picture(folder: Path) -> Kept:
    return Kept(str(folder / "kept"), "image/png", None, len(png()), 64, 48)


async def test_nothing_is_sent_once_the_window_has_closed(known: Known, tmp_path: Path) -> None:
    network = connected(await known.login(tmp_path), tmp_path)
    step = await network.prepare(parcel())
    with pytest.raises(Failure, match="nothing was sent") as raised:
        await step(Window(utc_now, seconds=-1))
    assert (raised.value.doubt, known.posts) == (False, [])
    await network.aclose()


async def test_a_post_that_is_taken_back_is_gone_and_taking_back_again_is_no_failure(
    known: Known, tmp_path: Path
) -> None:
    network = connected(await known.login(tmp_path), tmp_path)
    published = await (await network.prepare(parcel()))(Window(utc_now, 60))
    assert (published.remote_id, len(known.posts)) == (known.pds.posts(known.member)[0]["uri"], 1)
    for _ in range(2):
        await network.take_back(published.remote_id or "")
        assert known.posts == []
    assert await network.find(parcel()) is None
    with pytest.raises(Failure, match="no post of this Bluesky account"):
        await network.take_back(f"at://did:plc:somebodyelse/app.bsky.feed.post/{published.remote_id}")
    await network.aclose()
