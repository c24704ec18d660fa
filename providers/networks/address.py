"""The address of a server that somebody names when adding an account: secrets will be sent there."""

import re
from ipaddress import ip_address

import httpx2

#: A name, or an address of either kind.
#: What this machine is called where a login may go in the clear.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


def address(given: str, *, clear: bool = False) -> str:
    """Make a whole link, without a slash at its end, of what was given; ``example.social`` is taken for https.

    A link in the clear (http) is for this machine alone, unless ``clear``.

    Raises:
        ValueError: it is none, or would send secrets in the clear; in words for a person.
    """
    given = given.strip()
    try:
        url = httpx2.URL(given if "://" in given else f"https://{given}")
    except httpx2.InvalidURL:
        url = httpx2.URL()
    more = url.userinfo or url.query or url.fragment
    if url.scheme not in ("http", "https") or more or not _HOST.fullmatch(url.raw_host):
        raise ValueError("the server is not a plain link, such as https://example.social")
    if url.scheme == "http" and not (clear or _is_here(url.host)):
        raise ValueError("the link begins with http://, which would send the login in the clear: give it with https://")
    return str(url).rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
