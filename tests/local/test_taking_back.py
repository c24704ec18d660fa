"""delete_post on what was published: taken back where the network can, told honestly where not."""

from pathlib import Path

import pytest

from sandbox.telegram import TOKEN
from tests.local.newsroom import NEWS, newsroom
from tests.local.posting import posted

pytestmark = pytest.mark.anyio


async def test_what_was_published_is_taken_back_and_the_post_tells_so(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        post_id = (await posted(agent, NEWS, "Hello"))["post_id"]
        deleted = await agent.call("delete_post", post_id=post_id)
        [removal] = deleted["data"]["deliveries"]
        assert (deleted["message"], removal["removed"], removal["stays_live"]) == ("Deleted.", True, False)
        assert [told["deleted"] for told in await telegram.messages()] == [True]
        stand = (await agent.call("check_status", post_id=post_id))["data"]
        assert stand["status"] == "cancelled"
        told = "It was published (https://t.me/sandbox_news/1), and taken back."
        assert stand["deliveries"][0]["error"] == told
        again = await agent.call("delete_post", post_id=post_id)
        assert again["data"]["deliveries"][0]["removed"]
        retried = await agent.call("retry_post", post_id=post_id)
        assert not retried["ok"]
        assert len(await telegram.messages()) == 1


async def test_each_delivery_is_told_by_itself_and_what_cannot_be_taken_back_stays_published(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, _):
        made = await agent.call("create_post", caption="Hello", accounts=["local:outbox", NEWS])
        await agent.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
        deleted = await agent.call("delete_post", post_id=made["data"]["id"])
        told = {one["account"]: one for one in deleted["data"]["deliveries"]}
        assert told[NEWS]["removed"]
        assert told["local:outbox"]["stays_live"]
        assert "remove it there by hand" in told["local:outbox"]["message"]
        stand = (await agent.call("check_status", post_id=made["data"]["id"]))["data"]["deliveries"]
        assert {one["account"]: one["status"] for one in stand} == {"local:outbox": "published", NEWS: "cancelled"}


async def test_a_removal_whose_answer_is_lost_is_in_doubt_and_may_be_asked_for_again(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        post_id = (await posted(agent, NEWS, "Hello"))["post_id"]
        await telegram.fault(f"/bot{TOKEN}/deleteMessage", "accept_then_drop")
        [lost] = (await agent.call("delete_post", post_id=post_id))["data"]["deliveries"]
        assert (lost["removed"], lost["stays_live"]) == (False, True)
        assert "Delete it again" in lost["message"]
        assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == "published"
        [gone] = (await agent.call("delete_post", post_id=post_id))["data"]["deliveries"]
        assert gone["removed"]


async def test_a_removal_that_is_refused_says_why_and_where_it_stays(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        post_id = (await posted(agent, NEWS, "Hello"))["post_id"]
        await telegram.steer("bot", revoked=True)
        [refused] = (await agent.call("delete_post", post_id=post_id))["data"]["deliveries"]
        assert (refused["removed"], refused["stays_live"]) == (False, True)
        assert refused["message"].startswith("It stays there: ")
        assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == "published"
