"""Make logins on a homeserver, and look into a room as its owner does."""

from pathlib import Path

import httpx2

from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from tests.desk import Body
from tests.local.networked import means
from tests.peers.synapse import Resident, Synapse


async def login(server: Synapse, resident: Resident, room: str, url: str | None = None) -> Login:
    """Log in with a token."""
    told = {"homeserver": url or server.url, "room": room, "token": resident.token}
    return await KINDS["matrix"].log_in(told, means(Path()))


async def logged_in(server: Synapse, resident: Resident, room: str) -> Login:
    """Log in with a password, on a device of its own."""
    told = {"homeserver": server.url, "room": room, "user": resident.user_id, "password": resident.password}
    return await KINDS["matrix"].log_in(told, means(Path()))


async def invited(server: Synapse, url: str | None = None, **room: object) -> tuple[Resident, str, Login]:
    """Make a room, and a login of somebody who is invited there: the room's owner, its id, and the login."""
    owner, guest = server.resident(), server.resident()
    made = server.room(owner, invite=[guest.user_id], **room)
    return owner, made, await login(server, guest, made, url)


def messages(server: Synapse, owner: Resident, room: str) -> list[Body]:
    """Read what was said in a room, the oldest first."""
    page = server.ask("GET", f"/rooms/{room}/messages", token=owner.token, dir="f", limit=100)
    return [event for event in page["chunk"] if event["type"] == "m.room.message"]


def said(server: Synapse, owner: Resident, room: str) -> list[Body]:
    """Read what the messages of a room say, without what names their delivery."""
    contents = [event["content"] for event in messages(server, owner, room)]
    return [{name: value for name, value in content.items() if name != "postwright.delivery"} for content in contents]


def stored(server: Synapse, owner: Resident, link: str) -> tuple[str, bytes]:
    """Download a file by its ``mxc://`` link: its type and its bytes."""
    path = f"/_matrix/client/v1/media/download/{link.removeprefix('mxc://')}"
    headers = {"authorization": f"Bearer {owner.token}"}
    answer = httpx2.get(f"{server.url}{path}", headers=headers, timeout=60, trust_env=False)
    answer.raise_for_status()
    return answer.headers["content-type"], answer.content
