"""Add an account on Matrix: a user of a homeserver, and the room to post to."""

import re
from collections.abc import Mapping
from hashlib import sha256

import httpx2

from providers.networks.address import LOOPBACK
from providers.networks.calling import Caller
from providers.networks.documents import read_object
from providers.networks.kind import Login, Means
from providers.networks.matrix.errors import DIALECT
from providers.networks.matrix.homeserver import Homeserver
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock, wire
from schemas.jsonvalue import members, text
from schemas.untrusted import clean


async def log_in(told: Mapping[str, str], means: Means) -> Login:
    """Make a login of a user and a room, and enter the room if that is open or the user invited.

    Raises:
        ValueError: what was told can be no login, or the room is encrypted.
        Failure: the homeserver refuses or cannot be asked.
    """
    url, room = await _found(_checked(told["homeserver"]), means.clock), _room(told["room"])
    given = told.get("token", "").strip()
    token = given or await _token(url, told, means.clock)
    server = Homeserver(url, means.clock, token)
    try:
        account, settings = await _entered(server, room)
    except (ValueError, Failure):
        if not given:
            await server.log_out()
        raise
    finally:
        await server.aclose()
    return Login(account, {**settings, "homeserver": url, "since": wire(means.clock())}, {"token": token})


async def _entered(server: Homeserver, told_room: str) -> tuple[Account, dict[str, str]]:
    """Enter a room, see that it may be written to, and tell the account and its settings."""
    user = await server.user()
    room = await server.join(told_room)
    if await server.state(room, "m.room.encryption"):
        raise ValueError(_ENCRYPTED)
    await _may_speak(server, room, user)
    named = text((await server.state(room, "m.room.name")).get("name")) or told_room
    account = Account(id=_account_id(user, room), platform="matrix", name=clean(named, 80), username=user)
    largest = await server.largest_upload()
    return account, {"room": room, "user": user, "upload_bytes": str(largest or "")}


def _account_id(user: str, room: str) -> str:
    """Name an account after its user; the rest tells rooms, and users of other homeservers, apart."""
    name = re.sub(r"[^a-z0-9]+", "-", user.partition(":")[0].lower()).strip("-")
    return f"local:matrix-{name[:30]}-{sha256(f'{user} {room}'.encode()).hexdigest()[:8]}"


async def _token(url: str, told: Mapping[str, str], clock: Clock) -> str:
    user, password = told.get("user", "").strip(), told.get("password", "")
    if not user or not password:
        raise ValueError("give either an access token, or a user's name and password")
    server = Homeserver(url, clock)
    try:
        return await server.log_in(user, password)
    finally:
        await server.aclose()


async def _may_speak(server: Homeserver, room: str, user: str) -> None:
    """See that a user has the power to send messages in a room (Client-Server API, "m.room.power_levels")."""
    levels = await server.state(room, "m.room.power_levels")
    powers, needs = members(levels.get("users")), members(levels.get("events"))
    has = _level(powers.get(user), _level(levels.get("users_default"), 0))
    needed = _level(needs.get("m.room.message"), _level(levels.get("events_default"), 0))
    if has < needed and user not in await server.creators(room):
        raise ValueError(
            f"{user} may read that room but not write there: it takes a power level of {needed}, and has {has};"
            " let somebody who runs the room raise it"
        )


async def _found(url: str, clock: Clock) -> str:
    """Ask the server's own word for where its homeserver is (Client-Server API, "Server discovery")."""
    caller = Caller(DIALECT, clock)
    try:
        answer = read_object(await caller.call("GET", f"{url}/.well-known/matrix/client"))
    except Failure as failure:
        if failure.code in (ErrorCode.PROVIDER_UNREACHABLE, ErrorCode.PROVIDER_TIMEOUT):
            raise
        return url
    finally:
        await caller.aclose()
    told = text(members(answer.get("m.homeserver")).get("base_url"))
    return _checked(told) if told else url


def _checked(told: str) -> str:
    told = told.strip()
    try:
        url = httpx2.URL(told if "://" in told else f"https://{told}")
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.userinfo:
        raise ValueError("the homeserver's link carries a user name or a password: give them apart from it")
    if url.scheme not in ("https", "http") or not url.host or url.query:
        raise ValueError(f"{told[:100]} is no homeserver: give a link that begins with https://")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise ValueError(f"{told[:100]} is not encrypted: http:// is only for homeservers on this machine")
    return str(url).rstrip("/")


def _room(told: str) -> str:
    told = told.strip()
    if not told.startswith(("#", "!")) or len(told.encode()) > _LONGEST_ROOM:
        raise ValueError(f"{told[:100]} is no room: give its alias (#name:server) or its id (!...)")
    return told


def _level(told: object, otherwise: int) -> int:
    """Read a power level; older rooms hold some as text."""
    try:
        return int(told) if isinstance(told, int | str) else otherwise
    except ValueError:
        return otherwise


_LONGEST_ROOM = 255
_ENCRYPTED = (
    "that room is encrypted, and postwright writes only what everybody who is let in can read: "
    "give a room that is not encrypted (encryption cannot be turned off again, so make another one)"
)
