"""What SocialAPI tells of the plan: counts with their end, what is without limit, and what it does not tell."""

from pathlib import Path

import pytest

from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.post import Limit
from tests.sandbox.silence import PASSES
from tests.socialapi.desk import FACEBOOK, Agent, socialapi

pytestmark = pytest.mark.anyio


async def limits(agent: Agent) -> dict[str, Limit]:
    return {limit.metric: limit for limit in (await agent.provider.usage()).limits}


async def test_a_plan_with_limits_tells_what_is_left_and_until_when(tmp_path: Path) -> None:
    async with socialapi(tmp_path, plan="free") as (agent, service):
        await agent.create(accounts=[FACEBOOK], media=None)
        found = await limits(agent)
        ends = (await service.call("GET", "/usage"))["period_end"]
        assert (found["posts"].limit, found["posts"].used, found["posts"].remaining) == (10, 1, 9)
        assert found["posts"].resets_at is not None
        assert found["posts"].resets_at.isoformat()[:19] == ends[:19]
        assert (found["storage_bytes"].limit, found["storage_bytes"].used) == (100 * 1024 * 1024, 0)
        assert found["storage_bytes"].resets_at is None
        assert (await agent.provider.usage()).plan == "free"


async def test_a_plan_without_limits_says_so_and_counts_all_the_same(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, _):
        await agent.create(accounts=[FACEBOOK], media=None)
        told = await agent.provider.usage()
        [posts] = [limit for limit in told.limits if limit.metric == "posts"]
        assert (posts.limit, posts.used, posts.remaining) == (None, 1, None)
        assert any("Without limit: posts" in note for note in told.notes)


async def test_more_than_there_is_leaves_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path, plan="free") as (agent, service):
        await service.limits(posts_used=12)
        assert (await limits(agent))["posts"].remaining == 0


async def test_what_is_not_told_ahead_is_said(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, _):
        notes = " ".join((await agent.provider.usage()).notes)
        assert "in an hour" in notes
        assert "each retry_post" in notes


@pytest.mark.parametrize("path", ["/media/storage", "/users/me"])
@pytest.mark.parametrize("fault", ["status:403:auth.insufficient_scope", "page:502", "slow:3600"])
async def test_the_counts_do_without_the_rest(tmp_path: Path, path: str, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        await service.fault(fault, path, "GET", times=3)
        told = await agent.provider.usage()
        assert "posts" in {limit.metric for limit in told.limits}
        without_storage = "storage_bytes" not in {limit.metric for limit in told.limits}
        assert without_storage is (path == "/media/storage")
        assert without_storage is any("media:read" in note for note in told.notes)
        assert (told.plan is None) is (path == "/users/me")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:401:auth.invalid_key", ErrorCode.UNAUTHORIZED),
        ("status:402:billing.past_due", ErrorCode.SUBSCRIPTION_REQUIRED),
        ("page:502", ErrorCode.PROVIDER_ERROR),
    ],
)
async def test_counts_that_cannot_be_read_are_a_failure(tmp_path: Path, fault: str, code: ErrorCode) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault(fault, "/usage", "GET", times=3)
        with pytest.raises(Failure) as refused:
            await agent.provider.usage()
        assert refused.value.code is code
