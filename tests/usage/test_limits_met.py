"""Limits met in the past hour are told before the next call, by any process of the home."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.instant import wire
from tests.desk import INSTAGRAM, KEY, YOUTUBE, Agent, Body, Service, agent, genviral
from tests.local.embedded import Watch

pytestmark = pytest.mark.anyio


@pytest.fixture
def watch() -> Watch:
    found = Watch()
    found.now = datetime.now(UTC).replace(microsecond=0)
    return found


async def refuse(agent: Agent, service: Service, fault: str, **changes: Any) -> Body:
    await service.fault(fault, times=9)
    body = await agent.create(**changes)
    assert not body["ok"]
    await service.http.delete(f"{service.url}/_sandbox/faults")
    return body


async def met(agent: Agent) -> list[Body]:
    return (await agent.call("get_usage"))["data"]["met"]


async def dry_warnings(agent: Agent) -> list[str]:
    body = await agent.create(caption="Another", dry_run=True)
    return [warning["code"] for warning in body["data"]["warnings"]]


async def test_a_limit_is_told_wherever_the_next_call_begins(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        refused = await refuse(one, service, "status:403:tier_not_allowed")
        watch.advance(minutes=7)
        [limit] = await met(one)
        assert limit["error_code"] == refused["error_code"] == "plan_forbids"
        assert (limit["provider"], limit["provider_code"]) == ("genviral", "tier_not_allowed")
        assert (limit["seen"], limit["accounts"]) == ("7 min ago", [INSTAGRAM])
        assert await dry_warnings(one) == ["LIMIT_MET"]
        listed = await one.call("list_accounts")
        [warning] = listed["data"]["warnings"]
        assert warning["provider"] == "genviral"
        assert "7 min ago (plan_forbids)" in warning["message"]


async def test_another_process_is_told_too_and_another_key_is_not(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        await refuse(one, service, "retry_after:600:rate_limited")
        given = {"GENVIRAL_BASE_URL": f"{service.url}/api/partner/v1"}
        async with agent(tmp_path, watch, GENVIRAL_API_KEY=KEY, **given) as two:
            [limit] = await met(two)
            assert limit["not_before"] == wire(watch.now + timedelta(seconds=600))
            assert len(await dry_warnings(two)) == 1
        async with agent(tmp_path, watch, GENVIRAL_API_KEY="gva_live_other.key", **given) as stranger:
            assert await met(stranger) == []
            assert await dry_warnings(stranger) == []
        with closing(sqlite3.connect(tmp_path / "postwright.db", timeout=60)) as file:
            assert file.execute("SELECT count(*) FROM limit_met").fetchone() == (1,)


async def test_a_limit_is_forgotten_after_an_hour(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        await refuse(one, service, "status:403:tier_not_allowed")
        watch.advance(minutes=59)
        assert len(await met(one)) == 1
        watch.advance(minutes=2)
        assert await met(one) == []
        assert await dry_warnings(one) == []
        assert "warnings" not in (await one.call("list_accounts"))["data"]


async def test_a_post_that_is_made_afterwards_shows_that_the_limit_is_over(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        made = await one.create(caption="Before")
        await refuse(one, service, "status:403:tier_not_allowed", caption="Refused")
        replayed = await one.create(caption="Before")
        assert (made["ok"], replayed["data"]["replayed"]) == (True, True)
        assert len(await met(one)) == 1
        await one.create(caption="Checked", dry_run=True)
        assert len(await met(one)) == 1
        assert (await one.create(caption="After"))["ok"]
        assert await met(one) == []


async def test_a_post_on_another_account_says_nothing_of_a_pace(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        await refuse(one, service, "retry_after:600:rate_limited")
        video = {"type": "video", "url": "https://cdn.example.com/a.mp4"}
        assert (await one.create(accounts=[YOUTUBE], media=video, caption="Elsewhere"))["ok"]
        assert [limit["accounts"] for limit in await met(one)] == [[INSTAGRAM]]
        assert (await one.create(caption="Same account"))["ok"]
        assert await met(one) == []


async def test_the_same_limit_met_often_is_one_and_many_are_bounded(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        for number in range(3):
            watch.advance(seconds=1)
            await refuse(one, service, "status:403:tier_not_allowed", caption=f"{number}")
        assert len(await met(one)) == 1
        rows = [("x", f"other-{n}", watch.now.timestamp()) for n in range(80)]
        with closing(sqlite3.connect(tmp_path / "postwright.db", isolation_level=None, timeout=60)) as file:
            file.executemany("INSERT INTO limit_met VALUES (?, ?, 'rate_limited', '', '[]', 'Later.', ?, NULL)", rows)
        watch.advance(seconds=1)
        await refuse(one, service, "retry_after:600:rate_limited", caption="x")
        with closing(sqlite3.connect(tmp_path / "postwright.db", timeout=60)) as file:
            assert file.execute("SELECT count(*) FROM limit_met").fetchone() == (50,)
        assert {limit["error_code"] for limit in await met(one)} >= {"rate_limited"}


async def test_a_mistake_or_an_outage_is_no_limit(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        await refuse(one, service, "status:422:invalid_payload")
        await refuse(one, service, "status:503", caption="Down")
        assert await met(one) == []


async def test_a_table_that_cannot_be_used_hinders_nothing(tmp_path: Path, watch: Watch) -> None:
    async with genviral(tmp_path, watch) as (one, service):
        await one.call("list_accounts")
        with closing(sqlite3.connect(tmp_path / "postwright.db", isolation_level=None, timeout=60)) as file:
            file.execute("DROP TABLE limit_met")
        refused = await refuse(one, service, "status:403:tier_not_allowed")
        assert refused["error_code"] == "plan_forbids"
        assert (await one.create(caption="Fine"))["ok"]
        assert await met(one) == []
