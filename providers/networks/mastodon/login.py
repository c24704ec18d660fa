"""Log in with an access token, which its owner makes on the server, under Preferences, Development.

An application of our own with a code to paste would take two rounds of asking, and snac2 has no page that shows one.
"""

import json
from collections.abc import Mapping
from typing import get_args

import httpx2

from providers.networks.address import address
from providers.networks.kind import Ask, Login, Means
from providers.networks.mastodon.server import Server
from providers.networks.mastodon.settings import Visibility
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import text
from schemas.untrusted import clean

_VISIBILITIES: tuple[str, ...] = get_args(Visibility)

ASKS = (
    Ask("server", "The server, such as https://mastodon.social"),
    Ask(
        "token",
        "An access token of the account (Preferences, Development, New application; scopes read:accounts, "
        "read:statuses, write:media, write:statuses)",
        secret=True,
    ),
    Ask("visibility", f"Who sees posts that do not say: {', '.join(_VISIBILITIES)}", default="public"),
)


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Find whose token it is, and what its server allows.

    Raises:
        Failure: the token is not accepted, or the server could not be asked.
        ValueError: the server is no link, or there is no such visibility.
    """
    url, token = address(given["server"]), given["token"].strip()
    visibility = given.get("visibility") or "public"
    if visibility not in _VISIBILITIES:
        raise ValueError(f"there is no visibility {visibility[:20]!r}: {', '.join(_VISIBILITIES)}")
    if not token.isascii() or not token.isprintable() or not token:
        raise ValueError("that is no access token")
    server = Server(url, token, means.clock)
    try:
        me, limits = await server.me(), await server.limits()
    finally:
        await server.aclose()
    account_id, username = me.get("id"), text(me.get("username"))
    if account_id is None or not username:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"{server.name} did not tell whose token it is.")
    host = httpx2.URL(url).netloc.decode("ascii")
    whole = clean(f"{username}@{host}", 200)
    account = Account(
        id=f"local:mastodon-{whole.lower()}",
        platform="mastodon",
        name=clean(text(me.get("display_name")) or "", 100) or f"@{whole}",
        username=whole,
        capabilities=limits.capabilities,
    )
    settings = {
        "server": url,
        "account_id": str(account_id),
        "visibility": visibility,
        "limits": json.dumps(limits.keep()),
    }
    return Login(account, settings, {"token": token})
