"""Posts on a real relay, through the tools."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.networks.nostr.bech32 import decode
from tests.desk import Agent, Body
from tests.local.killing import killed_after_acceptance
from tests.local.networked import networked
from tests.local.posting import ended, posted, told
from tests.nostr.reading import author, events, login
from tests.nostr.test_names import NPROFILE, NPUB, PUBLIC
from tests.peers.between import between
from tests.peers.relay import running_relay

pytestmark = pytest.mark.anyio

ACCEPTED, ABOUT = b'["OK"', b"application/nostr+json"


async def test_a_post_is_a_note_that_says_what_it_links_to_names_and_is_about(tmp_path: Path, relay: str) -> None:
    mine = await login(relay)
    caption = (
        f'Out now: "Größe" \\o/ #Nostr #nostr #2026 (#Straße)\n\thttps://example.com/a#top. By nostr:{NPUB}, '
        f"nostr:{NPROFILE}"
    )
    began = int(datetime.now(UTC).timestamp())
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, caption)
    assert sent["status"] == "published"
    [event] = await events(relay, authors=[author(mine)])
    assert (event["kind"], event["content"]) == (1, caption)
    assert event["tags"] == [
        ["p", PUBLIC],
        ["p", "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d", "wss://r.x.com"],
        ["r", "https://example.com/a#top"],
        ["t", "nostr"],
        ["t", "straße"],
    ]
    assert began <= event["created_at"] <= int(datetime.now(UTC).timestamp())
    assert sent["url"].startswith("https://njump.me/nevent1")
    prefix, fields = decode(sent["url"].rpartition("/")[2])
    assert (prefix, fields[2:34].hex()) == ("nevent", event["id"])
    assert relay.encode() in fields


async def test_media_are_links_in_the_note(tmp_path: Path, relay: str) -> None:
    mine = await login(relay)
    links = ["https://cdn.example.com/a.png?s=1", "https://cdn.example.com/b"]
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "Look", media={"type": "slideshow", "urls": links})
    assert sent["status"] == "published"
    [event] = await events(relay, authors=[author(mine)])
    assert event["content"] == f"Look\n{links[0]}\n{links[1]}"
    assert event["tags"] == [["imeta", f"url {links[0]}", "m image/png"], ["r", links[1]]]


async def test_a_post_whose_acceptance_is_lost_is_one_note(tmp_path: Path, relay: str) -> None:
    async with between(relay) as link:
        mine = await login(link.url)
        link.loses = lambda asked, answered: not link.lost and ACCEPTED in answered
        async with networked(tmp_path, mine) as found:
            sent = await posted(found, mine.account.id, "Only once")
    assert (link.lost, sent["status"]) == (1, "published")
    assert len(await events(relay, authors=[author(mine)])) == 1
    assert len(await events(relay, authors=[author(mine)], kinds=[1])) == 1


async def test_a_post_whose_process_is_killed_before_it_hears_of_the_acceptance_is_one_note(
    tmp_path: Path, relay: str
) -> None:
    async with between(relay) as link:
        mine = await login(link.url)
        link.loses, link.holds = lambda asked, answered: not link.lost and ACCEPTED in answered, True
        delivery = await killed_after_acceptance(tmp_path, mine, link)
    [event] = await events(relay, authors=[author(mine)])
    assert (event["content"], link.lost) == ("Only once", 1)
    assert bytes.fromhex(event["id"]) in decode((delivery.url or "").rpartition("/")[2])[1]


async def test_what_every_relay_refuses_fails_with_its_words(tmp_path: Path, relay: str) -> None:
    mine = await login(relay)
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "x" * 5_000)
    assert sent["status"] == "failed"
    assert f"{relay} refused it (invalid: 280 characters should be enough for anybody)" in sent["error"]
    assert await events(relay, authors=[author(mine)]) == []


async def test_a_text_longer_than_a_relay_says_it_takes_is_refused_with_its_links_counted(
    tmp_path: Path, relay: str
) -> None:
    async with between(relay) as link:
        link.instead = lambda asked: said({"limitation": {"max_content_length": 280}}) if ABOUT in asked else b""
        mine = await login(link.url, relay)
        media = {"type": "slideshow", "urls": [f"https://cdn.example.com/{name}.png" for name in "ab"]}
        async with networked(tmp_path, mine) as found:
            [account] = (await found.call("list_accounts", platform="nostr"))["data"]["accounts"]
            refused = await found.call("create_post", caption="x" * 281, accounts=[mine.account.id])
            linked = await found.call("create_post", caption="x" * 230, accounts=[mine.account.id], media=media)
            by_two = await posted(found, mine.account.id, "x" * 221, media=media)
    assert account["accepts"]["caption"] == {"limit": 280, "unit": "characters"}
    for body, actual in ((refused, 281), (linked, 288)):
        [problem] = body["problems"]
        assert (problem["code"], problem["limit"], problem["actual"]) == ("too_long", 280, actual)
    assert (by_two["status"], by_two["error"].partition(";")[0]) == (
        "failed",
        "It makes an event of 281 characters, and a relay takes 280",
    )
    assert await events(relay, authors=[author(mine)]) == []


async def test_an_event_larger_than_a_relay_says_it_takes_is_not_sent(tmp_path: Path, relay: str) -> None:
    async with between(relay) as link:
        link.instead = lambda asked: said({"limitation": {"max_message_length": 2_000}}) if ABOUT in asked else b""
        mine = await login(link.url)
        async with networked(tmp_path, mine) as found:
            sent = await posted(found, mine.account.id, "ä" * 900)
    assert sent["status"] == "failed"
    assert "bytes, and a relay takes 2,000; nothing was sent. Shorten it." in sent["error"]
    assert await events(relay, authors=[author(mine)]) == []


async def test_one_relay_of_two_is_enough_and_the_link_names_it(tmp_path: Path, relay: str) -> None:
    async with between(relay) as link:
        mine = await login(link.url, relay)
        gone = link.url
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "Half of them")
    assert sent["status"] == "published"
    _, fields = decode(sent["url"].rpartition("/")[2])
    assert relay.encode() in fields
    assert gone.encode() not in fields


async def test_a_post_waits_while_no_relay_can_be_reached(tmp_path: Path, relay: str) -> None:
    async with between(relay) as link:
        mine = await login(link.url)
    async with networked(tmp_path, mine) as found:
        made = await found.call("create_post", caption="Later", accounts=[mine.account.id])
        stand = await told(found, made["data"]["id"], "could not be reached")
    assert stand["status"] == "queued"


async def test_a_post_that_is_deleted_is_gone_from_the_relay_and_may_be_elsewhere(tmp_path: Path, relay: str) -> None:
    mine = await login(relay)
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "A mistake")
        deleted = await found.call("delete_post", post_id=sent["post_id"])
        again = await found.call("delete_post", post_id=sent["post_id"])
    [removal] = deleted["data"]["deliveries"]
    assert (removal["removed"], removal["stays_live"]) == (True, False)
    assert "a relay may ignore that" in removal["message"]
    assert again["data"]["deliveries"][0]["stays_live"] is False
    assert await events(relay, authors=[author(mine)], kinds=[1]) == []


@pytest.mark.usefixtures("relay")  # skips where it is not installed
async def test_a_rate_limit_is_waited_for(tmp_path: Path) -> None:
    with running_relay(tmp_path / "relay", rate_limits={"ip": {"EVENT": "1/s"}}) as url:
        mine = await login(url)
        async with networked(tmp_path / "home", mine) as found:
            ids = [await queued(found, mine.account.id, f"Post {number}") for number in range(3)]
            ends = [await ended(found, post_id) for post_id in ids]
        kept = await events(url, authors=[author(mine)])
    assert [end["status"] for end in ends] == ["published"] * 3
    assert len(kept) == 3


@pytest.mark.usefixtures("relay")  # skips where it is not installed
@pytest.mark.parametrize(("member", "status"), [(True, "published"), (False, "failed")])
async def test_a_relay_that_asks_who_we_are_is_told(tmp_path: Path, member: bool, status: str) -> None:
    rights = {"enabled": True, "actions": {"save": "w", "query": "a"}}
    with running_relay(tmp_path / "relay", authentication=rights) as url:
        mine = await login(url)
        if member:
            with closing(sqlite3.connect(tmp_path / "relay/nostr.sqlite3")) as members, members:
                members.execute("INSERT INTO auth (pubkey, roles, created) VALUES (?, 'w', 0)", (author(mine),))
        async with networked(tmp_path / "home", mine) as found:
            sent = await posted(found, mine.account.id, "Let me in")
        kept = await events(url, authors=[author(mine)])
    assert (sent["status"], len(kept)) == (status, int(member))
    assert member or "refused it (restricted:" in sent["error"]
    assert member or "Ask the user to get a place on the relay" in sent["error"]


async def queued(found: Agent, account: str, caption: str) -> str:
    made = await found.call("create_post", caption=caption, accounts=[account])
    return made["data"]["id"]


def said(body: Body) -> bytes:
    """Answer as an HTTP server does."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/nostr+json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content
