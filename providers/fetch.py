"""Download a media link that a stranger named, without being led to where a stranger may not go.

Every name is resolved once, every address of the answer is checked, and the checked address is dialled; each
redirect starts over (design section 8; reference engine 3.1, rows 1 and 2).
"""

import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import anyio
import httpx2

from providers.protocol import Failure
from providers.public import is_public
from providers.wire import retry_after
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.untrusted import clean

#: From a host and a port to the socket addresses of all servers that it names.
Resolver: TypeAlias = Callable[[str, int], Awaitable[list[tuple[str, int]]]]

MAX_BYTES = 512 * 1024 * 1024
TOTAL_SECONDS = 300.0
CONNECT_SECONDS, STEP_SECONDS = 5.0, 15.0
MAX_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A downloaded file: its media type as the server named it (empty if it did not), and its size in bytes."""

    media_type: str
    bytes: int


async def ask_system(host: str, port: int) -> list[tuple[str, int]]:
    """Resolve a name as the system does.

    Raises:
        OSError: it has no address.
    """
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


class Fetcher:
    """Downloads http(s) links on their standard ports.

    ``permitted`` judges addresses; ``max_bytes`` bounds the decoded body, ``seconds`` the whole download;
    ``tls`` says whose certificates are trusted (the system's, unless given).
    """

    def __init__(
        self,
        clock: Clock,
        *,
        resolve: Resolver = ask_system,
        permitted: Callable[[str], bool] = is_public,
        max_bytes: int = MAX_BYTES,
        seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._resolve = resolve
        self._permitted = permitted
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._tls = tls
        self._client: httpx2.AsyncClient | None = None

    async def download(self, link: str, target: Path) -> Fetched:
        """Write what a link leads to into the file ``target``.

        Raises:
            Failure: ``media_unreachable`` when the link will not do; another code when it may do later.
            OSError: the file cannot be written.
        """
        try:
            with anyio.fail_after(self._seconds):
                return await self._follow(link, target)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, f"{shown(link)} took too long to load.") from error
        except httpx2.DecodingError as error:
            raise _unfit(link, "its content is not encoded as its server says") from error
        except httpx2.HTTPError as error:
            message = f"{shown(link)} could not be loaded ({type(error).__name__})."
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from error

    async def aclose(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _follow(self, link: str, target: Path) -> Fetched:
        url = _parsed(link, link)
        for _ in range(MAX_REDIRECTS + 1):
            addresses = await self._addresses(url, link)
            async with aclosing(await self._reach(url, addresses)) as response:
                if not response.has_redirect_location:
                    return await self._save(response, link, target)
                url = _parsed(_joined(url, response.headers["location"], link), link)
        raise _unfit(link, f"it redirects more than {MAX_REDIRECTS} times")

    async def _reach(self, url: httpx2.URL, addresses: list[tuple[str, int]]) -> httpx2.Response:
        """Ask the first address that can be connected to."""
        *others, last = addresses
        for address in others:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._ask(url, *address)
        return await self._ask(url, *last)

    async def _ask(self, url: httpx2.URL, address: str, port: int) -> httpx2.Response:
        """Dial an address in the name of a URL's host."""
        request = self._open().build_request(
            "GET",
            url.copy_with(host=address, port=port),
            headers={"host": url.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        return await self._open().send(request, stream=True)

    async def _addresses(self, url: httpx2.URL, link: str) -> list[tuple[str, int]]:
        host, port = url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]
        try:
            found = await self._resolve(host, port)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                message = f"The host of {shown(link)} could not be looked up now."
                raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from error
            raise _unfit(link, "its host is not known") from error
        except (OSError, UnicodeError) as error:
            raise _unfit(link, "its host is not known") from error
        if not found or not all(self._permitted(address) for address, _ in found):
            raise _unfit(link, "it leads to an address that is not public")
        return found

    async def _save(self, response: httpx2.Response, link: str, target: Path) -> Fetched:
        if not response.is_success:
            raise self._refused(response, link)
        size = 0
        async with await anyio.open_file(target, "wb") as file:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > self._max_bytes:
                    raise _unfit(link, f"it is larger than {self._max_bytes:,} bytes")
                await file.write(chunk)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(clean(media_type, 100), size)

    def _refused(self, response: httpx2.Response, link: str) -> Failure:
        status = response.status_code
        if status in _NOT_NOW or status >= _SERVER_ERROR:
            code = _NOT_NOW.get(status, ErrorCode.PROVIDER_ERROR)
            after = retry_after(response.headers, self._clock)
            return Failure(code, f"{shown(link)} answered {status}.", after_seconds=after)
        return _unfit(link, f"it answered {status}")

    def _open(self) -> httpx2.AsyncClient:
        # No connection is kept: one that was checked for a host must not serve another host at the same address.
        if self._client is None:
            self._client = httpx2.AsyncClient(
                headers={"user-agent": "postwright"},
                timeout=httpx2.Timeout(STEP_SECONDS, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_keepalive_connections=0),
                trust_env=False,
                verify=self._tls or True,
            )
        return self._client


def _parsed(url: str, link: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise _unfit(link, "it is not a valid link") from error
    if parsed.scheme not in PORTS or not parsed.host:
        raise _unfit(link, "only http and https links are loaded")
    if parsed.userinfo:
        raise _unfit(link, "it carries a user name")
    if parsed.port not in (None, *PORTS.values()):
        raise _unfit(link, f"port {parsed.port} is not open to it, only 80 and 443")
    return parsed


def _joined(url: httpx2.URL, location: str, link: str) -> str:
    try:
        return str(url.join(location))
    except httpx2.InvalidURL as error:
        raise _unfit(link, "it redirects to something that is not a link") from error


def _unfit(link: str, why: str) -> Failure:
    return Failure(ErrorCode.MEDIA_UNREACHABLE, f"{shown(link)} cannot be used: {why}.")


def shown(link: str) -> str:
    """Name a link without its query, which may hold a signature."""
    return clean(link.partition("?")[0], 120)


_NOT_NOW = {
    408: ErrorCode.PROVIDER_TIMEOUT,
    425: ErrorCode.PROVIDER_ERROR,
    429: ErrorCode.RATE_LIMITED,
}
_SERVER_ERROR = 500
