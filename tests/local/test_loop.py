"""The delivery loop as it runs in a server: elected, woken, stopped, and on a disk that fails."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream
from structlog.testing import capture_logs

from engine import delivery
from providers.local import dispatch
from providers.networks.webhook.network import Webhook
from schemas.post import Query
from schemas.status import Status
from tests.local.embedded import WEBHOOK, Embedded, Watch, order, until
from tests.local.passing import pass_time
from tests.local.receiver import Handler, Seen, answers, receiver

pytestmark = pytest.mark.anyio


def real_time() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def hooked(handler: Handler, tmp_path: Path, **courier: Any) -> AsyncGenerator[Embedded]:
    """The engine on real time, with a webhook."""
    async with (
        receiver(handler) as server,
        Embedded(tmp_path, real_time, Webhook(server.url, None, real_time), **courier) as engine,
    ):
        yield engine


async def test_the_loop_delivers_what_comes_in_and_stops_when_told(tmp_path: Path) -> None:
    async with Embedded(tmp_path, real_time) as engine, anyio.create_task_group() as group:
        group.start_soon(engine.courier.run)
        await engine.local.create(order("Now"))
        await until(lambda: engine.landed(1))
        await engine.local.create(order("Soon", scheduled_at=real_time() + timedelta(seconds=0.3)))
        await until(lambda: engine.landed(2))
        group.cancel_scope.cancel()


async def test_a_second_loop_takes_over_when_the_first_ends(tmp_path: Path) -> None:
    async with (
        Embedded(tmp_path, real_time) as first,
        Embedded(tmp_path, real_time) as second,
        anyio.create_task_group() as group,
    ):
        scope = anyio.CancelScope()

        async def reign() -> None:
            with scope:
                await first.courier.run()

        group.start_soon(reign)
        await first.local.create(order("One"))
        await until(lambda: first.landed(1))
        group.start_soon(second.courier.run)
        scope.cancel()
        await second.local.create(order("Two"))
        await until(lambda: first.landed(2))
        group.cancel_scope.cancel()


async def test_of_two_loops_one_works_and_the_other_waits(tmp_path: Path) -> None:
    async with (
        receiver(answers()) as here,
        receiver(answers()) as there,
        Embedded(tmp_path, real_time, Webhook(here.url, None, real_time)) as one,
        Embedded(tmp_path, real_time, Webhook(there.url, None, real_time)) as other,
        anyio.create_task_group() as group,
    ):

        async def all_sent() -> bool:
            return (await one.local.posts(Query(limit=1))).summary == {"published": 20}

        group.start_soon(one.courier.run)
        group.start_soon(other.courier.run)
        for number in range(20):
            await one.local.create(order(f"Post {number}", WEBHOOK))
        await until(all_sent)
        group.cancel_scope.cancel()
    assert sorted((len(here.seen), len(there.seen))) == [0, 20]


async def test_a_delivery_under_way_may_finish_when_the_loop_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, stopped = anyio.Event(), anyio.Event()

    async def slow(_: Seen, stream: ByteStream) -> None:
        arrived.set()
        await stopped.wait()
        await stream.send(b"HTTP/1.1 204 Yes\r\n\r\n")

    # The machine may be slow for longer than a server waits that is asked to stop.
    monkeypatch.setattr(delivery, "GRACE_SECONDS", 60.0)
    async with hooked(slow, tmp_path) as engine:
        receipt = await engine.local.create(order("Hello", WEBHOOK))
        async with anyio.create_task_group() as group:
            group.start_soon(engine.courier.run)
            await arrived.wait()
            group.cancel_scope.cancel()
            stopped.set()
        assert (await engine.local.post(receipt.id)).status is Status.PUBLISHED


async def test_a_delivery_that_does_not_end_is_cut_off_when_the_loop_is_stopped(tmp_path: Path) -> None:
    arrived = anyio.Event()

    async def never(_: Seen, stream: ByteStream) -> None:
        arrived.set()
        await anyio.sleep_forever()

    async with hooked(never, tmp_path) as engine:
        receipt = await engine.local.create(order("Hello", WEBHOOK))
        async with anyio.create_task_group() as group:
            group.start_soon(engine.courier.run)
            await arrived.wait()
            group.cancel_scope.cancel()
        assert (await engine.local.post(receipt.id)).status is Status.PUBLISHING


async def test_a_long_delivery_keeps_its_lease(tmp_path: Path, watch: Watch) -> None:
    lease = timedelta(seconds=30)

    async def slow(_: Seen, stream: ByteStream) -> None:
        for _third in range(4):
            ends = watch.now + lease
            assert await engine.database.read(dispatch.next_lapse) == ends
            watch.advance(seconds=10)
            pass_time(10)
            await until(partial(renewed, ends))
        await stream.send(b"HTTP/1.1 204 Yes\r\n\r\n")

    async def renewed(ends: datetime) -> bool:
        return await engine.database.read(dispatch.next_lapse) != ends

    async def ended() -> bool:
        return (await engine.local.post(receipt.id)).status.terminal

    async with (
        receiver(slow) as server,
        Embedded(tmp_path, watch, Webhook(server.url, None, watch, seconds=600), lease=lease) as engine,
        anyio.create_task_group() as group,
    ):
        receipt = await engine.local.create(order("Hello", WEBHOOK))
        group.start_soon(engine.courier.run)
        await until(ended)
        group.cancel_scope.cancel()
        assert (await engine.local.post(receipt.id)).status is Status.PUBLISHED


async def test_the_loop_outlives_a_database_that_cannot_be_used(tmp_path: Path) -> None:
    async with Embedded(tmp_path, real_time) as engine, anyio.create_task_group() as group:
        await engine.local.create(order("One"))
        spoiler = sqlite3.connect(tmp_path / "postwright.db", isolation_level=None)
        spoiler.execute("ALTER TABLE delivery RENAME TO hidden")

        async def failed() -> bool:
            return {entry["event"] for entry in logged} == {"delivery_round_failed"}

        with capture_logs() as logged:
            group.start_soon(engine.courier.run)
            await until(failed)
        spoiler.execute("ALTER TABLE hidden RENAME TO delivery")
        spoiler.close()
        await until(lambda: engine.landed(1))
        group.cancel_scope.cancel()


async def test_an_outcome_that_cannot_be_written_at_once_is_written_later(tmp_path: Path) -> None:
    async def hide(_: Seen, stream: ByteStream) -> None:
        spoiler.execute("ALTER TABLE delivery RENAME TO hidden")
        await stream.send(b"HTTP/1.1 204 Yes\r\n\r\n")

    async def stuck() -> bool:
        return "outcome_not_written" in {entry["event"] for entry in logged}

    async with hooked(hide, tmp_path) as engine, anyio.create_task_group() as group:
        receipt = await engine.local.create(order("Hello", WEBHOOK))
        spoiler = sqlite3.connect(tmp_path / "postwright.db", isolation_level=None)
        with capture_logs() as logged:
            group.start_soon(engine.courier.step)
            await until(stuck)
        spoiler.execute("ALTER TABLE hidden RENAME TO delivery")
        spoiler.close()

        async def published() -> bool:
            return (await engine.local.post(receipt.id)).status is Status.PUBLISHED

        await until(published)
