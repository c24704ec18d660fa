"""Download a media link that a stranger named, without being led to where a stranger may not go.

Each redirect starts over (design section 8; reference engine 3.1, rows 1 and 2).
"""

import ssl
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import anyio
import httpx2

from providers.dialling import Barred, Dialler, Resolver, ask_system, parsed
from providers.protocol import Failure
from providers.public import is_public
from providers.wire import retry_after
from schemas.asset import Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.untrusted import clean

MAX_BYTES = 512 * 1024 * 1024
TOTAL_SECONDS = 300.0
MAX_REDIRECTS = 3
#: Enough to hold the header of a picture, and of many films (bytes).
SAMPLE_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A downloaded file: its media type as the server named it (empty if it did not), and its size in bytes."""

    media_type: str
    bytes: int


#: Writes an answer to a file.
_Save: TypeAlias = Callable[[httpx2.Response], Awaitable[Fetched]]


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
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._dialler = Dialler(resolve=resolve, permitted=permitted, tls=tls)

    async def download(self, link: str, target: Path, progress: Progress | None = None) -> Fetched:
        """Write what a link leads to into the file ``target``, telling ``progress`` how far it came.

        Raises:
            Failure: ``media_unreachable`` when the link will not do; another code when it may do later.
            OSError: the file cannot be written.
        """
        return await self._told(link, partial(self._save, link=link, target=target, progress=progress))

    async def sample(self, link: str, target: Path) -> Fetched:
        """Write only the first ``SAMPLE_BYTES`` into ``target``; tell the size of the whole, 0 if the server does not.

        Raises:
            Failure, OSError: as ``download``.
        """
        head = {"range": f"bytes=0-{SAMPLE_BYTES - 1}"}
        return await self._told(link, partial(self._save_head, link=link, target=target), head)

    async def _told(self, link: str, save: _Save, headers: Mapping[str, str] | None = None) -> Fetched:
        try:
            with anyio.fail_after(self._seconds):
                return await self._follow(link, save, headers)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, f"{shown(link)} took too long to load.") from error
        except httpx2.HTTPError as error:
            message = f"{shown(link)} could not be loaded ({type(error).__name__})."
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from error

    async def aclose(self) -> None:
        """Close the client."""
        await self._dialler.aclose()

    async def _follow(self, link: str, save: _Save, headers: Mapping[str, str] | None) -> Fetched:
        try:
            url = parsed(link)
            for _ in range(MAX_REDIRECTS + 1):
                async with aclosing(await self._dialler.reach("GET", url, headers)) as response:
                    if not response.has_redirect_location:
                        return await save(response)
                    url = parsed(_joined(url, response.headers["location"]))
        except Barred as barred:
            if barred.for_now:
                message = f"The host of {shown(link)} could not be looked up now."
                raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from barred
            raise _unfit(link, barred.why) from barred
        raise _unfit(link, f"it redirects more than {MAX_REDIRECTS} times")

    async def _save(self, response: httpx2.Response, link: str, target: Path, progress: Progress | None) -> Fetched:
        if not response.is_success:
            raise self._refused(response, link)
        size, whole = 0, _number(response.headers.get("content-length", ""))
        async with await anyio.open_file(target, "wb") as file:
            async for chunk in _decoded(response, link):
                size += len(chunk)
                if size > self._max_bytes:
                    raise _unfit(link, f"it is larger than {self._max_bytes:,} bytes")
                await file.write(chunk)
                if progress:
                    await progress(size, max(size, whole), f"Loading {shown(link)}.")
        return Fetched(_media_type(response), size)

    async def _save_head(self, response: httpx2.Response, link: str, target: Path) -> Fetched:
        if not response.is_success:
            raise self._refused(response, link)
        head = bytearray()
        async for chunk in _decoded(response, link):
            head += chunk
            if len(head) >= SAMPLE_BYTES:
                break
        await anyio.Path(target).write_bytes(head[:SAMPLE_BYTES])
        told = response.headers.get("content-range", "").rpartition("/")[2]
        return Fetched(_media_type(response), _number(told or response.headers.get("content-length", "")))

    def _refused(self, response: httpx2.Response, link: str) -> Failure:
        status = response.status_code
        if status in _NOT_NOW or status >= _SERVER_ERROR:
            code = _NOT_NOW.get(status, ErrorCode.PROVIDER_ERROR)
            after = retry_after(response.headers, self._clock)
            return Failure(code, f"{shown(link)} answered {status}.", after_seconds=after)
        return _unfit(link, f"it answered {status}")


async def _decoded(response: httpx2.Response, link: str) -> AsyncGenerator[bytes]:
    """Read a body in pieces of a bounded size, whatever it was packed with: it was asked for unpacked.

    Several packings over each other, and the denser ones, can make gigabytes of a few kilobytes in one step.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        async for chunk in response.aiter_raw(_PIECE):
            yield chunk
        return
    if encoding != "gzip":
        raise _unfit(link, f"it is packed as {clean(encoding, 40)}, which was not asked for")
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    async for chunk in response.aiter_raw(_PIECE):
        packed = chunk
        while packed and not unpacking.eof:
            try:
                yield unpacking.decompress(packed, _PIECE)
            except zlib.error as error:
                raise _unfit(link, "its content is not encoded as its server says") from error
            packed = unpacking.unconsumed_tail
    if not unpacking.eof and response.status_code != _PARTIAL:
        raise _unfit(link, "its content breaks off")


def _number(told: str) -> int:
    """Read a size in bytes; 0 for what is none."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < _LONGEST_SIZE else 0


def _media_type(response: httpx2.Response) -> str:
    return clean(response.headers.get("content-type", "").partition(";")[0].strip().lower(), 100)


def _joined(url: httpx2.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except httpx2.InvalidURL as error:
        raise Barred("it redirects to something that is not a link") from error


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
_PARTIAL, _SERVER_ERROR, _LONGEST_SIZE = 206, 500, 16
_PIECE = 64 * 1024
