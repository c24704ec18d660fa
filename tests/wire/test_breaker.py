"""A service that keeps failing is left alone, by all processes of a home alike, until one request finds it well."""

import socket
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest
import structlog
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.clock import utc_now
from providers.breaker import BREAKER_MIGRATIONS, Breaker
from providers.database import Database
from providers.protocol import Failure
from providers.wire import Wire
from sandbox.serve import running
from schemas.errors import ErrorCode
from tests.desk import TRIES, Agent, Body, Service, agent
from tests.postpost.desk import Host
from tests.wire.desk import GENVIRAL, HOUSES, House, moving

pytestmark = pytest.mark.anyio

MOST = 5
AGAIN: Body = {**GENVIRAL.post, "allow_duplicate": True}


@dataclass(frozen=True, slots=True)
class Two:
    """Two postwrights with one home, a clock that can be set on, and the service that they share."""

    house: House
    home: Path
    one: Agent
    other: Agent
    service: Service
    move: Callable[[float], None]

    async def down(self, fault: str = "status:500") -> None:
        await self.service.fault(fault, self.house.listing, "GET", times=999)

    async def up(self) -> None:
        (await self.service.http.delete(f"{self.service.url}/_sandbox/faults")).raise_for_status()

    async def reads(self) -> int:
        return await self.service.requests("GET", self.house.listing)

    async def opened(self) -> None:
        """Let the breaker open."""
        await self.down()
        for caller in (self.one, self.other):
            assert not (await caller.call("list_posts"))["ok"]
        assert await self.reads() == MOST


@asynccontextmanager
async def two(home: Path, house: House = GENVIRAL, *, listed: bool = True, **settings: str) -> AsyncGenerator[Two]:
    clock, move = moving()
    given = {"BREAKER_FAILURES": str(MOST), **settings}
    async with (
        house.serving() as service,
        house.agent(service, home, clock, listed=listed, **given) as one,
        house.agent(service, home, clock, listed=listed, **given) as other,
    ):
        yield Two(house, home, one, other, service, move)


