"""In mode approve, what is to go out waits for a person; the agent is told so, and can follow or withdraw it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.instant import wire
from tests.desk import INSTAGRAM, Body
from tests.modes.town import DRAFTERS, LATER, OUTBOX, POSTS, hold, post, told, town

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("account", POSTS)
async def test_a_post_is_held_and_nothing_is_sent(tmp_path: Path, account: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        before = await services.writes()
        data = await hold(caller, account, scheduled_at=LATER)
        assert data["id"].startswith("hld_")
        assert [sent["account"] for sent in data["deliveries"]] == [account]
        assert LATER in data["summary"]
        status = await caller.call("check_status", post_id=data["id"])
        assert status["data"]["status"] == "awaiting_approval"
        assert status["data"]["terminal"] is False
        assert await services.writes() == before
        assert not any((await services.gone()).values())


async def test_the_same_action_held_again_is_the_same(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with services.agent(MODE="approve") as caller:
            first = await hold(caller)
            assert (await hold(caller))["id"] == first["id"]
            assert (await hold(caller, caption="Another"))["id"] != first["id"]
        async with services.agent(MODE="approve") as another:
            assert (await hold(another))["id"] == first["id"]


@pytest.mark.parametrize("account", DRAFTERS)
async def test_drafts_need_nobody(tmp_path: Path, account: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        body = await caller.call("create_post", **post(account, mode="draft"))
        assert body["data"]["status"] == "draft"
        assert not any((await services.gone()).values())


async def test_what_is_wrong_is_told_before_a_person_is_bothered(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        body = await caller.call("create_post", **post(INSTAGRAM, media=None))
        assert told(body) == ("invalid_payload", "nothing_sent")
        listed = await caller.call("list_posts", status="awaiting_approval")
        assert listed["data"]["posts"] == []


async def test_a_dry_run_foretells_the_approval_and_holds_nothing(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        body = await caller.call("create_post", **post(OUTBOX, dry_run=True))
        assert "AWAITS_APPROVAL" in {warning["code"] for warning in body["data"]["warnings"]}
        assert (await caller.call("list_posts", status="awaiting_approval"))["data"]["posts"] == []


async def test_what_awaits_approval_is_listed_first_and_filtered(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        draft = await caller.call("create_post", **post(OUTBOX, mode="draft"))
        first, second = await hold(caller, caption="One"), await hold(caller, INSTAGRAM, caption="Two")
        listed = (await caller.call("list_posts"))["data"]
        assert {entry["id"] for entry in listed["posts"][:2]} == {first["id"], second["id"]}
        assert listed["posts"][2]["id"] == draft["data"]["id"]
        assert listed["summary"]["awaiting_approval"] == 2
        only = await caller.call("list_posts", status="awaiting_approval", account=INSTAGRAM)
        assert [entry["id"] for entry in only["data"]["posts"]] == [second["id"]]
        assert only["data"]["posts"][0]["caption"] == "Two"
        only = await caller.call("list_posts", status="awaiting_approval", platform="outbox")
        assert [entry["id"] for entry in only["data"]["posts"]] == [first["id"]]
        assert (await caller.call("list_posts", status="draft"))["data"]["posts"][0]["id"] == draft["data"]["id"]


async def test_pages_hold_every_post_once_however_much_awaits_approval(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        drafts: list[str] = []
        for number in range(7):
            made = await caller.call("create_post", **post(OUTBOX, f"Draft {number}", mode="draft"))
            drafts.append(made["data"]["id"])
        held = [(await hold(caller, caption=f"Held {number}"))["id"] for number in range(2)]
        seen: list[str] = []
        arguments: Body = {"limit": 4}
        for _ in range(5):
            data = (await caller.call("list_posts", **arguments))["data"]
            seen += [entry["id"] for entry in data["posts"]]
            if "next_cursor" not in data:
                break
            arguments = {"limit": 4, "cursor": data["next_cursor"]}
        assert sorted(seen) == sorted([*drafts, *held])


async def test_an_agent_withdraws_what_it_asked_for_and_cannot_change_it(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller)
        refused = await caller.call("update_post", post_id=data["id"], caption="Other")
        assert told(refused) == ("state_conflict", "nothing_sent")
        assert [call["tool"] for call in refused["next"]] == ["delete_post"]
        assert told(await caller.call("retry_post", post_id=data["id"])) == ("state_conflict", "nothing_sent")
        withdrawn = await caller.call("delete_post", post_id=data["id"])
        assert (withdrawn["ok"], withdrawn["data"]["status"]) == (True, "cancelled")
        again = await caller.call("delete_post", post_id=data["id"])
        assert told(again) == ("state_conflict", "nothing_sent")
        status = await caller.call("check_status", post_id=data["id"])
        assert (status["data"]["provider_status"], status["data"]["terminal"]) == ("withdrawn", True)
        assert (await caller.call("list_posts", status="awaiting_approval"))["data"]["posts"] == []
        assert (await hold(caller))["id"] != data["id"]


async def test_what_nobody_decides_in_time_expires(tmp_path: Path) -> None:
    now = datetime.now(UTC)

    def clock() -> datetime:
        return now

    async with town(tmp_path) as services, services.agent(clock, MODE="approve", APPROVAL_DAYS="2") as caller:
        data = await hold(caller)
        assert data["expires_at"] == wire(now + timedelta(days=2))
        now += timedelta(days=2)
        status = await caller.call("check_status", post_id=data["id"])
        assert (status["data"]["provider_status"], status["data"]["terminal"]) == ("expired", True)
        assert (await hold(caller))["id"] != data["id"]


async def test_an_id_that_was_never_held_is_not_found(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        for tool in ("check_status", "delete_post", "retry_post"):
            assert told(await caller.call(tool, post_id="hld_0123456789abcdef")) == ("not_found", "nothing_sent")


async def test_a_post_that_was_made_is_told_again_and_not_held(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with services.agent() as publishing:
            made = await publishing.call("create_post", **post(INSTAGRAM))
        async with services.agent(MODE="approve") as caller:
            again = await caller.call("create_post", **post(INSTAGRAM))
            assert (again["data"]["id"], again["data"]["replayed"]) == (made["data"]["id"], True)


async def test_deleting_what_is_to_go_out_is_held_too(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with services.agent() as publishing:
            made = await publishing.call("create_post", **post(OUTBOX, scheduled_at=LATER))
        post_id = made["data"]["id"]
        async with services.agent(MODE="approve") as caller:
            body = await caller.call("delete_post", post_id=post_id)
            assert (body["ok"], body["data"]["status"]) == (True, "awaiting_approval"), body
            assert post_id in body["data"]["summary"]
            assert (await caller.call("check_status", post_id=post_id))["data"]["status"] == "scheduled"
