"""Log in with an access token, which its owner makes on the server, under Preferences, Development.

An application of our own with a code to paste would take two rounds of asking, and snac2 has no page that shows one.
"""

import json
from collections.abc import Mapping

import httpx2

from providers.networks.address import address
from providers.networks.kind import Login, Means
from providers.networks.mastodon.server import Server
from providers.networks.mastodon.settings import VISIBILITIES
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import text
from schemas.untrusted import clean


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Find whose token it is, and what its server allows.

    Raises:
        Failure: the token is not accepted, or the server could not be asked.
        ValueError: the server is no link, or there is no such visibility.
    """
    url, token = address(given["server"]), given["token"].strip()
    visibility = given.get("visibility") or "public"
    if visibility not in VISIBILITIES:
        raise ValueError(f"there is no visibility {visibility[:20]!r}: {', '.join(VISIBILITIES)}")
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