@dataclass
class Gate:
    """Genviral behind a gate at which those who list posts wait while it is shut."""

    service: ASGIApp = field(default_factory=GENVIRAL.app)
    open: anyio.Event = field(default_factory=anyio.Event)
    before: int = 0

    @property
    def house(self) -> House:
        return replace(GENVIRAL, app=lambda: self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"].rpartition("/")[2]) == ("GET", "posts") and not self.open.is_set():
            self.before += 1
            await self.open.wait()
        await self.service(scope, receive, send)


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(100):
        while not condition():  # noqa: ASYNC110  (those who call set no event)
            await anyio.sleep(0.02)


def paused(body: Body) -> bool:
    return body.get("error_code") == "provider_paused"


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
async def test_failures_of_two_processes_together_open_it_for_both(tmp_path: Path, house: House) -> None:
    async with two(tmp_path, house) as pair:
        await pair.opened()
        for caller in (pair.one, pair.other):
            calls: list[tuple[str, Body]] = [("list_posts", {}), ("create_post", house.post)]
            for tool, arguments in calls:
                body = await caller.call(tool, **arguments)
                told = (body["code"], body["error_code"], body["outcome"])
                assert told == (503, "provider_paused", "nothing_sent")
                assert (body["retry"]["decision"], body["retry"]["who"]) == ("wait_then_retry", "nobody")
                assert 10 < body["retry"]["after_seconds"] <= 15
        assert (await pair.reads(), await pair.service.requests("POST", house.create)) == (MOST, 0)


async def test_the_call_that_opens_it_tells_what_it_met(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        await pair.down("drop_before")
        first, second = await pair.one.call("list_posts"), await pair.other.call("list_posts")
        assert (first["error_code"], f"(tried {TRIES} times)" in first["message"]) == ("unexpected_answer", True)
        assert (second["error_code"], f"(tried {MOST - TRIES} times)" in second["message"]) == (
            "unexpected_answer",
            True,
        )


async def test_when_its_time_is_over_one_of_many_calls_looks_and_closes_it_for_all(tmp_path: Path) -> None:
    gate = Gate()
    gate.open.set()
    async with two(tmp_path, gate.house) as pair:
        await pair.opened()
        await pair.up()
        gate.open = anyio.Event()
        pair.move(16)
        said: list[Body] = []

        async def look(caller: Agent) -> None:
            said.append(await caller.call("list_posts"))

        async with anyio.create_task_group() as group:
            for caller in (pair.one, pair.other) * 6:
                group.start_soon(look, caller)
            await until(lambda: len(said) == 11)
            gate.open.set()
        assert (await pair.reads(), sum(body["ok"] for body in said), sum(map(paused, said))) == (MOST + 1, 1, 11)
        for caller in (pair.one, pair.other):
            assert (await caller.call("list_posts"))["ok"]
            assert (await caller.call("create_post", **AGAIN))["ok"]


async def asked(pair: Two) -> int:
    return await pair.reads() + await pair.service.requests("GET", "/accounts")


async def test_each_look_that_fails_doubles_the_pause_up_to_five_minutes(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        await pair.opened()
        # Accounts are read again after five minutes, and would be the request that finds the service well.
        await pair.service.fault("status:500", "/accounts", "GET", times=999)
        pauses = [round((await pair.one.call("list_posts"))["retry"]["after_seconds"])]
        for _ in range(6):
            pair.move(pauses[-1] + 1)
            before = await asked(pair)
            assert not (await pair.one.call("list_posts"))["ok"]
            assert await asked(pair) == before + 1
            pauses.append(round((await pair.other.call("list_posts"))["retry"]["after_seconds"]))
        assert pauses == pytest.approx([15, 30, 60, 120, 240, 300, 300], abs=1)
        await pair.up()
        pair.move(301)
        assert (await pair.other.call("list_posts"))["ok"]
        assert (await pair.one.call("list_posts"))["ok"]


@pytest.mark.parametrize("fault", ["status:429", "status:400:invalid_since", "status:404", "status:401:invalid_token"])
async def test_a_service_that_refuses_is_not_down(tmp_path: Path, fault: str) -> None:
    async with two(tmp_path) as pair:
        await pair.down(fault)
        for _ in range(MOST + 3):
            assert not paused(await pair.one.call("list_posts"))
        assert await pair.reads() == MOST + 3


@pytest.mark.parametrize("fault", ["drop_before", "drop_before:eof", "html_500", "status:503", "slow:60"])
async def test_whatever_shows_that_it_is_down_counts(tmp_path: Path, fault: str) -> None:
    # With so little time the accounts may not be told either: they are not asked for before, and never told.
    hasty = fault.startswith("slow")
    async with two(tmp_path, listed=not hasty, SEND_TIMEOUT="0.3" if hasty else "30") as pair:
        await pair.down(fault)
        if hasty:
            await pair.service.fault(fault, "/accounts", "GET", times=999)
        for caller in (pair.one, pair.other):
            await caller.call("list_posts")
        assert paused(await pair.one.call("list_posts"))


async def test_what_was_under_way_when_it_opened_does_not_lengthen_its_pause(tmp_path: Path) -> None:
    gate = Gate()
    async with two(tmp_path, gate.house, GENVIRAL_CONCURRENCY="9") as pair:
        await pair.down()
        async with anyio.create_task_group() as group:
            for caller in (pair.one, pair.other) * 4:
                group.start_soon(caller.call, "list_posts")
            await until(lambda: gate.before == 8)
            gate.open.set()
        assert await pair.reads() >= 8 > MOST
        assert (await pair.one.call("list_posts"))["retry"]["after_seconds"] <= 15


async def test_a_service_that_is_gone_is_not_knocked_at_for_ever(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # it listens to nobody, and nobody else gets the port
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        # The same home, but another server: what is known of one says nothing of the other.
        async with (
            two(tmp_path) as pair,
            agent(tmp_path, utc_now, **GENVIRAL.settings(url), BREAKER_FAILURES="5") as lonely,
        ):
            told = [(await lonely.call("list_posts"))["error_code"] for _ in range(3)]
            assert told == ["provider_unreachable", "provider_unreachable", "provider_paused"]
            assert (await pair.one.call("list_posts"))["ok"]


async def test_failures_that_a_success_parts_do_not_add_up(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        for caller in (pair.one, pair.other, pair.one, pair.other):
            await pair.service.fault("status:500", "/posts", "GET", times=TRIES - 1)
            assert (await caller.call("list_posts"))["ok"]


async def test_a_clock_that_is_set_back_does_not_keep_it_open(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        await pair.opened()
        pair.move(-3600)
        assert not paused(await pair.one.call("list_posts"))
        assert await pair.reads() > MOST


async def test_a_look_that_is_called_off_leaves_its_place_to_the_next(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        await pair.opened()
        await pair.up()
        await pair.service.fault("slow:60", "/posts", "GET")
        pair.move(16)
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: pair.one.call("list_posts"))
            with anyio.fail_after(100):
                while await pair.reads() == MOST:  # noqa: ASYNC110  (another server sets no event)
                    await anyio.sleep(0.02)
            assert paused(await pair.other.call("list_posts"))
            group.cancel_scope.cancel()
        with anyio.fail_after(100):
            while paused(await pair.other.call("list_posts")):  # noqa: ASYNC110  (as above)
                await anyio.sleep(0.02)


async def test_a_success_as_usual_writes_nothing_and_waits_for_no_writer(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        with closing(sqlite3.connect(tmp_path / "postwright.db", isolation_level=None, timeout=60)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with structlog.testing.capture_logs() as logs:
                assert (await pair.one.call("list_posts"))["ok"]
    assert "breaker_unusable" not in [entry["event"] for entry in logs]


async def test_a_database_that_cannot_be_used_stops_no_request(tmp_path: Path) -> None:
    async with two(tmp_path) as pair:
        with closing(sqlite3.connect(tmp_path / "postwright.db", timeout=60)) as vandal:
            vandal.execute("DROP TABLE breaker")
        assert (await pair.one.call("list_posts"))["ok"]
        await pair.down()
        for _ in range(3):
            assert (await pair.one.call("list_posts"))["error_code"] == "provider_error"
        assert await pair.reads() == 1 + 3 * TRIES


async def test_it_can_be_turned_off(tmp_path: Path) -> None:
    async with two(tmp_path, BREAKER_FAILURES="0") as pair:
        await pair.down()
        for _ in range(4):
            assert (await pair.one.call("list_posts"))["error_code"] == "provider_error"
        assert await pair.reads() == 4 * TRIES


async def test_a_service_that_hangs_longer_than_anybody_waits_is_down_too(tmp_path: Path) -> None:
    # Whoever looks accounts up gives up before the request does.
    clock, _ = moving()
    database = Database(tmp_path / "postwright.db", {"wire": BREAKER_MIGRATIONS})
    breaker = Breaker(database, clock, "service", most=MOST, probe_seconds=40.0)
    host = Host()
    async with running(host) as url:
        wire = Wire(
            url, SecretStr("x" * 8), clock, timeout=30.0, concurrency=3, user_agent="postwright/test", breaker=breaker
        )
        await wire.send("GET", "/1.jpg")
        with pytest.raises(Failure) as caught:
            await asked_in_vain(wire)
        assert (caught.value.code, caught.value.doubt) == (ErrorCode.PROVIDER_PAUSED, False)
        assert host.asked.count("/never.jpg") <= MOST
        await wire.aclose()
    await database.aclose()


async def asked_in_vain(wire: Wire) -> None:
    """Give up on what never answers, over and over: who does so before anything was sent has learned nothing."""
    for _ in range(20 * MOST):
        with anyio.move_on_after(0.5):
            await wire.send("GET", "/never.jpg")
