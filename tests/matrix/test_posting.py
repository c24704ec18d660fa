"""Posts in a room of a real homeserver, through the tools."""

import base64
from pathlib import Path

import pytest

from tests.desk import Agent
from tests.local.killing import killed_after_acceptance
from tests.local.networked import added, networked
from tests.local.posting import ended, posted, told
from tests.matrix.reading import invited, logged_in, login, messages, said, stored
from tests.media.files import png
from tests.peers.between import between
from tests.peers.synapse import Synapse, running_synapse

pytestmark = pytest.mark.anyio


async def uploaded(found: Agent, content: bytes, alt_text: str | None = None) -> str:
    data = base64.b64encode(content).decode()
    body = await found.call("upload_media", data=data, filename="a.png", alt_text=alt_text)
    return body["data"]["media"]


async def test_a_text_is_a_message_that_tells_those_whom_it_mentions(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse, name="News")
    caption = f'<b>Out</b> & "about" #news https://example.com/a?b=1&c=2\n\tThanks, {owner.user_id}. Not@you:localhost'
    async with networked(tmp_path, mine) as found:
        [account] = (await found.call("list_accounts", platform="matrix"))["data"]["accounts"]
        sent = await posted(found, mine.account.id, caption)
    assert account["name"] == "News"
    assert sent["status"] == "published"
    [event] = messages(synapse, owner, room)
    [content] = said(synapse, owner, room)
    user = f'<a href="https://matrix.to/#/{owner.user_id}">{owner.user_id}</a>'
    assert content == {
        "msgtype": "m.text",
        "body": caption,
        "m.mentions": {"user_ids": [owner.user_id]},
        "format": "org.matrix.custom.html",
        "formatted_body": '&lt;b&gt;Out&lt;/b&gt; &amp; "about" #news https://example.com/a?b=1&amp;c=2<br>'
        f"\tThanks, {user}. Not@you:localhost",
    }
    assert sent["url"] == f"https://matrix.to/#/{room}/{event['event_id']}?via=localhost"


async def test_images_follow_the_text_in_their_order_with_what_they_show(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse)
    pictures = [png(noise=b"one"), png(noise=b"two")]
    async with networked(tmp_path, mine) as found:
        handles = [await uploaded(found, pictures[0], "A lamp"), await uploaded(found, pictures[1])]
        sent = await posted(found, mine.account.id, "Look", media={"type": "slideshow", "urls": handles})
    assert sent["status"] == "published", sent
    text, lamp, other = said(synapse, owner, room)
    assert (text["body"], text["m.mentions"]) == ("Look", {})
    assert [(lamp["msgtype"], lamp["body"], lamp["filename"]), other["body"]] == [
        ("m.image", "A lamp", "image.png"),
        "image.png",
    ]
    assert set(lamp["info"]) == {"mimetype", "size", "w", "h"}
    assert (lamp["info"]["mimetype"], lamp["info"]["size"]) == ("image/png", len(pictures[0]))
    assert [stored(synapse, owner, image["url"]) for image in (lamp, other)] == [
        ("image/png", picture) for picture in pictures
    ]


async def test_a_text_longer_than_an_event_is_refused_before_anything_is_sent(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse)
    async with networked(tmp_path, mine) as found:
        refused = await found.call("create_post", caption="ä" * 30_001, accounts=[mine.account.id])
        [problem] = refused["problems"]
        assert (problem["code"], problem["limit"], problem["actual"]) == ("too_long", 60_000, 60_002)
        assert problem["unit"] == "bytes"
        whole = await posted(found, mine.account.id, "x" * 60_000)
        quoted = await posted(found, mine.account.id, '"\n' * 20_000)
        named = await posted(found, mine.account.id, owner.user_id + "&" * 50_000)
    assert [end["status"] for end in (whole, quoted, named)] == ["published", "failed", "published"]
    assert "bytes longer than an event may be; nothing was sent" in quoted["error"]
    first, last = said(synapse, owner, room)
    assert first["body"] == "x" * 60_000
    assert (last["m.mentions"], "formatted_body" in last) == ({"user_ids": [owner.user_id]}, False)


@pytest.mark.usefixtures("synapse")  # skips where it is not installed
async def test_a_file_larger_than_the_homeserver_takes_is_refused_before_anything_is_sent(
    tmp_path: Path, outside: Path
) -> None:
    with running_synapse(outside, max_upload_size="1K") as server:
        owner, room, mine = await invited(server)
        async with networked(tmp_path, mine) as found:
            handle = await uploaded(found, png(noise=bytes(2_000)))
            sent = await posted(found, mine.account.id, "Look", media={"type": "slideshow", "urls": [handle]})
        assert sent["status"] == "failed"
        assert "at most 1,024" in sent["error"]
        assert said(server, owner, room) == []


