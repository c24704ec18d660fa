"""Reach a server that a stranger named, without being led to where a stranger may not go.

A name is resolved once, every address of the answer is checked, and a checked address is dialled (design section 8;
reference engine 3.1, rows 1 and 2).
"""

import socket
import ssl
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeAlias

import anyio
import httpx2

from providers.public import is_public

#: From a host and a port to the socket addresses of all servers that it names.
Resolver: TypeAlias = Callable[[str, int], Awaitable[list[tuple[str, int]]]]

CONNECT_SECONDS, STEP_SECONDS = 5.0, 15.0
#: The schemes of the web, and the ports that a stranger's link may name.
PORTS = {"http": 80, "https": 443}


class Barred(Exception):  # noqa: N818  (a link that is not followed is no bug)
    """Raised for a link that leads nowhere that is open to it; ``for_now``: it may do later."""

    def __init__(self, why: str, *, for_now: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_now = for_now


async def ask_system(host: str, port: int) -> list[tuple[str, int]]:
    """Resolve a name as the system does.

    Raises:
        OSError: it has no address.
    """
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


def parsed(url: str, schemes: Mapping[str, int] = PORTS) -> httpx2.URL:
    """Read a stranger's link.

    Raises:
        Barred: it is none, or names another scheme, a user, or another port than the web's.
    """
    try:
        found = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise Barred("it is not a valid link") from error
    if found.scheme not in schemes or not found.host:
        raise Barred(f"only {' and '.join(schemes)} links are loaded")
    if found.userinfo:
        raise Barred("it carries a user name")
    if found.port not in (None, *PORTS.values()):
        raise Barred(f"port {found.port} is not open to it, only 80 and 443")
    return found


class Dialler:
    """Sends requests to the addresses behind parsed links.

    ``permitted`` judges addresses; ``tls`` says whose certificates are trusted (the system's, unless given);
    ``step_seconds`` bounds each silence once a connection stands.
    """

    def __init__(
        self,
        *,
        resolve: Resolver = ask_system,
        permitted: Callable[[str], bool] = is_public,
        tls: ssl.SSLContext | None = None,
        step_seconds: float = STEP_SECONDS,
    ) -> None:
        self._step_seconds = step_seconds
        self._resolve = resolve
        self._permitted = permitted
        self._tls = tls
        self._client: httpx2.AsyncClient | None = None

    async def reach(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str] | None = None,
        content: Callable[[], AsyncIterable[bytes]] | None = None,
    ) -> httpx2.Response:
        """Ask the first address of a link that can be connected to; the answer is not read yet.

        Raises:
            Barred: its host has no address, or one that is not permitted.
            httpx2.HTTPError: no answer came.
        """
        *others, last = await self._addresses(url)
        named = {"host": url.netloc.decode("ascii"), "accept-encoding": "identity", **(headers or {})}

        async def dial(address: str, port: int) -> httpx2.Response:
            request = self._open().build_request(
                method,
                url.copy_with(host=address, port=port),
                content=content() if content else None,
                headers=named,
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            )
            return await self._open().send(request, stream=True)

        for address in others:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await dial(*address)
        return await dial(*last)

    async def aclose(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _addresses(self, url: httpx2.URL) -> list[tuple[str, int]]:
        host, port = url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]
        try:
            found = await self._resolve(host, port)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Barred("its host could not be looked up now", for_now=True) from error
            raise Barred("its host is not known") from error
        except (OSError, UnicodeError) as error:
            raise Barred("its host is not known") from error
        if not found or not all(self._permitted(address) for address, _ in found):
            raise Barred("it leads to an address that is not public")
        return found

    def _open(self) -> httpx2.AsyncClient:
        # No connection is kept: one that was checked for a host must not serve another host at the same address.
        if self._client is None:
            self._client = httpx2.AsyncClient(
                headers={"user-agent": "postwright"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                timeout=httpx2.Timeout(self._step_seconds, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_keepalive_connections=0),
                trust_env=False,
                verify=self._tls or True,
            )
        return self._client
