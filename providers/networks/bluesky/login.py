"""Log in to Bluesky: with a name and an app password, at the public entry or at a server of one's own."""

import re
from collections.abc import Mapping

import httpx2

from providers.networks.address import LOOPBACK
from providers.networks.bluesky.errors import DIALECT
from providers.networks.bluesky.limits import ENTRY, PLATFORM
from providers.networks.bluesky.session import log_in as open_session
from providers.networks.calling import Caller
from providers.networks.kind import Login, Means
from schemas.account import Account
from schemas.untrusted import clean

_IDENTIFIER = re.compile(
    r"did:[a-z]+:[A-Za-z0-9._:%-]+|[^@\s]+@[^@\s]+\.[^@\s]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*",
    re.IGNORECASE,
)


async def log_in(told: Mapping[str, str], means: Means) -> Login:
    """Make a login of a handle, DID or e-mail address and a password.

    Raises:
        ValueError: the name or the server can be none.
        Failure: the server refuses or cannot be asked.
    """
    entry, identifier = _server(told["server"]), _identifier(told["identifier"])
    password = told["password"].strip()
    caller = Caller(DIALECT, means.clock, (password,))
    try:
        granted = await open_session(caller, entry, identifier, password)
    finally:
        await caller.aclose()
    handle = clean(granted.handle, 253)
    account = Account(id=_account_id(handle, granted.did), platform=PLATFORM, name=handle, username=handle)
    settings = {"entry": entry, "pds": granted.pds or entry, "did": granted.did}
    return Login(account, settings, granted.secrets(password, means.clock))


def _identifier(told: str) -> str:
    """Read a name as people copy it: with an @ before a handle, and with marks that do not show."""
    name = clean(told, 300).strip().removeprefix("@")
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name[:100]} is no handle such as alice.bsky.social, no DID and no e-mail address")
    return name


def _server(told: str) -> str:
    told = told.strip()
    try:
        url = httpx2.URL(told if "://" in told else f"https://{told}")
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in ("https", "http") or not url.host or url.userinfo or url.query or url.path not in ("", "/"):
        raise ValueError(f"{told[:100]} is no server: give a link such as {ENTRY}")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise ValueError(f"{told[:100]} is not encrypted: http:// is only for servers on this machine")
    return str(url).rstrip("/")


def _account_id(handle: str, did: str) -> str:
    """Name an account after its handle, or, when that does not lead to it any more, after what never changes."""
    return f"local:bluesky-{did.rpartition(':')[2] if handle == _NO_HANDLE else handle.lower()}"


_NO_HANDLE = "handle.invalid"
