"""What an earlier try left in a room is found there, also when the homeserver has forgotten its transactions."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import utc_now
from providers.networks.kind import Login
from providers.networks.matrix.network import Matrix
from providers.networks.network import Kept, Parcel, Published, Window
from providers.protocol import Failure
from tests.local.networked import means
from tests.matrix.reading import logged_in, login, messages
from tests.media.files import png
from tests.peers.between import between
from tests.peers.synapse import Resident, Synapse

pytestmark = pytest.mark.anyio


def parcel(folder: Path, *, images: int = 0) -> Parcel:
    content = png()
    (folder / "a.png").write_bytes(content)
    links = [f"media:{number}" for number in range(images)]
    files = {link: Kept(str(folder / "a.png"), "image/png") for link in links}
    media = {"type": "slideshow", "urls": links} if links else None
    return Parcel("dlv_1", "pst_1", "local:matrix", "Hello", media, utc_now(), files=files)


async def sent(network: Matrix, what: Parcel) -> Published:
    return await (await network.prepare(what))(Window(utc_now, 60))


async def on_another_device(server: Synapse, member: Resident, mine: Login) -> Login:
    """Void a login's token, and with it what the homeserver knows of its device, and log in with the password."""
    server.ask("POST", "/logout", token=mine.secrets["token"], body={})
    return await logged_in(server, member, mine.settings["room"])


def ids(server: Synapse, member: Resident, room: str) -> list[str]:
    return [event["event_id"] for event in messages(server, member, room)]


@pytest.fixture
def owner(synapse: Synapse) -> Resident:
    return synapse.resident()


@pytest.fixture
def room(synapse: Synapse, owner: Resident) -> str:
    return synapse.room(owner)


async def test_a_new_device_finishes_what_another_began(
    tmp_path: Path, synapse: Synapse, owner: Resident, room: str
) -> None:
    guest, what = synapse.resident(), parcel(tmp_path, images=2)
    synapse.ask("POST", f"/rooms/{room}/invite", token=owner.token, body={"user_id": guest.user_id})
    async with between(synapse.url) as link:
        link.loses = lambda asked, answered: b"/dlv_1-1 HTTP" in asked
        mine = await login(synapse, guest, room, link.url)
        what = replace(what, due_at=utc_now())
        with pytest.raises(Failure) as failed:
            await sent(Matrix(mine, means(tmp_path)), what)
    assert failed.value.doubt
    assert "1 of its 3 messages are there: https://matrix.to/#/" in failed.value.message
    begun = ids(synapse, owner, room)
    assert len(begun) == 2
    again = Matrix(await on_another_device(synapse, guest, mine), means(tmp_path))
    published = await sent(again, what)
    assert (published.remote_id or "").split()[:2] == begun
    assert ids(synapse, owner, room) == (published.remote_id or "").split()
    assert await sent(again, what) == published
    assert len(ids(synapse, owner, room)) == 3


async def test_what_is_too_old_for_the_homeservers_memory_is_looked_for(
    tmp_path: Path, synapse: Synapse, owner: Resident, room: str
) -> None:
    network = Matrix(await login(synapse, owner, room), means(tmp_path))
    what = replace(parcel(tmp_path), due_at=utc_now() - timedelta(hours=13))
    first = await sent(network, what)
    synapse.ask("POST", "/logout", token=owner.token, body={})
    fresh = await logged_in(synapse, owner, room)
    kept_login = replace(fresh, settings={**fresh.settings, "since": "2000-01-01T00:00:00Z"})
    assert await sent(Matrix(kept_login, means(tmp_path)), what) == first


async def test_a_post_is_found_whole_or_not_at_all(
    tmp_path: Path, synapse: Synapse, owner: Resident, room: str
) -> None:
    network, what = Matrix(await login(synapse, owner, room), means(tmp_path)), parcel(tmp_path, images=1)
    assert await network.find(what) is None
    published = await sent(network, what)
    assert await network.find(what) == published
    assert await network.find(replace(what, delivery_id="dlv_")) is None
    half = (published.remote_id or "").split()[1]
    await network.take_back(half)
    assert await network.find(what) is None


async def test_what_is_taken_back_is_empty_and_may_be_taken_back_again(
    tmp_path: Path, synapse: Synapse, owner: Resident, room: str
) -> None:
    network, what = Matrix(await login(synapse, owner, room), means(tmp_path)), parcel(tmp_path, images=1)
    published = await sent(network, what)
    for _ in range(2):
        await network.take_back(published.remote_id or "")
    await network.take_back("$never-was-there")
    assert [event["content"] for event in messages(synapse, owner, room)] == [{}, {}]
