"""What keeps an account from being posted to: its pace, a wait that its network asks for, a server that fails."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from providers.networks.kind import Pace
from providers.networks.network import Parcel, Published, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.status import Status
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, Watch, order
from tests.local.stand_in import StandIn

pytestmark = pytest.mark.anyio

#: What a network does with a post that comes as the so many-th.
Answer = Callable[[int], Failure | None]


def taking(sent: list[str], answer: Answer) -> Callable[[Parcel, Window], Awaitable[Published]]:
    """Write down every try, and answer it."""

    async def publish(parcel: Parcel, window: Window) -> Published:
        sent.append(parcel.caption)
        failure = answer(len(sent))
        if failure is not None:
            raise failure
        return Published()

    return publish


def down(_: int) -> Failure:
    return Failure(ErrorCode.PROVIDER_UNREACHABLE, "Not there.")


async def test_an_account_is_posted_to_at_its_pace_after_a_first_burst(tmp_path: Path, watch: Watch) -> None:
    sent: list[str] = []
    place = StandIn(WEBHOOK, taking(sent, lambda _: None))
    paces = {WEBHOOK.platform: Pace(every=timedelta(seconds=10), burst=2)}
    async with Embedded(tmp_path, watch, place, paces=paces) as engine:
        for number in range(5):
            await engine.local.create(order(f"Part {number}", WEBHOOK))
        counts: list[int] = []
        for seconds in (0, 9, 1, 9, 1, 30):
            watch.advance(seconds=seconds)
            await engine.courier.step()
            counts.append(len(sent))
    assert counts == [2, 2, 3, 3, 4, 5]
    assert sent == [f"Part {number}" for number in range(5)]


async def test_the_pace_of_an_account_is_one_over_all_processes(tmp_path: Path, watch: Watch) -> None:
    sent: list[str] = []
    paces = {WEBHOOK.platform: Pace(every=timedelta(seconds=10))}
    places = [StandIn(WEBHOOK, taking(sent, lambda _: None)) for _ in range(2)]
    async with (
        Embedded(tmp_path, watch, places[0], paces=paces) as one,
        Embedded(tmp_path, watch, places[1], paces=paces) as other,
    ):
        for number in range(2):
            await one.local.create(order(f"Part {number}", WEBHOOK))
        await one.courier.step()
        await other.courier.step()
        assert sent == ["Part 0"]
        watch.advance(seconds=10)
        await other.courier.step()
    assert sent == ["Part 0", "Part 1"]


async def test_a_network_that_asks_for_a_wait_gets_it_for_the_whole_account_and_nobody_else_waits(
    tmp_path: Path, watch: Watch
) -> None:
    sent: list[str] = []
    later = Failure(ErrorCode.RATE_LIMITED, "Later.", after_seconds=60)
    place = StandIn(WEBHOOK, taking(sent, lambda count: later if count == 1 else None))
    async with Embedded(tmp_path, watch, place) as engine:
        first = await engine.local.create(order("First", WEBHOOK))
        await engine.local.create(order("Second", WEBHOOK))
        beside = await engine.local.create(order("Beside", OUTBOX))
        await engine.courier.step()
        watch.advance(seconds=59)
        await engine.courier.step()
        assert sent == ["First"]
        assert (await engine.local.post(first.id)).status is Status.QUEUED
        assert (await engine.local.post(beside.id)).status is Status.PUBLISHED
        watch.advance(seconds=1)
        await engine.courier.step()
    assert sent == ["First", "First", "Second"]


async def test_an_account_whose_server_fails_again_and_again_is_left_alone_for_a_while(
    tmp_path: Path, watch: Watch
) -> None:
    sent: list[str] = []
    working = False
    place = StandIn(WEBHOOK, taking(sent, lambda count: None if working else down(count)))
    async with Embedded(tmp_path, watch, place) as engine:
        await engine.local.create(order("First", WEBHOOK))
        await engine.local.create(order("Second", WEBHOOK))
        for _ in range(5):
            await engine.courier.step()
            watch.advance(seconds=1)
        assert len(sent) == 5
        watch.advance(seconds=13)
        await engine.courier.step()
        assert len(sent) == 5  # a try was due each second; the account is closed for 15
        watch.advance(seconds=1)
        await engine.courier.step()
        assert len(sent) == 6
        watch.advance(seconds=29)
        await engine.courier.step()
        assert len(sent) == 6  # each further failure doubles it
        watch.advance(seconds=1)
        working = True
        await engine.courier.step()
    assert sent[6:] == ["First", "Second"]


async def test_a_wait_that_was_asked_for_outlives_the_post_that_was_refused(tmp_path: Path, watch: Watch) -> None:
    sent: list[str] = []
    later = Failure(ErrorCode.RATE_LIMITED, "Later.", after_seconds=60)
    place = StandIn(WEBHOOK, taking(sent, lambda count: later if count == 1 else None))
    async with Embedded(tmp_path, watch, place) as engine:
        first = await engine.local.create(order("First", WEBHOOK))
        await engine.local.create(order("Second", WEBHOOK))
        await engine.courier.step()
        await engine.local.delete(await engine.local.post(first.id))
        watch.advance(seconds=59)
        await engine.courier.step()
        assert sent == ["First"]
        watch.advance(seconds=1)
        await engine.courier.step()
    assert sent == ["First", "Second"]


async def test_a_server_that_works_in_between_is_not_left_alone(tmp_path: Path, watch: Watch) -> None:
    sent: list[str] = []
    place = StandIn(WEBHOOK, taking(sent, lambda count: None if count == 5 else down(count)))
    async with Embedded(tmp_path, watch, place) as engine:
        await engine.local.create(order("First", WEBHOOK))
        await engine.local.create(order("Second", WEBHOOK))
        for _ in range(8):
            await engine.courier.step()
            watch.advance(seconds=1)
    assert sent == ["First"] * 5 + ["Second"] * 4


async def test_what_waits_for_another_try_keeps_its_place_in_the_line(tmp_path: Path, watch: Watch) -> None:
    sent: list[str] = []
    place = StandIn(WEBHOOK, taking(sent, lambda count: down(count) if count == 1 else None))
    async with Embedded(tmp_path, watch, place, spread=1.0) as engine:
        await engine.local.create(order("First", WEBHOOK))
        await engine.local.create(order("Second", WEBHOOK))
        await engine.courier.step()
        assert sent == ["First"]
        watch.advance(seconds=2)
        await engine.courier.step()
    assert sent == ["First", "First", "Second"]


async def test_a_post_missed_while_its_account_was_closed_says_so_and_one_due_later_does_not(
    tmp_path: Path, watch: Watch
) -> None:
    later = Failure(ErrorCode.RATE_LIMITED, "Come back in a while.", after_seconds=300)
    place = StandIn(WEBHOOK, taking([], lambda count: later if count == 1 else None))
    async with Embedded(tmp_path, watch, place, max_lateness=timedelta(seconds=120)) as engine:
        await engine.local.create(order("Refused", WEBHOOK))
        closed = await engine.local.create(order("Behind it", WEBHOOK))
        opened = await engine.local.create(order("Later", WEBHOOK, scheduled_at=watch.now + timedelta(hours=1)))
        await engine.courier.step()
        watch.advance(hours=2)
        await engine.courier.step()
        assert "its account was closed (Come back in a while)" in await error_of(engine, closed.id)
        assert "no running server could send it then" in await error_of(engine, opened.id)


async def error_of(engine: Embedded, post_id: str) -> str:
    [delivery] = (await engine.local.post(post_id)).deliveries
    return delivery.error or ""
