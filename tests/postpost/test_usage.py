"""What PostPost tells of its plan without being asked too much: what waits, and honestly no more."""

from pathlib import Path

import pytest

from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.desk import TRIES
from tests.postpost.desk import LINKEDIN, X
from tests.postpost.verbs import Desk, desk

pytestmark = pytest.mark.anyio

FRIDAY = "2031-07-04T09:00:00.000Z"


async def waiting(here: Desk, *accounts: str, times: int = 1) -> None:
    platforms = [account.removeprefix("postpost:") for account in accounts]
    for _ in range(times):
        await here.service.made_elsewhere(content="Later", platforms=platforms, scheduledTime=FRIDAY)


async def test_what_waits_is_counted_for_each_account(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await waiting(here, LINKEDIN, X)
        await waiting(here, LINKEDIN, times=2)
        await here.service.made_elsewhere(content="A draft", platforms=["linkedin-Tz9W5i6ZYG"])
        found = await here.provider.usage()
        assert {limit.metric: limit.used for limit in found.limits} == {
            f"posts.scheduled_active {LINKEDIN}": 3,
            f"posts.scheduled_active {X}": 1,
        }
        assert {(limit.limit, limit.remaining, limit.resets_at) for limit in found.limits} == {(None, None, None)}
        assert found.plan is None
        assert "only in the error when a limit is met" in found.notes[0]
        assert len(found.notes) == 2


async def test_where_nothing_waits_that_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        [limit] = (await here.provider.usage()).limits
        assert (limit.metric, limit.used) == ("posts.scheduled_active", 0)


async def test_more_than_a_page_is_said_to_be_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.service.limits(queued_posts=None, monthly_posts=None)
        await waiting(here, LINKEDIN, times=101)
        found = await here.provider.usage()
        assert [limit.used for limit in found.limits] == [100]
        assert found.notes[-1].startswith("More than 100 posts wait")


async def test_a_service_that_cannot_be_asked_is_a_failure(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.service.fault("status:500:list_failed", "/list-posts", "GET", times=TRIES)
        with pytest.raises(Failure) as raised:
            await here.provider.usage()
        assert raised.value.code is ErrorCode.PROVIDER_ERROR