@pytest.mark.parametrize("lost", ["-0", "-1", "-2"])
async def test_a_post_is_whole_and_single_whichever_answer_is_lost(tmp_path: Path, synapse: Synapse, lost: str) -> None:
    async with between(synapse.url) as link:
        link.loses = lambda asked, answered: not link.lost and asked.startswith(b"PUT ") and _names(asked, lost)
        owner, room, mine = await invited(synapse, link.url)
        async with networked(tmp_path, mine) as found:
            handles = [await uploaded(found, png(noise=noise)) for noise in (b"one", b"two")]
            sent = await posted(found, mine.account.id, "Once", media={"type": "slideshow", "urls": handles})
    assert (link.lost, sent["status"]) == (1, "published")
    assert [content["msgtype"] for content in said(synapse, owner, room)] == ["m.text", "m.image", "m.image"]


async def test_a_post_whose_process_is_killed_before_it_hears_of_the_acceptance_is_one_message(
    tmp_path: Path, synapse: Synapse
) -> None:
    async with between(synapse.url) as link:
        link.loses, link.holds = lambda asked, answered: not link.lost and _names(asked, "-0"), True
        owner, room, mine = await invited(synapse, link.url)
        delivery = await killed_after_acceptance(tmp_path, mine, link)
    [event] = messages(synapse, owner, room)
    assert (event["content"]["body"], link.lost) == ("Only once", 1)
    assert event["event_id"] in (delivery.url or "")


@pytest.mark.usefixtures("synapse")  # skips where it is not installed
async def test_a_rate_limit_between_the_parts_of_a_post_is_waited_for(tmp_path: Path, outside: Path) -> None:
    with running_synapse(outside, rc_message={"per_second": 2, "burst_count": 2}) as server:
        owner, room, mine = await invited(server)
        async with networked(tmp_path, mine) as found:
            handles = [await uploaded(found, png(noise=bytes((number,)))) for number in range(4)]
            sent = await posted(found, mine.account.id, "Many", media={"type": "slideshow", "urls": handles})
            again = await posted(found, mine.account.id, "And one more")
        assert (sent["status"], again["status"]) == ("published", "published")
        bodies = [content["body"] for content in said(server, owner, room)]
    assert bodies == ["Many", *["image.png"] * 4, "And one more"]


async def test_a_dead_token_asks_for_a_new_login_and_what_waits_goes_out_then(tmp_path: Path, synapse: Synapse) -> None:
    member = synapse.resident()
    room = synapse.room(member)
    mine = await login(synapse, member, room)
    synapse.ask("POST", "/logout", token=member.token, body={})
    async with networked(tmp_path, mine) as found:
        made = await found.call("create_post", caption="Later", accounts=[mine.account.id])
        stand = await told(found, made["data"]["id"], "Invalid access token")
        assert stand["status"] == "queued"
        assert "Have the user log in again: `postwright accounts add`" in stand["error"]
        [account] = (await found.call("list_accounts", platform="matrix", refresh=True))["data"]["accounts"]
        assert account["status"] == "needs_reconnect"
        anew = await logged_in(synapse, member, room)
        assert anew.account.id == mine.account.id
        await added(tmp_path, anew, SECRETS="file")
        sent = await ended(found, made["data"]["id"])
    assert sent["status"] == "published"
    reader = synapse.resident()
    synapse.ask("POST", f"/rooms/{room}/invite", token=anew.secrets["token"], body={"user_id": reader.user_id})
    synapse.ask("POST", f"/join/{room}", token=reader.token, body={})
    assert [content["body"] for content in said(synapse, reader, room)] == ["Later"]


async def test_a_post_that_is_deleted_is_empty_in_all_its_messages(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse)
    async with networked(tmp_path, mine) as found:
        handle = await uploaded(found, png())
        sent = await posted(found, mine.account.id, "A mistake", media={"type": "slideshow", "urls": [handle]})
        deleted = await found.call("delete_post", post_id=sent["post_id"])
    [removal] = deleted["data"]["deliveries"]
    assert (removal["removed"], removal["stays_live"]) == (True, False)
    assert said(synapse, owner, room) == [{}, {}]


async def test_who_is_put_out_of_the_room_is_told_what_helps(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse)
    synapse.ask("POST", f"/rooms/{room}/kick", token=owner.token, body={"user_id": mine.account.username})
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "Let me in")
    assert sent["status"] == "failed"
    assert "not in room" in sent["error"]
    assert "Let somebody who runs the room invite this user" in sent["error"]


async def test_a_room_that_was_encrypted_since_takes_no_post(tmp_path: Path, synapse: Synapse) -> None:
    owner, room, mine = await invited(synapse)
    body = {"algorithm": "m.megolm.v1.aes-sha2"}
    synapse.ask("PUT", f"/rooms/{room}/state/m.room.encryption", token=owner.token, body=body)
    async with networked(tmp_path, mine) as found:
        sent = await posted(found, mine.account.id, "In the open")
    assert sent["status"] == "failed"
    assert "encrypted since this account was added" in sent["error"]
    assert said(synapse, owner, room) == []


def _names(asked: bytes, part: str) -> bool:
    return f"{part} HTTP/1.1\r\n".encode() in asked
