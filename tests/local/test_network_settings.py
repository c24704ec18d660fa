"""The objects that networks have of their own in create_post, through the tools, to a real socket."""

from pathlib import Path

import pytest

from tests.local.chatting import Controls
from tests.local.newsroom import NEWS, newsroom
from tests.local.posting import ended, posted

pytestmark = pytest.mark.anyio


async def heard(telegram: Controls) -> list[tuple[str, bool]]:
    return [(told["message"]["text"], told["silent"]) for told in await telegram.messages()]


async def test_what_a_network_is_told_beside_the_caption_reaches_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        assert (await posted(agent, NEWS, "Loud"))["status"] == "published"
        assert (await posted(agent, NEWS, "Quiet", telegram={"silent": True}))["status"] == "published"
        assert await heard(telegram) == [("Loud", False), ("Quiet", True)]


async def test_an_account_says_which_object_is_for_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, _):
        found = (await agent.call("list_accounts"))["data"]["accounts"]
    assert {one["id"]: one["accepts"]["settings"] for one in found} == {"local:outbox": [], NEWS: ["telegram"]}


async def test_an_object_without_an_account_of_its_network_is_a_problem(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        refused = await agent.call("create_post", caption="Hello", accounts=["local:outbox"], telegram={"silent": True})
        both = await agent.call(
            "create_post", caption="Hello", accounts=["local:outbox", NEWS], telegram={"silent": True}, dry_run=True
        )
        assert await heard(telegram) == []
    [problem] = refused["problems"]
    assert (problem["path"], problem["code"], problem["rule"]) == ("/telegram", "needs", "settings_have_an_account")
    assert problem["fix"] == "Remove telegram, or name an account there too."
    assert both["ok"]


async def test_a_misspelt_member_is_told_with_what_was_meant(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, _):
        refused = await agent.call("create_post", caption="Hello", accounts=[NEWS], telegram={"silently": True})
        other = await agent.call("create_post", caption="Hello", accounts=[NEWS], settings={"silent": True})
    [problem] = refused["problems"]
    assert (problem["path"], problem["code"]) == ("/telegram/silently", "unknown_field")
    assert problem["fix"] == "Did you mean silent?"
    assert "telegram" in other["problems"][0]["fix"]


async def test_the_same_text_told_otherwise_is_another_post(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, _):
        quiet = await agent.call("create_post", caption="Hello", accounts=[NEWS], telegram={"silent": True})
        again = await agent.call("create_post", caption="Hello", accounts=[NEWS], telegram={"silent": True})
        loud = await agent.call("create_post", caption="Hello", accounts=[NEWS])
    assert again["data"]["replayed"]
    assert again["data"]["id"] == quiet["data"]["id"] != loud["data"]["id"]


async def test_what_a_waiting_post_tells_its_network_can_be_changed(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, telegram):
        made = await agent.call("create_post", caption="Hello", accounts=[NEWS], mode="draft")
        changed = await agent.call("update_post", post_id=made["data"]["id"], telegram={"silent": True})
        assert changed["ok"], changed
        assert (await agent.call("update_post", post_id=made["data"]["id"], mode="publish"))["ok"]
        assert (await ended(agent, made["data"]["id"]))["status"] == "published"
        assert await heard(telegram) == [("Hello", True)]


async def test_a_change_for_a_network_that_the_post_does_not_go_to_is_a_problem(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (agent, _):
        made = await agent.call("create_post", caption="Hello", accounts=["local:outbox"], mode="draft")
        refused = await agent.call("update_post", post_id=made["data"]["id"], telegram={"silent": True})
        moved = await agent.call("update_post", post_id=made["data"]["id"], accounts=[NEWS], telegram={"silent": True})
    assert refused["problems"][0]["path"] == "/telegram"
    assert moved["ok"], moved
