"""Times as agents read them back: in UTC, on the wall clock of who asks, and how far away."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.settings import SettingsError, load
from tests.desk import Agent, Body, agent
from tests.local.embedded import Watch

pytestmark = pytest.mark.anyio

TIMES = ("scheduled_at", "scheduled_at_local", "due")
BERLIN = {
    "scheduled_at": "2026-11-25T16:00:00Z",
    "scheduled_at_local": "2026-11-25T17:00:00+01:00",
    "due": "in 1 d 7 h",
}


async def scheduled(caller: Agent, **changes: object) -> Body:
    given: Body = {"scheduled_at": "2026-11-25T17:00", "timezone": "Europe/Berlin", **changes}
    return await caller.call("create_post", caption="Hello", accounts=["local:outbox"], **given)


def times(data: Body) -> Body:
    return {name: data[name] for name in TIMES if name in data}


async def test_every_tool_tells_a_planned_time_in_the_zone_of_this_server(tmp_path: Path, watch: Watch) -> None:
    async with agent(tmp_path, watch, TIMEZONE="Europe/Berlin") as caller:
        assert times((await scheduled(caller, dry_run=True))["data"]) == BERLIN
        made = await scheduled(caller)
        post = {"post_id": made["data"]["id"]}
        assert times(made["data"]) == BERLIN
        assert "2026-11-25T17:00:00+01:00 Europe/Berlin" in made["message"]
        assert times((await scheduled(caller))["data"]) == BERLIN
        assert times((await caller.call("check_status", **post))["data"]) == BERLIN
        [listed] = (await caller.call("list_posts", response_format="detailed"))["data"]["posts"]
        assert times(listed) == BERLIN
        moved = await caller.call("update_post", **post, scheduled_at="2026-11-25T18:00:00+01:00")
        assert times(moved["data"])["scheduled_at_local"] == "2026-11-25T18:00:00+01:00"


async def test_a_zone_that_is_given_in_the_call_comes_first(tmp_path: Path, watch: Watch) -> None:
    async with agent(tmp_path, watch, TIMEZONE="Europe/Berlin") as caller:
        made = await scheduled(caller, timezone="America/New_York")
        assert times(made["data"])["scheduled_at_local"] == "2026-11-25T17:00:00-05:00"
        post_id = made["data"]["id"]
        moved = await caller.call(
            "update_post", post_id=post_id, scheduled_at="2026-11-26T09:00", timezone="Asia/Kathmandu"
        )
        assert times(moved["data"])["scheduled_at_local"] == "2026-11-26T09:00:00+05:45"
        assert times((await caller.call("check_status", post_id=post_id))["data"]) == {
            "scheduled_at": "2026-11-26T03:15:00Z",
            "scheduled_at_local": "2026-11-26T04:15:00+01:00",
            "due": "in 1 d 18 h 15 min",
        }


async def test_what_does_not_wait_for_its_time_is_not_due(tmp_path: Path, watch: Watch) -> None:
    async with agent(tmp_path, watch, TIMEZONE="Europe/Berlin") as caller:
        draft = await scheduled(caller, mode="draft")
        assert "due" not in draft["data"]
        assert times(draft["data"])["scheduled_at_local"] == BERLIN["scheduled_at_local"]
        now = await caller.call("create_post", caption="Now", accounts=["local:outbox"])
        assert times(now["data"]) == {}


async def test_a_time_without_a_zone_is_shown_in_both_readings(tmp_path: Path, watch: Watch) -> None:
    async with agent(tmp_path, watch, TIMEZONE="Europe/Berlin") as caller:
        body = await scheduled(caller, timezone=None)
        [problem] = body["problems"]
        assert problem["fix"] == (
            "Write 2026-11-25T17:00:00Z if it is UTC, or 2026-11-25T17:00:00+01:00 if it is the time in Europe/Berlin,"
            " this server's zone (2026-11-25T16:00:00Z). If it is that of another place, give timezone too."
        )
        moved = await caller.call(
            "update_post", post_id=(await scheduled(caller))["data"]["id"], scheduled_at="2026-12-01T09:00"
        )
        assert "Europe/Berlin" in moved["problems"][0]["fix"]
        skipped = await scheduled(caller, timezone=None, scheduled_at="2027-03-28T02:30")
        assert "02:30 does not exist in Europe/Berlin" in skipped["problems"][0]["fix"]
        assert "2027-03-28T03:30:00+02:00" in skipped["problems"][0]["fix"]


async def test_an_agent_can_tell_what_tomorrow_at_five_is(tmp_path: Path, watch: Watch) -> None:
    watch.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    async with agent(tmp_path, watch, TIMEZONE="Europe/Berlin") as caller:
        assert "Europe/Berlin" in (caller.client.instructions or "")
        data = (await caller.call("list_accounts"))["data"]
    told = {name: data[name] for name in ("now", "now_local", "timezone")}
    assert told == {
        "now": "2026-11-24T23:30:00Z", "now_local": "2026-11-25T00:30:00+01:00", "timezone": "Europe/Berlin",
    }  # fmt: skip


async def test_without_a_setting_the_zone_is_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tzlocal  # noqa: PLC0415

    monkeypatch.setenv("TZ", "America/Sao_Paulo")
    tzlocal.reload_localzone()
    try:
        assert load({"POSTWRIGHT_HOME": str(tmp_path)}).zone == "America/Sao_Paulo"
        monkeypatch.setenv("TZ", "Etc/UTC")
        tzlocal.reload_localzone()
        assert load({"POSTWRIGHT_HOME": str(tmp_path)}).zone == "UTC"
    finally:
        monkeypatch.undo()
        tzlocal.reload_localzone()


def test_a_zone_that_is_none_is_named_when_it_is_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"POSTWRIGHT_TIMEZONE: .*IANA"):
        load({"POSTWRIGHT_HOME": str(tmp_path), "POSTWRIGHT_TIMEZONE": "Mars/Olympus"})


@pytest.fixture
def watch() -> Watch:
    return Watch()
