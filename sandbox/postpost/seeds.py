"""The connections to start with: the default sets, and one from a file."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.clock import LAST_YEAR, instant
from sandbox.jsonvalue import JsonObject, is_array, is_object
from sandbox.postpost.connections import Connection
from sandbox.seedfile import read_json

_PLATFORM_ID = re.compile(r"[a-z]+-[!-~]+", re.ASCII)


class ConnectionsError(ValueError):
    """The connections to start with are unusable; the text says which and why."""


#: platformId, username, displayName, profileUrl, days that the token lasts (None: it does not expire).
#: Two more stand for tokens that need care, and Bluesky stands twice: the id of the first is a DID, as it is in life,
#: which create-post refuses for its colons.
DEFAULT: tuple[tuple[str, str, str, str | None, float | None], ...] = (
    ("twitter-1582941003", "@lumenlabs", "Lumen Labs", "https://x.com/lumenlabs", None),
    ("linkedin-Tz9W5i6ZYG", "Lumen Labs", "Lumen Labs", "https://www.linkedin.com/in/lumen-labs", 60),
    ("instagram-17841405793187218", "lumenlabs", "Lumen Labs", "https://www.instagram.com/lumenlabs", 58.5),
    ("threads-17841405793187219", "lumenlabs", "Lumen Labs", "https://www.threads.net/@lumenlabs", 58.5),
    ("tiktok-7123456789012345678", "lumenlabs", "Lumen Labs", "https://www.tiktok.com/@lumenlabs", 364),
    ("youtube-UC4R8DWoMoI7CAwX8_LjQHig", "Lumen Labs TV", "Lumen Labs TV", None, 179),
    ("facebook-112233445566778", "Lumen Labs Page", "Lumen Labs", "https://www.facebook.com/lumenlabs", 60),
    ("bluesky-did:plc:z72i7hdynmk6r22z27h6tvur", "lumenlabs.bsky.social", "Lumen Labs", None, None),
    ("bluesky-171819", "lumendaily.bsky.social", "Lumen Daily", None, None),
    ("mastodon-109876543210987654", "@lumenlabs", "Lumen Labs", "https://mastodon.social/@lumenlabs", None),
    ("telegram--1001234567890", "lumenlabs", "Lumen Labs News", "https://t.me/lumenlabs", None),
    ("pinterest-lumenlabs", "lumenlabs", "Lumen Labs Boards", "https://www.pinterest.com/lumenlabs", 30),
    ("instagram-17841405793180002", "lumen.daily", "Lumen Daily", "https://www.instagram.com/lumen.daily", 5.2),
    ("linkedin-Xp1r3dC0de", "Lumen Events", "Lumen Events", None, -2),
)

#: The same for the managed user that there is from the start.
DEFAULT_MANAGED: tuple[tuple[str, str, str, str | None, float | None], ...] = (
    ("twitter-2099887766", "@harborbakery", "Harbor Bakery", "https://x.com/harborbakery", None),
    ("instagram-17841409998887776", "harborbakery", "Harbor Bakery", "https://www.instagram.com/harborbakery", 44),
)


def default(rows: Iterable[tuple[str, str, str, str | None, float | None]], now: datetime) -> dict[str, Connection]:
    """Make connections of rows, their tokens counted from ``now``."""
    return {
        platform_id: Connection(
            platform_id,
            username,
            display_name,
            profile_url=url,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        for platform_id, username, display_name, url, days in rows
    }


def token_end(value: Any) -> datetime | None:
    """Read when a token ends; null is never.

    Raises:
        ValueError: it is neither null nor a time that the clock knows.
    """
    moment = instant(value) if isinstance(value, str) else None
    if value is not None and (moment is None or not 1 < moment.year < LAST_YEAR):
        raise ValueError("neither null nor a time such as 2030-01-01T09:00:00Z")
    return moment


def _text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _moment_or_null(value: Any) -> bool:
    try:
        token_end(value)
    except ValueError:
        return False
    return True


#: Field of a seed -> what has to be true of it. The derived ones may be there, since a copied answer has them.
_SEED: dict[str, Callable[[Any], bool]] = {
    "platformId": lambda value: isinstance(value, str) and _PLATFORM_ID.fullmatch(value) is not None,
    **dict.fromkeys(("username", "displayName", "profileImageUrl", "profileUrl"), _text_or_null),
    **dict.fromkeys(("accessTokenExpiresAt", "lastSuccessfulPost"), _moment_or_null),
    **dict.fromkeys(("tokenStatus", "tokenExpiresIn", "lastError"), lambda value: True),
}


def read_connections(seeds: object, origin: str = "connections") -> dict[str, Connection]:
    """Take connections in the shape of platform-connections' ``connections``; only ``platformId`` is a must.

    What the service derives (``tokenStatus``, ``tokenExpiresIn``) is derived again, and ``lastError`` starts empty.

    Raises:
        ConnectionsError: they are something else, or two share an id; ``origin`` says in the text where they are from.
    """
    if not is_array(seeds):
        raise ConnectionsError(f"{origin}: a list is needed, in the shape of platform-connections' connections.")
    found: dict[str, Connection] = {}
    for index, seed in enumerate(seeds):
        wrong = _wrong(seed)
        if wrong:
            raise ConnectionsError(f"{origin}[{index}]: {wrong}")
        connection = Connection(
            seed["platformId"],
            *(seed.get(name) for name in ("username", "displayName", "profileImageUrl", "profileUrl")),
            expires_at=token_end(seed.get("accessTokenExpiresAt")),
            last_success=token_end(seed.get("lastSuccessfulPost")),
        )
        if connection.platform_id in found:
            raise ConnectionsError(f"{origin}[{index}]: the platformId {connection.platform_id} occurs twice.")
        found[connection.platform_id] = connection
    return found


def load_connections(file: Path) -> list[JsonObject]:
    """Read a JSON file of connections, checked, for `create_app`.

    Raises:
        ConnectionsError: the file cannot be read, is not JSON, or does not hold connections.
    """
    seeds = read_json(file, ConnectionsError)
    read_connections(seeds, str(file))
    return seeds


def _wrong(seed: object) -> str | None:
    if not is_object(seed):
        return "a connection is an object."
    if "platformId" not in seed:
        return "platformId is missing."
    strangers = [name for name in seed if name not in _SEED]
    if strangers:
        return f"unknown: {', '.join(strangers)}. Known: {', '.join(_SEED)}."
    unfit = [name for name, value in seed.items() if not _SEED[name](value)]
    return f"unfit: {', '.join(unfit)}." if unfit else None
