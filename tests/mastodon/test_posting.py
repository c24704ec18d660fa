"""Posts through the tools, read back from every implementation as its owner would read them."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.local.networked import networked
from tests.local.posting import posted, told
from tests.mastodon.desk import Standing
from tests.media.files import png

pytestmark = pytest.mark.anyio

CAPTION = (
    "Out now: <b>1 & 2</b>\nhttps://example.social/a/very/long/path/to/it?a=b&c=d#e #Größe\n\n@bob@example.social 🎉"
)
LINK = f"https://example.social/{'a' * 77}"


async def test_text_links_mentions_and_hashtags_arrive_as_they_are(standing: Standing, tmp_path: Path) -> None:
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        delivery = await posted(agent, standing.account, CAPTION)
        [status] = await standing.statuses()
    assert (status["text"], status["visibility"], status["spoiler_text"]) == (CAPTION, "public", "")
    assert delivery["status"] == "published"
    assert delivery["url"] == f"{standing.url}/@ada/{status['id']}"


async def test_pictures_arrive_with_their_alternative_text(standing: Standing, tmp_path: Path) -> None:
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        handles = [
            (
                await agent.call(
                    "upload_media",
                    data=base64.b64encode(png(noise=words.encode())).decode(),
                    filename="a.png",
                    alt_text=words,
                )
            )["data"]["media"]
            for words in ("A red dot", "Größer")
        ]
        await posted(agent, standing.account, "Two dots", media={"type": "slideshow", "urls": handles})
        [status] = await standing.statuses()
    assert [media["description"] for media in status["media"]] == ["A red dot", "Größer"]
    contents = [hashlib.sha256(png(noise=words.encode())).hexdigest() for words in ("A red dot", "Größer")]
    assert [media["sha256"] for media in status["media"]] == contents


async def test_what_is_too_long_is_refused_before_anything_is_sent(standing: Standing, tmp_path: Path) -> None:
    most, unit = standing.profile.max_characters, standing.profile.counts
    link = 23 if unit == "graphemes" else len(LINK)
    over, fits = f"{'x' * (most - link)} {LINK}", f"{'x' * (most - link - 1)} {LINK}"
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        refused = await agent.call("create_post", caption=over, accounts=[standing.account])
        assert await standing.sent("/api/v1/statuses") == 0
        if most <= 63_206:
            assert (await posted(agent, standing.account, fits))["status"] == "published"
            assert [status["text"] for status in await standing.statuses()] == [fits]
    problem = refused["problems"][0]
    assert (problem["path"], problem["code"]) == ("/caption", "too_long")
    assert problem["limit"] == min(most, 63_206)


async def test_more_pictures_than_the_server_takes_are_refused(standing: Standing, tmp_path: Path) -> None:
    most = standing.profile.most_media
    media = {"type": "slideshow", "urls": [f"https://example.com/{number}.png" for number in range(most + 1)]}
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        refused = await agent.call("create_post", caption="Many", accounts=[standing.account], media=media)
    [problem] = refused["problems"]
    assert (problem["path"], problem["limit"]) == ("/media/urls", most)


@pytest.mark.parametrize("standing", ["mastodon", "gotosocial"], indirect=True)
async def test_a_server_that_was_asked_too_often_is_left_alone_until_it_says(
    standing: Standing, tmp_path: Path
) -> None:
    login = await standing.login(tmp_path)
    network = await standing.connected(tmp_path)
    for _ in range(297):
        await network.greet()
    await network.aclose()
    async with networked(tmp_path, login) as agent:
        first = await posted(agent, standing.account, "The last that is let in")
        assert first["status"] == "published"
        made = await agent.call("create_post", caption="One too many", accounts=[standing.account])
        waiting = await told(agent, made["data"]["id"], "rate limit reached")
    again = datetime.fromisoformat(waiting["error"].rpartition(" at ")[2].rstrip("."))
    assert datetime.now(UTC) + timedelta(minutes=3) < again < datetime.now(UTC) + timedelta(minutes=7)
    assert len(await standing.statuses()) == 1


async def test_a_dead_token_holds_the_post_and_the_account_asks_for_a_new_one(
    standing: Standing, tmp_path: Path
) -> None:
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        await standing.revoke()
        made = await agent.call("create_post", caption="Waits", accounts=[standing.account])
        waiting = await told(agent, made["data"]["id"], str(standing.profile.bad_token.status))
        found = (await agent.call("list_accounts", platform="mastodon"))["data"]["accounts"]
    assert waiting["status"] == "queued"
    assert [account["status"] for account in found] == ["needs_reconnect"]
    assert await standing.statuses() == []


async def test_what_a_post_is_told_besides_its_caption_is_checked_and_arrives(
    standing: Standing, tmp_path: Path
) -> None:
    told = {"visibility": "unlisted", "spoiler_text": "Food", "language": "de"}
    most = min(standing.profile.max_characters, 63_206)
    async with networked(tmp_path, await standing.login(tmp_path)) as agent:
        wrong = {"visibility": "everybody", "language": "german"}
        refused = await agent.call("create_post", caption="Soup", accounts=[standing.account], mastodon=wrong)
        over = await agent.call(
            "create_post", caption="x" * most, accounts=[standing.account], mastodon=told, dry_run=True
        )
        await posted(agent, standing.account, "Soup", mastodon=told)
        [status] = await standing.statuses()
    assert {name: status[name] for name in told} == told
    assert "/mastodon/visibility" in [problem["path"] for problem in refused["problems"]]
    if standing.profile.name != "snac":
        assert [(problem["path"], problem["actual"]) for problem in over["problems"]] == [("/caption", most + 4)]
