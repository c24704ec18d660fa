"""Log in with an application password, which its user makes on the site, under Users, Profile."""

from collections.abc import Mapping

import httpx2

from providers.networks.address import address
from providers.networks.kind import Login, Means
from providers.networks.wordpress.site import ROOTS, Site
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.untrusted import clean

_YES = ("yes", "true", "1")


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Find the API of the site, and who the user is there.

    Raises:
        Failure: the login is not accepted, its user may not publish, or the site could not be asked.
        ValueError: the site is no link, or the password would go in the clear.
    """
    url = address(given["site"], clear=given.get("allow-http", "no").strip().lower() in _YES)
    user, password = given["user"].strip(), given["password"].strip()
    if not user or ":" in user or not password.isascii() or not password.isprintable() or not password:
        raise ValueError("give the name of a user, without a colon, and an application password")
    root, about, me = await _found(url, user, password, means)
    _check_rights(me, user)
    where = url.partition("://")[2]
    account = Account(
        id=f"local:wordpress-{clean(user.lower(), 60).replace(' ', '-')}@{where.lower()}",
        platform="wordpress",
        name=clean(text(about.get("name")) or "", 100) or where,
        username=user,
    )
    return Login(account, {"root": root, "user": user}, {"password": password})


async def _found(url: str, user: str, password: str, means: Means) -> tuple[str, JsonObject, JsonObject]:
    """Find where the API is, and ask it both what the site and who the user is."""
    missed: Failure | None = None
    for root in (f"{url.removesuffix('/wp-json')}{path}" for path in ROOTS):
        site = Site(root, user, password, means.clock)
        try:
            about = await site.about()
            if "wp/v2" in items(about.get("namespaces")):
                return root, about, await site.me()
        except Failure as failure:
            if failure.code not in (ErrorCode.SETUP_NEEDED, ErrorCode.UNEXPECTED_ANSWER):
                raise
            missed = missed or failure
        finally:
            await site.aclose()
    if missed:
        raise missed
    message = f"{httpx2.URL(url).host} has no REST API of WordPress."
    raise Failure(ErrorCode.UNEXPECTED_ANSWER, message)


def _check_rights(me: JsonObject, user: str) -> None:
    rights = members(me.get("capabilities"))
    lacking = [name.replace("_", " ") for name in ("publish_posts", "upload_files") if rights.get(name) is not True]
    if rights and lacking:
        message = f"{clean(user, 60)} may not {' or '.join(lacking)} there."
        raise Failure(ErrorCode.SETUP_NEEDED, message, advice="Use a user whose role is Author or more.")
