"""A connection of its own for every request: one that was kept may have gone stale, which would look like a doubt."""

import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import httpx2

_ONE_REQUEST = httpx2.Limits(max_connections=None, max_keepalive_connections=0)


class Fresh:
    """Sends requests and hands out their answers, unread. Cookies are not kept, nor redirects followed.

    A user name in a link logs in as Basic says. Proxies are those that the environment names, unless ``direct``.
    The layer over this one, a whole HTTP client, costs a quarter more and would log every link with its token.
    """

    def __init__(self, *, direct: bool = False) -> None:
        self._direct = direct
        self._ways: dict[tuple[str, str], httpx2.AsyncHTTPTransport] = {}

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; whoever reads the answer closes it.

        Raises:
            httpx2.HTTPError: none came.
        """
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise httpx2.UnsupportedProtocol("not a link that begins with http:// or https://", request=request)
        if request.url.userinfo:
            next(httpx2.BasicAuth(request.url.username, request.url.password).auth_flow(request))
        response = await self._way(request.url).handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        ways, self._ways = self._ways, {}
        for way in ways.values():
            await way.aclose()

    def _way(self, url: httpx2.URL) -> httpx2.AsyncHTTPTransport:
        known = self._ways.get((url.scheme, url.host))
        if known is None:
            proxy = None if self._direct else _proxy(url)
            known = httpx2.AsyncHTTPTransport(verify=_trusted(), limits=_ONE_REQUEST, proxy=proxy)
            self._ways[url.scheme, url.host] = known
        return known


def _proxy(url: httpx2.URL) -> str | None:
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    return None if proxy is None or proxy_bypass(url.host) else proxy


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates of whom to trust once: it takes longer than fifty requests."""
    return httpx2.create_ssl_context()
