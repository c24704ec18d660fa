"""Adding an account on Matrix: who, where, and whether that user may write there."""

from pathlib import Path

import pytest

from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.local.networked import means
from tests.matrix.reading import invited, login
from tests.peers.between import between
from tests.peers.synapse import Resident, Synapse

pytestmark = pytest.mark.anyio

HERE = means(Path())


async def logged_in(**told: str) -> Login:
    return await KINDS["matrix"].log_in(told, HERE)


def devices(server: Synapse, resident: Resident) -> int:
    return len(server.ask("GET", "/devices", token=resident.token)["devices"])


async def test_a_password_becomes_a_token_and_the_room_is_entered_by_its_alias(synapse: Synapse) -> None:
    owner, guest = synapse.resident(), synapse.resident()
    alias = owner.user_id[1:].partition(":")[0]
    room = synapse.room(owner, room_alias_name=alias, invite=[guest.user_id], name="Our news")
    user = guest.user_id.partition(":")[0][1:]
    found = await logged_in(
        homeserver=f"{synapse.url}/", room=f"#{alias}:localhost", user=user, password=guest.password
    )
    assert (found.account.name, found.account.username) == ("Our news", guest.user_id)
    assert found.account.id.startswith(f"local:matrix-{user}-")
    assert (found.settings["room"], found.settings["homeserver"]) == (room, synapse.url)
    assert found.secrets["token"] not in repr(found)
    assert guest.password not in f"{found.settings}{found.secrets}"
    assert (await login(synapse, guest, room)).account.id == found.account.id
    assert await KINDS["matrix"].connect(found, HERE).greet() == guest.user_id


async def test_a_wrong_password_asks_for_the_right_one(synapse: Synapse) -> None:
    owner = synapse.resident()
    room = synapse.room(owner)
    with pytest.raises(Failure, match="Invalid username or password") as failed:
        await logged_in(homeserver=synapse.url, room=room, user=owner.user_id, password="wrong")
    assert failed.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    assert "name and password once more" in (failed.value.advice or "")


async def test_a_login_that_comes_to_nothing_leaves_no_device_behind(synapse: Synapse) -> None:
    owner = synapse.resident()
    room = synapse.room(owner)
    synapse.ask(
        "PUT",
        f"/rooms/{room}/state/m.room.encryption",
        token=owner.token,
        body={"algorithm": "m.megolm.v1.aes-sha2"},
    )
    before = devices(synapse, owner)
    with pytest.raises(ValueError, match="that room is encrypted"):
        await logged_in(homeserver=synapse.url, room=room, user=owner.user_id, password=owner.password)
    assert devices(synapse, owner) == before


async def test_who_may_not_write_in_a_room_is_told_what_it_takes(synapse: Synapse) -> None:
    with pytest.raises(ValueError, match="takes a power level of 50, and has 0"):
        await invited(synapse, power_level_content_override={"events_default": 50})


async def test_who_made_a_room_may_always_write_there(synapse: Synapse) -> None:
    owner = synapse.resident()
    room = synapse.room(owner, power_level_content_override={"events_default": 50}, room_version="12")
    assert (await login(synapse, owner, room)).account.username == owner.user_id


async def test_who_is_not_invited_is_told_so(synapse: Synapse) -> None:
    room = synapse.room(synapse.resident())
    with pytest.raises(Failure, match="You are not invited to this room") as failed:
        await login(synapse, synapse.resident(), room)
    assert failed.value.code is ErrorCode.FORBIDDEN
    assert "invite this user" in (failed.value.advice or "")


@pytest.mark.parametrize("room", ["#nowhere:localhost", "!nowhere:localhost"])
async def test_a_room_that_is_not_known_is_told_as_such(synapse: Synapse, room: str) -> None:
    with pytest.raises(Failure) as failed:
        await login(synapse, synapse.resident(), room)
    assert failed.value.code is ErrorCode.NOT_FOUND


async def test_a_token_that_is_void_asks_for_another(synapse: Synapse) -> None:
    with pytest.raises(Failure, match="Invalid access token") as failed:
        await logged_in(homeserver=synapse.url, room="!any", token="no-such-token")
    assert failed.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"homeserver": "http://matrix.example.com"}, "is not encrypted"),
        ({"homeserver": "ftp://matrix.example.com"}, "is no homeserver"),
        ({"homeserver": "https://me:secret@matrix.example.com"}, "give them apart from it"),
        ({"homeserver": ""}, "is no homeserver"),
        ({"room": "news"}, "is no room"),
        ({"room": "#" + "n" * 300}, "is no room"),
        ({"token": ""}, "either an access token, or"),
        ({"token": " ", "user": "me"}, "either an access token, or"),
    ],
)
async def test_what_can_be_no_login_is_refused(synapse: Synapse, told: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        await logged_in(**{"homeserver": synapse.url, "room": "!any", "token": "any", **told})
    assert "secret" not in str(refused.value)


async def test_what_answers_and_is_no_homeserver_is_told_as_such(relay: str) -> None:
    with pytest.raises(Failure) as failed:
        await logged_in(homeserver=relay.replace("ws://", "http://"), room="!any", token="any")
    assert failed.value.code in (ErrorCode.MISCONFIGURED, ErrorCode.REJECTED)


async def test_the_homeserver_is_where_its_server_says_it_is(synapse: Synapse) -> None:
    body = b'{"m.homeserver": {"base_url": "%s/"}}' % synapse.url.encode()
    async with between(synapse.url) as link:
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body)
        link.instead = lambda asked: head + body if b"/.well-known/matrix/client" in asked else b""
        owner = synapse.resident()
        found = await login(synapse, owner, synapse.room(owner), link.url)
    assert found.settings["homeserver"] == synapse.url
