"""What update_post, delete_post and retry_post say to calls that are wrong, late, or about nothing."""

from pathlib import Path

import anyio
import pytest

from schemas.status import Status
from tests.desk import Body
from tests.lifecycle.stages import STAGES, in_days, on_postpost, on_socialapi

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("provider", STAGES)
@pytest.mark.parametrize(
    ("tool", "more"), [("update_post", {"mode": "draft"}), ("delete_post", {}), ("retry_post", {})]
)
async def test_a_post_that_is_not_there_is_told_with_where_to_look(
    tmp_path: Path, provider: str, tool: str, more: Body
) -> None:
    async with STAGES[provider](tmp_path) as stage:
        for post_id in (f"{provider}:{'0' * 24}", "jrn_0000000000000000", "elsewhere:1"):
            body = await stage.agent.call(tool, **more, post_id=post_id)
            assert (body["error_code"], body["outcome"]) == ("not_found", "nothing_sent"), body
            assert body["next"][0]["tool"] == "list_posts"


async def test_a_change_of_nothing_names_what_can_change(tmp_path: Path) -> None:
    async with on_socialapi(tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        nothing: list[Body] = [{}, {"timezone": "Europe/Berlin"}]
        for arguments in nothing:
            body = await stage.agent.call("update_post", post_id=post_id, **arguments)
            assert body["problems"][0]["fix"] == "Give the fields that are to change."


async def test_all_problems_of_a_change_come_at_once(tmp_path: Path) -> None:
    async with on_socialapi(tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        body = await stage.agent.call(
            "update_post",
            post_id=post_id,
            caption="x" * 501,
            accounts=["socialapi:acc_01GGG", "socialapi:nobody"],
            scheduled_at="2026-03-29T02:30:00",
            timezone="Europe/Berlin",
        )
    assert body["error_code"] == "invalid_payload"
    assert {problem["path"] for problem in body["problems"]} >= {"/caption", "/accounts/1", "/scheduled_at"}


async def test_a_change_is_blamed_only_for_what_it_brings(tmp_path: Path) -> None:
    """Two facts of the old post that no rule allows today do not stop its time from moving."""
    async with on_socialapi(tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        body = await stage.agent.call(
            "update_post", post_id=post_id, accounts=["socialapi:acc_01GGG"], caption="y" * 501
        )
        assert [problem["path"] for problem in body["problems"]] == ["/caption"]
        assert (await stage.agent.call("update_post", post_id=post_id, scheduled_at=in_days(3)))["ok"]


async def test_pausing_and_moving_at_once_is_a_contradiction(tmp_path: Path) -> None:
    async with on_postpost(tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        body = await stage.agent.call("update_post", post_id=post_id, mode="draft", scheduled_at=in_days(3))
        assert [problem["code"] for problem in body["problems"]] == ["forbidden_together"]
        assert (await stage.agent.call("check_status", post_id=post_id))["data"]["status"] == "scheduled"


async def test_a_time_within_the_next_seconds_publishes_now(tmp_path: Path) -> None:
    async with on_postpost(tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        soon = in_days(29 / 86_400)  # 30 s is now, ahead or past
        body = await stage.agent.call("update_post", post_id=post_id, scheduled_at=soon)
        assert body["message"].startswith("Done: publish.")
        await stage.deliver()
        assert (await stage.agent.call("check_status", post_id=post_id))["data"]["status"] == "published"


async def test_an_absent_value_is_no_change(tmp_path: Path) -> None:
    """At Genviral a time of null would publish at once."""
    async with STAGES["genviral"](tmp_path) as stage:
        post_id = await stage.make(Status.SCHEDULED)
        body = await stage.agent.call("update_post", post_id=post_id, scheduled_at=None, caption="Another text")
        assert (body["ok"], body["data"]["status"]) == (True, "scheduled")


async def test_retrying_on_an_account_that_the_post_is_not_on_names_those_that_it_is_on(tmp_path: Path) -> None:
    async with on_postpost(tmp_path) as stage:
        post_id = await stage.make(Status.FAILED)
        body = await stage.agent.call("retry_post", post_id=post_id, accounts=["postpost:twitter-1582941003"])
        assert [problem["path"] for problem in body["problems"]] == ["/accounts/0"]
        assert "postpost:bluesky-171819" in body["problems"][0]["fix"]


async def test_of_a_partial_post_what_is_live_is_left_alone_and_the_rest_sent_once(tmp_path: Path) -> None:
    async with on_postpost(tmp_path) as stage:
        post_id = await stage.make(Status.PARTIAL)
        before = await stage.appearances()
        first = await stage.agent.call("retry_post", post_id=post_id)
        again = await stage.agent.call("retry_post", post_id=post_id)
        await stage.deliver()
        assert await stage.appearances() == before + 1
    queued = [sent for sent in first["data"]["deliveries"] if sent["queued"]]
    assert [sent["replayed"] for sent in queued] == [False]
    assert [sent["fix"] for sent in first["data"]["deliveries"] if not sent["queued"]] == ["It is live."]
    assert again["message"].startswith("Nothing new was sent")


async def test_two_retries_at_once_send_once(tmp_path: Path) -> None:
    async with on_postpost(tmp_path) as stage:
        post_id = await stage.make(Status.FAILED)
        before = await stage.appearances()
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(lambda: stage.agent.call("retry_post", post_id=post_id))
        await stage.deliver()
        assert await stage.appearances() == before + 2
