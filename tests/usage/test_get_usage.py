"""get_usage over every provider: what is allowed, used and left, in one shape."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from schemas.instant import parse, wire
from tests.test_many_providers import everything

pytestmark = pytest.mark.anyio

MEMBERS = {"provider", "metric", "limit", "used", "remaining", "resets_at"}
LATER = wire(datetime.now(UTC) + timedelta(days=20))


async def test_every_provider_tells_what_it_knows_in_one_shape(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        for number in range(2):
            body = await everyone.create(caption=f"{number}", accounts=["local:outbox"], media=None, scheduled_at=LATER)
            assert body["ok"], body
        body = await everyone.call("get_usage")
        data = body["data"]
        assert [one["provider"] for one in data["providers"]] == ["genviral", "postpost", "socialapi", "local"]
        assert all(set(row) <= MEMBERS and {"provider", "metric"} <= set(row) for row in data["limits"])
        assert {row["provider"] for row in data["limits"]} == {"genviral", "postpost", "socialapi", "local"}
        [own] = [row for row in data["limits"] if row["provider"] == "local"]
        assert own == {"provider": "local", "metric": "scheduled posts", "used": 2}
        assert all(parse(row["resets_at"]) for row in data["limits"] if "resets_at" in row)
        assert data["met"] == []
        assert "warnings" not in data
        assert len(json.dumps(body)) < 8_000


async def test_one_provider_alone_can_be_asked(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, _):
        body = await everyone.call("get_usage", provider="genviral")
        assert {row["provider"] for row in body["data"]["limits"]} == {"genviral"}
        refused = await everyone.call("get_usage", provider="nobody")
    assert [problem["path"] for problem in refused["problems"]] == ["/provider"]


async def test_a_provider_that_cannot_be_asked_is_a_warning_unless_it_is_the_only_one(tmp_path: Path) -> None:
    async with everything(tmp_path) as (everyone, urls):
        fault = {"method": "GET", "path": "/subscription", "fault": "status:500", "times": 20}
        async with httpx2.AsyncClient(timeout=60) as http:
            (await http.post(f"{urls['GENVIRAL']}/_sandbox/faults", json=fault)).raise_for_status()
        body = await everyone.call("get_usage")
        assert [warning["provider"] for warning in body["data"]["warnings"]] == ["genviral"]
        assert [one["provider"] for one in body["data"]["providers"]] == ["postpost", "socialapi", "local"]
        alone = await everyone.call("get_usage", provider="genviral")
    assert (alone["ok"], alone["provider"]) == (False, "genviral")
