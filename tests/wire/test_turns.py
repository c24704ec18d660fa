"""So many requests to a service at one time, and no more: within a process, over processes, and when one is killed."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
import structlog
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from engine.clock import utc_now
from providers.turns import Turns
from sandbox.serve import running
from tests.desk import Agent, Body, agent
from tests.wire.caller import list_posts, patient
from tests.wire.desk import GENVIRAL

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]

#: Starts one more process that lists posts: home, URL, concurrency, times.
Start = Callable[[Path, str, int, int], subprocess.Popen[bytes]]


@dataclass
class Counting:
    """A service that counts how many requests are under way; while ``stuck`` it answers none.

    The first lists of posts it answers when ``wanted`` are under way.
    """

    stuck: bool = False
    wanted: int = 1
    seconds: float = 0.02
    under_way: int = 0
    most: int = 0
    asked: int = 0
    arrived: anyio.Event = field(default_factory=anyio.Event)
    enough: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.arrived.set()
        if self.under_way >= self.wanted:
            self.enough.set()
        try:
            if scope["path"].endswith("/posts"):
                await self.enough.wait()
            await (anyio.sleep_forever() if self.stuck else anyio.sleep(self.seconds))
        finally:
            self.under_way -= 1
        body: Body = {"ok": True, "code": 200, "message": "", "data": {"accounts": [], "posts": []}}
        await JSONResponse(body)(scope, receive, send)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(home: Path, url: str, concurrency: int, times: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.wire.caller", str(home), url, str(concurrency), str(times)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


async def test_two_real_processes_and_two_postwrights_here_never_exceed_it_together(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient(monkeypatch)
    service = Counting(wanted=2)
    async with running(service) as url:
        processes = [start(tmp_path, url, 2, 12) for _ in range(2)]
        await service.arrived.wait()
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(list_posts, tmp_path, url, "2", 12)
        ended = [await anyio.to_thread.run_sync(process.wait) for process in processes]
    assert ended == [0, 0]
    assert service.asked >= 4 * 12
    assert service.most == 2


async def test_a_process_that_is_killed_lets_go_of_its_turn(tmp_path: Path, start: Start) -> None:
    service = Counting(stuck=True)
    async with running(service) as url:
        victim = start(tmp_path, url, 1, 1)
        await service.arrived.wait()
        assert not await gets_through(tmp_path, url, within=0.5)
        assert service.asked == 1
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        service.stuck = False
        assert await gets_through(tmp_path, url, within=100)


async def gets_through(home: Path, url: str, within: float) -> bool:
    settings = {**GENVIRAL.settings(url, ""), "GENVIRAL_CONCURRENCY": "1"}
    async with agent(home, utc_now, **settings) as caller:
        with anyio.move_on_after(within):
            return (await caller.call("list_posts"))["ok"]
    return False


async def test_who_gets_no_turn_is_told_that_nothing_was_sent_and_is_not_tried_again(tmp_path: Path) -> None:
    service = Counting(stuck=True)
    settings = {"GENVIRAL_CONCURRENCY": "1", "SEND_TIMEOUT": "30"}
    async with (
        running(service) as url,
        agent(tmp_path, utc_now, **GENVIRAL.settings(url, ""), **settings) as one,
        agent(tmp_path, utc_now, **GENVIRAL.settings(url, ""), **settings) as other,
        anyio.create_task_group() as group,
    ):
        group.start_soon(silently, one)
        await service.arrived.wait()
        body = await other.call("list_posts")
        assert (body["error_code"], body["outcome"]) == ("provider_unreachable", "nothing_sent")
        assert body["message"] == "Too many calls at once: no turn within 8 s, so nothing was sent."
        assert service.asked == 1
        group.cancel_scope.cancel()


async def silently(caller: Agent) -> None:
    await caller.call("list_posts")


async def test_a_turn_that_is_given_back_is_the_next_ones(tmp_path: Path) -> None:
    one, other = Turns(1, tmp_path / "turns", "service"), Turns(1, tmp_path / "turns", "service")
    give_back = await one.take(60.0)
    for turns in (one, other):
        with pytest.raises(TimeoutError):
            await turns.take(0.1)
    give_back()
    (await other.take(60.0))()
    (await one.take(60.0))()


async def test_another_service_has_turns_of_its_own(tmp_path: Path) -> None:
    await Turns(1, tmp_path, "one").take(60.0)
    (await Turns(1, tmp_path, "other").take(60.0))()


async def test_who_stops_waiting_takes_no_turn_along(tmp_path: Path) -> None:
    turns, other = Turns(1, tmp_path, "service"), Turns(1, tmp_path, "service")
    give_back = await other.take(60.0)
    with anyio.move_on_after(0.1):
        await turns.take(60.0)
    give_back()
    (await turns.take(60.0))()


async def test_without_a_folder_each_process_counts_alone_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient(monkeypatch)
    (tmp_path / "turns").write_text("in the way")
    service = Counting(wanted=2)
    with structlog.testing.capture_logs() as logs:
        async with running(service) as url:
            await list_posts(tmp_path, url, "2", 12)
    assert service.asked >= 12
    assert service.most == 2
    assert [entry["event"] for entry in logs].count("turns_not_shared") == 1
