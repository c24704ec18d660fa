"""Deliveries round by round: when they go out, and what happens to what was left lying."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest

from engine.courier import Courier
from providers.local import dispatch
from providers.local.dispatch import Claim, Terms
from providers.local.state import State, Verdict
from providers.networks.kind import Pace
from providers.networks.network import Parcel, Published, Window
from providers.networks.webhook.network import Webhook
from providers.store import Connection
from schemas.account import Account
from schemas.post import Delivery, Query
from schemas.status import Status
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, Watch, order
from tests.local.receiver import answers, receiver
from tests.local.stand_in import StandIn

pytestmark = pytest.mark.anyio

LATE, LEASE = timedelta(hours=1), timedelta(seconds=60)
TERMS = Terms(LATE, LEASE, Pace())


async def delivery_of(engine: Embedded, post_id: str) -> Delivery:
    return (await engine.local.post(post_id)).deliveries[0]


async def claimed(engine: Embedded, watch: Watch, account: Account = OUTBOX) -> Claim:
    """Take a due delivery up, as a process does that then dies."""
    claim = await engine.database.write(partial(dispatch.take, account=account.id, now=watch.now, terms=TERMS))
    assert isinstance(claim, Claim)
    return claim


async def intended(engine: Embedded, watch: Watch, account: Account = OUTBOX) -> Claim:
    """Take a due delivery up and record the intent to send it, as a process does that then dies."""
    claim = await claimed(engine, watch, account)
    assert await engine.database.write(partial(dispatch.intend, claim=claim, until=watch.now + LEASE))
    return claim


async def test_a_scheduled_post_waits_for_its_time(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order(scheduled_at=watch.now + timedelta(hours=3)))
    watch.advance(hours=3, microseconds=-1)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.SCHEDULED
    assert embedded.files == []
    watch.advance(microseconds=1)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHED
    assert len(embedded.files) == 1


@pytest.mark.parametrize(("minutes", "status"), [(60, Status.PUBLISHED), (61, Status.MISSED)])
async def test_what_was_due_while_nothing_ran_goes_out_only_if_it_is_not_too_late(
    embedded: Embedded, watch: Watch, minutes: int, status: Status
) -> None:
    receipt = await embedded.local.create(order(scheduled_at=watch.now + timedelta(hours=1)))
    watch.advance(hours=1, minutes=minutes)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is status


async def test_a_missed_post_says_what_happened(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order(scheduled_at=watch.now + timedelta(hours=1)))
    watch.advance(hours=4)
    await embedded.courier.step()
    missed = await delivery_of(embedded, receipt.id)
    assert (missed.status, missed.retry, embedded.files) == (Status.MISSED, True, [])
    assert missed.error == (
        "Nothing was sent: this was due at 2026-11-24T10:00:00Z (3 h ago), no running server could send it then,"
        " and it may be at most 1 h late."
    )


async def test_how_late_is_too_late_can_be_set(tmp_path: Path, watch: Watch) -> None:
    async with Embedded(tmp_path, watch, max_lateness=timedelta(days=2)) as engine:
        receipt = await engine.local.create(order())
        watch.advance(days=1)
        await engine.courier.step()
        assert (await engine.local.post(receipt.id)).status is Status.PUBLISHED


async def test_a_post_for_a_network_that_is_gone_is_missed_and_not_forgotten(tmp_path: Path, watch: Watch) -> None:
    async with Embedded(tmp_path, watch, Webhook("http://127.0.0.1:9/", None, watch)) as engine:
        receipt = await engine.local.create(order("Hello", WEBHOOK, scheduled_at=watch.now + timedelta(hours=1)))
    watch.advance(hours=3)
    async with Embedded(tmp_path, watch) as engine:
        await engine.courier.step()
        assert (await engine.local.post(receipt.id)).status is Status.MISSED


async def test_what_was_only_leased_goes_out_when_the_lease_is_over(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order())
    await claimed(embedded, watch)
    await embedded.courier.step()
    assert (await delivery_of(embedded, receipt.id)).provider_status == "leased"
    watch.advance(seconds=60)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHED


async def test_what_was_only_leased_is_missed_when_nobody_came_back_for_long(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order())
    await claimed(embedded, watch)
    watch.advance(hours=6)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.MISSED


async def test_what_was_being_sent_is_sent_again_where_that_is_harmless(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order())
    await intended(embedded, watch)
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHING
    watch.advance(seconds=60)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.QUEUED
    watch.advance(seconds=1)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHED
    assert len(embedded.files) == 1


async def test_what_was_being_sent_elsewhere_is_unknown_and_not_sent_again(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers()) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        receipt = await engine.local.create(order("Hello", WEBHOOK))
        await intended(engine, watch, WEBHOOK)
        for _ in range(3):
            watch.advance(minutes=10)
            await engine.courier.step()
        left = await delivery_of(engine, receipt.id)
    assert (left.status, server.seen) == (Status.UNKNOWN, [])
    assert "not sent again" in (left.error or "")


async def test_a_delivery_that_kills_its_process_every_time_is_given_up(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order())
    for _ in range(8):
        await intended(embedded, watch)
        watch.advance(seconds=60)
        await embedded.courier.step()
        watch.advance(seconds=1)
    given_up = await delivery_of(embedded, receipt.id)
    assert (given_up.status, given_up.retry) == (Status.FAILED, True)


async def test_an_old_holder_changes_nothing(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order())
    old = await intended(embedded, watch)
    watch.advance(seconds=60)
    await embedded.courier.step()
    watch.advance(seconds=1)
    new = await intended(embedded, watch)
    late = Verdict(State.FAILED, error="too late", retry=False)
    assert not await embedded.database.write(partial(dispatch.conclude, claim=old, verdict=late, now=watch.now))
    assert not await embedded.database.write(partial(dispatch.intend, claim=old, until=watch.now + LEASE))
    await embedded.database.write(partial(dispatch.renew, claim=old, until=watch.now + timedelta(days=1)))
    assert await embedded.database.read(dispatch.next_lapse) == watch.now + LEASE
    published = Verdict(State.PUBLISHED, published=Published("file:///x"), published_at=watch.now)
    assert await embedded.database.write(partial(dispatch.conclude, claim=new, verdict=published, now=watch.now))
    assert (await embedded.local.post(receipt.id)).status is Status.PUBLISHED


async def test_deliveries_of_an_account_go_out_in_order(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers()) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        for number in range(9):
            await engine.local.create(order(f"Part {number}", WEBHOOK))
        await engine.courier.step()
    assert [f"Part {number}".encode() in seen.body for number, seen in enumerate(server.seen)] == [True] * 9


async def test_many_couriers_on_one_file_deliver_each_post_once(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers()) as server:
        hooks = [Webhook(server.url, None, watch) for _ in range(4)]
        async with (
            Embedded(tmp_path, watch, hooks[0]) as one,
            Embedded(tmp_path, watch, hooks[1]) as two,
            Embedded(tmp_path, watch, hooks[2]) as three,
            Embedded(tmp_path, watch, hooks[3]) as four,
        ):
            for number in range(12):
                await one.local.create(order(f"Post {number}", OUTBOX, WEBHOOK))
            async with anyio.create_task_group() as group:
                for engine in (one, two, three, four):
                    group.start_soon(engine.courier.step)
            page = (await two.local.posts(Query(limit=50))).posts
            files = one.files
    assert {post.status for post in page} == {Status.PUBLISHED}
    assert len({seen.headers["webhook-id"] for seen in server.seen}) == len(server.seen) == len(files) == 12


async def test_a_process_that_lost_its_delivery_before_it_wrote_the_intent_sends_nothing(
    tmp_path: Path, watch: Watch
) -> None:
    def slow() -> datetime:
        """Tell the time; while that is looked up, another process takes over what this one has claimed."""
        other = sqlite3.connect(tmp_path / "postwright.db", isolation_level=None)
        other.execute("UPDATE delivery SET fence = 7 WHERE state = 'leased'")
        other.close()
        return watch.now

    async with receiver(answers()) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        await engine.local.create(order("Hello", WEBHOOK))
        courier = Courier(
            engine.database, slow, engine.roster, tmp_path / "courier.lock", max_lateness=LATE, lease=LEASE
        )
        await courier.step()
        assert (await claims(engine)) == [("leased", 7)]
    assert server.seen == []


async def claims(engine: Embedded) -> list[tuple[str, int]]:
    rows = await engine.database.read(lambda c: c.execute("SELECT state, fence FROM delivery").fetchall())
    return [(row["state"], row["fence"]) for row in rows]


async def stumble(parcel: Parcel, window: Window) -> Published:
    raise ZeroDivisionError


@pytest.mark.parametrize(("exact", "status"), [(True, Status.QUEUED), (False, Status.UNKNOWN)])
async def test_a_bug_in_a_network_is_a_doubt(tmp_path: Path, watch: Watch, exact: bool, status: Status) -> None:
    async with Embedded(tmp_path, watch, StandIn(WEBHOOK, stumble, exact=exact), spread=1.0) as engine:
        receipt = await engine.local.create(order("Hello", OUTBOX, WEBHOOK))
        await engine.courier.step()
        post = await engine.local.post(receipt.id)
    assert [delivery.status for delivery in post.deliveries] == [Status.PUBLISHED, status]


async def test_a_tick_costs_the_same_however_many_posts_lie_ahead(embedded: Embedded, watch: Watch) -> None:
    def pile_up(connection: Connection, count: int) -> None:
        later = dispatch.stamp(watch.now + timedelta(days=30))
        ids = [(f"pst_{count}_{n}",) for n in range(count)]
        connection.executemany(
            "INSERT INTO post (id, key, status, caption, created_at) VALUES (?1, ?1, 'scheduled', 'Later', 0)", ids
        )
        connection.executemany(
            "INSERT INTO delivery (id, post_id, account, platform, state, wake_at)"
            f" VALUES (?1, ?1, 'local:outbox', 'outbox', 'scheduled', {later})",
            ids,
        )

    async def steps() -> int:
        """Count the database's own instructions in one tick that has nothing to do."""
        count = 0

        def watched(connection: Connection, by: Callable[[], None] | None, every: int) -> None:
            assert isinstance(connection, sqlite3.Connection)
            connection.set_progress_handler(by, every)

        def tick() -> None:
            nonlocal count
            count += 1

        await embedded.database.read(lambda connection: watched(connection, tick, 1))
        await embedded.courier.step()
        await embedded.database.read(lambda connection: watched(connection, None, 0))
        return count

    await embedded.database.write(partial(pile_up, count=100))
    few = await steps()
    await embedded.database.write(partial(pile_up, count=30_000))
    many = await steps()
    assert 0 < many <= few + 10
