"""The chat networks as an agent sees them: through the tools, on stand-ins over real sockets."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.serve import running
from tests.desk import Agent
from tests.local.chatting import Controls
from tests.local.networked import networked
from tests.local.places import DISCORD, EVERYWHERE, SLACK, TELEGRAM, Place, log_in
from tests.local.posting import posted, told
from tests.media.files import png

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def stage(home: Path, place: Place) -> AsyncGenerator[tuple[Agent, Controls]]:
    """An agent with an account there, whose secret may show nowhere."""
    async with running(place.app()) as url:
        login = await log_in(place, url, home)
        async with networked(home, login) as found:
            yield found, Controls(url)


async def shown(agent: Agent, alt_text: str) -> dict[str, Any]:
    """Upload a picture, and tell the media of a post that shows it."""
    data = base64.b64encode(png()).decode()
    kept = await agent.call("upload_media", data=data, filename="a.png", alt_text=alt_text)
    assert kept["ok"], kept
    return {"type": "slideshow", "urls": [kept["data"]["media"]]}


@EVERYWHERE
async def test_a_post_goes_out(tmp_path: Path, place: Place) -> None:
    async with stage(tmp_path, place) as (agent, there):
        delivery = await posted(agent, place.account, "Hello from https://example.com/?a=1&b=2 👋")
        assert delivery["status"] == "published", delivery
        assert len(await there.messages()) == 1


@EVERYWHERE
async def test_a_text_that_is_too_long_is_refused_in_the_networks_unit_and_nothing_is_sent(
    tmp_path: Path, place: Place
) -> None:
    async with stage(tmp_path, place) as (agent, there):
        refused = await agent.call("create_post", caption="x" * (place.longest + 1), accounts=[place.account])
        assert await there.messages() == []
    [problem] = refused["problems"]
    assert (problem["path"], problem["limit"], problem["unit"]) == ("/caption", place.longest, place.unit)
    assert problem["accounts"] == [place.account]


@EVERYWHERE
async def test_a_lost_answer_leaves_one_post_and_is_told_as_unknown(tmp_path: Path, place: Place) -> None:
    async with stage(tmp_path, place) as (agent, there):
        await there.fault(place.takes, "accept_then_drop")
        made = await agent.call("create_post", caption="Once", accounts=[place.account])
        delivery = await told(agent, made["data"]["id"], "not sent again")
        assert delivery["status"] == "unknown"
        assert len(await there.messages()) == 1


@pytest.mark.parametrize("place", [TELEGRAM, DISCORD], ids=lambda place: place.platform)
async def test_a_file_in_our_keeping_is_uploaded(tmp_path: Path, place: Place) -> None:
    async with stage(tmp_path, place) as (agent, there):
        media = await shown(agent, "A picture of nothing")
        delivery = await posted(agent, place.account, "Look", media=media)
        assert delivery["status"] == "published", delivery
        assert len(await there.messages()) == 1


async def test_what_a_picture_shows_is_carried_to_discord(tmp_path: Path) -> None:
    async with stage(tmp_path, DISCORD) as (agent, there):
        await posted(agent, DISCORD.account, "Look", media=await shown(agent, "A picture of nothing"))
        [kept] = await there.messages()
    assert [one["description"] for one in kept["message"]["attachments"]] == ["A picture of nothing"]


async def test_an_agent_is_told_that_telegram_carries_no_alternative_text(tmp_path: Path) -> None:
    async with stage(tmp_path, TELEGRAM) as (agent, _):
        media = await shown(agent, "A picture of nothing")
        made = await agent.call("create_post", caption="Look", accounts=[TELEGRAM.account], media=media, dry_run=True)
    assert "alternative text" in str(made["data"]["warnings"]), made


@pytest.mark.parametrize(
    ("place", "control", "changes"),
    [
        (TELEGRAM, "bot", {"revoked": True}),
        (TELEGRAM, "chats", {"-1001000000001": {"status": "kicked"}}),
        (DISCORD, "webhook", {"deleted": True}),
        (SLACK, "webhook", {"error": "no_active_hooks"}),
    ],
)
async def test_a_login_that_died_is_a_matter_for_a_person_and_the_post_waits(
    tmp_path: Path, place: Place, control: str, changes: dict[str, Any]
) -> None:
    async with stage(tmp_path, place) as (agent, there):
        await there.steer(control, **changes)
        made = await agent.call("create_post", caption="Hello", accounts=[place.account])
        delivery = await told(agent, made["data"]["id"], "answered")
        assert delivery["status"] == "queued", delivery
        assert await there.messages() == []


async def test_discord_notifies_and_names_itself_only_as_the_post_says(tmp_path: Path) -> None:
    async with stage(tmp_path, DISCORD) as (agent, there):
        await posted(agent, DISCORD.account, "Hello @everyone")
        loud = {"username": "Launch team", "allow_mentions": True}
        await posted(agent, DISCORD.account, "Now @everyone", discord=loud)
        quiet, heard = [one["message"] for one in await there.messages()]
    assert (quiet["mention_everyone"], quiet["author"]["username"]) == (False, "Sandbox announcements")
    assert (heard["mention_everyone"], heard["author"]["username"]) == (True, "Launch team")


@pytest.mark.parametrize("name", ["", "x" * 81, "The dIscord team"])
async def test_a_name_that_discord_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    async with stage(tmp_path, DISCORD) as (agent, there):
        account = DISCORD.account
        refused = await agent.call("create_post", caption="Hi", accounts=[account], discord={"username": name})
        assert await there.messages() == []
    assert refused["problems"][0]["path"] == "/discord/username"


@pytest.mark.parametrize("place", [TELEGRAM, DISCORD], ids=lambda place: place.platform)
async def test_a_deleted_post_is_taken_back(tmp_path: Path, place: Place) -> None:
    async with stage(tmp_path, place) as (agent, there):
        delivery = await posted(agent, place.account, "Not for long")
        deleted = await agent.call("delete_post", post_id=delivery["post_id"])
        stand = await agent.call("check_status", post_id=delivery["post_id"])
        assert [one["deleted"] for one in await there.messages()] == [True]
        again = await agent.call("delete_post", post_id=delivery["post_id"])
    [removal] = deleted["data"]["deliveries"]
    assert (removal["removed"], removal["stays_live"]) == (True, False)
    assert stand["data"]["status"] == "cancelled"
    assert again["ok"], again


async def test_what_cannot_be_taken_back_is_said_to_stay(tmp_path: Path) -> None:
    async with stage(tmp_path, SLACK) as (agent, there):
        delivery = await posted(agent, SLACK.account, "For good")
        deleted = await agent.call("delete_post", post_id=delivery["post_id"])
        assert len(await there.messages()) == 1
    [removal] = deleted["data"]["deliveries"]
    assert (removal["removed"], removal["stays_live"]) == (False, True)
    assert "by hand" in removal["message"]


async def test_a_removal_that_is_refused_or_lost_leaves_the_post_as_published_and_can_be_repeated(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, TELEGRAM) as (agent, there):
        delivery = await posted(agent, TELEGRAM.account, "Hello")
        told_so: list[str] = []
        for fault in ("status:400:Bad Request message can't be deleted", "accept_then_drop"):
            await there.fault("/{bot}/deleteMessage", fault)
            deleted = await agent.call("delete_post", post_id=delivery["post_id"])
            [removal] = deleted["data"]["deliveries"]
            assert removal["stays_live"]
            told_so.append(removal["message"])
        stand = await agent.call("check_status", post_id=delivery["post_id"])
        assert stand["data"]["status"] == "published"
        deleted = await agent.call("delete_post", post_id=delivery["post_id"])
        assert deleted["data"]["deliveries"][0]["removed"]
    assert "48 hours" in told_so[0]
    assert told_so[1].startswith("It may still be there: Telegram")
