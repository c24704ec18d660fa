"""What Genviral tells of its plan: credits with their reset, and whatever keeps posts from going out."""

from pathlib import Path

import pytest

from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.post import Limit
from tests.desk import TRIES, Body
from tests.genviral.impostor import Impostor
from tests.genviral.provided import provided

pytestmark = pytest.mark.anyio

SUBSCRIPTION = ("/subscription", "GET")


async def test_the_plan_and_its_credits_are_told(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, _):
        usage = await provider.usage()
        [found] = usage.limits
        assert usage.plan == "medium"
        assert (found.metric, found.limit, found.used, found.remaining) == ("credits", 1000, 0, 1000)
        assert found.resets_at is not None
        assert (found.resets_at.day, found.resets_at.hour) == (1, 0)
        [note] = usage.notes
        assert note.startswith("Genviral tells no limit on posts")


@pytest.mark.parametrize(
    ("subscription", "notes"),
    [
        ({"status": "past_due"}, ["The subscription is past_due."]),
        ({"status": "active", "is_paused": True}, ["The subscription is paused."]),
        (
            {"status": "active", "is_paused": True, "paused_until": "2026-12-01T00:00:00Z"},
            ["The subscription is paused until 2026-12-01T00:00:00Z."],
        ),
        (
            {"canceled_at": "2026-11-01T00:00:00Z", "current_period_end": "2026-12-01T00:00:00Z"},
            ["The subscription was cancelled and ends at 2026-12-01T00:00:00Z."],
        ),
        ({"status": ["active"], "is_paused": "yes", "canceled_at": 5, "tier": {}, "credits": []}, []),
    ],
)
async def test_what_keeps_posts_from_going_out_is_noted(tmp_path: Path, subscription: Body, notes: list[str]) -> None:
    impostor = Impostor("scheduled", ("GET", "/subscription"), {"subscription": subscription})
    async with provided(tmp_path, impostor) as (provider, _):
        usage = await provider.usage()
        assert list(usage.notes[:-1]) == notes
        assert (usage.plan, usage.limits) == (None, ())


@pytest.mark.parametrize(
    ("told", "limits"),
    [
        ({"limit": 500}, [Limit("credits", 500)]),
        ({"limit": True, "used_this_period": "12", "remaining": -3, "reset_at": "soon"}, []),
        ({"remaining": 0.5, "reset_at": "soon"}, [Limit("credits", remaining=0.5)]),
    ],
)
async def test_figures_that_are_none_are_not_told(tmp_path: Path, told: Body, limits: list[Limit]) -> None:
    impostor = Impostor("scheduled", ("GET", "/subscription"), {"subscription": {"tier": "large", "credits": told}})
    async with provided(tmp_path, impostor) as (provider, _):
        assert list((await provider.usage()).limits) == limits


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:500:subscription_lookup_failed", ErrorCode.PROVIDER_ERROR),
        ("status:401:invalid_token", ErrorCode.UNAUTHORIZED),
        ("status:402:subscription_required", ErrorCode.SUBSCRIPTION_REQUIRED),
        ("status:403:tier_not_allowed", ErrorCode.PLAN_FORBIDS),
        ("html_500", ErrorCode.PROVIDER_ERROR),
    ],
)
async def test_a_plan_that_cannot_be_read_is_told_by_the_error_table(
    tmp_path: Path, fault: str, code: ErrorCode
) -> None:
    async with provided(tmp_path) as (provider, service):
        await service.fault(fault, *SUBSCRIPTION, times=TRIES)
        with pytest.raises(Failure) as refused:
            await provider.usage()
        assert refused.value.code is code


@pytest.mark.parametrize("data", [{}, {"subscription": None}, {"subscription": {}}, {"subscription": []}])
async def test_an_answer_without_a_subscription_is_none(tmp_path: Path, data: Body) -> None:
    async with provided(tmp_path, Impostor("scheduled", ("GET", "/subscription"), data)) as (provider, _):
        with pytest.raises(Failure) as refused:
            await provider.usage()
        assert refused.value.code is ErrorCode.UNEXPECTED_ANSWER
