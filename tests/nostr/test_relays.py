"""What the network itself promises beyond a post that goes well: to find, to take back, and to doubt."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from engine.clock import utc_now
from providers.networks.network import Parcel, Window
from providers.networks.nostr.network import Nostr
from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.local.networked import means
from tests.local.passing import pass_time
from tests.nostr.reading import author, events, login
from tests.peers.between import Between, between

pytestmark = pytest.mark.anyio

HERE = means(Path())


def parcel(caption: str = "Hello", due_at: datetime | None = None) -> Parcel:
    return Parcel("dlv_1", "pst_1", "local:nostr", caption, None, due_at or utc_now())


@asynccontextmanager
async def over(link: Between, seconds: float) -> AsyncGenerator[None]:
    """Let so much time pass in the block, at once, as soon as an answer was withheld."""

    async def wait() -> None:
        await link.happened.wait()
        pass_time(seconds)

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        yield


async def test_a_note_is_found_where_it_is_and_nowhere_else(relay: str) -> None:
    network, sent = Nostr(await login(relay), HERE), parcel()
    assert await network.find(sent) is None
    published = await (await network.prepare(sent))(Window(utc_now, 60))
    assert await network.find(sent) == published
    assert await network.find(replace(sent, caption="Hello!")) is None


async def test_a_note_that_is_taken_back_is_gone_from_the_relay(relay: str) -> None:
    network, sent = Nostr(await login(relay), HERE), parcel()
    published = await (await network.prepare(sent))(Window(utc_now, 60))
    await network.take_back(published.remote_id or "")
    assert await events(relay, ids=[published.remote_id]) == []


async def test_a_note_is_not_taken_back_as_long_as_one_relay_says_nothing(relay: str) -> None:
    async with between(relay) as link:
        network, sent = Nostr(await login(relay, link.url), HERE, seconds=60), parcel()
        published = await (await network.prepare(sent))(Window(utc_now, 60))
        link.loses, link.holds = lambda asked, answered: b'["OK"' in answered, True
        async with over(link, 61):
            with pytest.raises(Failure, match="Not every relay took the deletion") as failed:
                await network.take_back(published.remote_id or "")
    assert failed.value.doubt
    assert f"{link.url} did not answer" in failed.value.message


async def test_silence_is_neither_success_nor_failure(relay: str) -> None:
    async with between(relay) as link:
        network = Nostr(await login(link.url), HERE, seconds=60)
        link.loses, link.holds = lambda asked, answered: b'["OK"' in answered, True
        async with over(link, 61):
            with pytest.raises(Failure) as failed:
                await (await network.prepare(parcel()))(Window(utc_now, 60))
    assert (failed.value.code, failed.value.doubt) == (ErrorCode.PROVIDER_TIMEOUT, True)


async def test_a_relay_that_says_nothing_does_not_hold_up_a_note_that_another_took(relay: str) -> None:
    async with between(relay) as link:
        # A day, which the test does not get: what is held up by a relay's silence ends at the test's own time-out.
        network = Nostr(await login(link.url, relay), HERE, seconds=86_400)
        link.loses, link.holds = lambda asked, answered: b'["OK"' in answered, True
        published = await (await network.prepare(parcel()))(Window(utc_now, 60))
    assert published.remote_id


async def test_nothing_leaves_after_the_window_has_closed(relay: str) -> None:
    mine = await login(relay)
    network, now = Nostr(mine, HERE), utc_now()
    step = await network.prepare(parcel())
    window = Window(lambda: now)
    now += timedelta(minutes=1)
    with pytest.raises(Failure, match="nothing was sent") as failed:
        await step(window)
    assert (failed.value.code, failed.value.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)
    assert await events(relay, kinds=[1], authors=[author(mine)]) == []


async def test_a_clock_that_runs_ahead_is_named_as_the_reason(relay: str) -> None:
    network = Nostr(await login(relay), HERE)
    with pytest.raises(Failure, match="is in the future") as failed:
        await (await network.prepare(parcel(due_at=datetime.now(UTC) + timedelta(hours=3))))(Window(utc_now, 60))
    assert failed.value.code is ErrorCode.MISCONFIGURED
    assert "clock" in (failed.value.advice or "")


async def test_relays_that_cannot_be_asked_leave_a_post_unfound(relay: str) -> None:
    async with between(relay) as link:
        network = Nostr(await login(link.url), HERE)
    for ask in (network.find(parcel()), network.greet()):
        with pytest.raises(Failure, match="could not be reached"):
            await ask
