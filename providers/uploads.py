"""Bring files to presigned links that a service gives, streamed from the disk, and to no place of our own network."""

import re
from collections.abc import AsyncGenerator, Callable

import anyio
import httpx2
from anyio import AsyncFile

from providers.answer import FAILED, Answer, missing, read
from providers.dialling import PORTS, Barred, Dialler, parsed
from providers.protocol import Failure
from schemas.asset import Progress
from schemas.errors import ErrorCode
from schemas.result import ProviderError

#: How long a storage may be silent, between two pieces and before it answers (seconds).
STEP_SECONDS = 30.0
#: How much is read and sent at a time (bytes).
PIECE = 256 * 1024


class Pieces:
    """The content of an open file, for one request after another, until one of them is answered."""

    def __init__(self, file: AsyncFile[bytes], size: int, progress: Progress | None) -> None:
        self._file = file
        self.size = size
        self._progress = progress

    async def read(self) -> AsyncGenerator[bytes]:
        """Read it from the beginning.

        Raises:
            Failure: it is not as long as it was said.
        """
        sent = told = await self._file.seek(0)
        while piece := await self._file.read(PIECE):
            sent += len(piece)
            if sent > self.size:
                break
            yield piece
            if self._progress and (sent == self.size or sent - told >= self.size / _STEPS):
                await self._progress(sent, self.size, "Uploading the file.")
                told = sent
        if sent != self.size:
            advice = "Leave the file as it is while it is uploaded, then call again."
            raise Failure(ErrorCode.STORAGE_FAILED, "The file changed while it was sent.", advice=advice)


def unreadable(error: OSError) -> Failure:
    """Tell that a file could not be read while it was sent."""
    message = f"The file could not be read while it was sent ({error.strerror or type(error).__name__})."
    advice = "Check that the file is still there and may be read, then call again."
    return Failure(ErrorCode.STORAGE_FAILED, message, advice=advice)


class Uploads:
    """PUTs files where a service at ``base_url`` says.

    Its own address is trusted, wherever it is. Any other has to be public and, unless the service itself is spoken to
    in the clear, https: a hostile answer would otherwise let a file be written into the network around us. ``redact``
    cleans foreign text; ``dialler`` reaches the other addresses.
    """

    def __init__(self, base_url: str, redact: Callable[[str], str], dialler: Dialler | None = None) -> None:
        self._origin = _origin(base_url)
        https = {"https": PORTS["https"]}
        self._schemes = PORTS if self._origin and self._origin[0] == "http" else https
        self._redact = redact
        self._home = Dialler(permitted=lambda _: True, step_seconds=STEP_SECONDS)
        self._elsewhere = dialler or Dialler(step_seconds=STEP_SECONDS)

    async def put(
        self, url: str, path: str, media_type: str, size: int, *, seconds: float, progress: Progress | None = None
    ) -> None:
        """Send ``size`` bytes of a file within ``seconds``, and hear that they are stored; no redirect is followed.

        Raises:
            Failure: refused, or the link leads nowhere that is open to it, or the file is not as it was said; or as
                ``Wire.send``.
        """
        try:
            async with await anyio.open_file(path, "rb") as file:
                answer = await self._put(url, Pieces(file, size, progress), media_type, seconds)
        except Barred as barred:
            code = ErrorCode.PROVIDER_UNREACHABLE if barred.for_now else ErrorCode.UNEXPECTED_ANSWER
            raise Failure(code, f"The place named for the file cannot be used: {barred.why}.") from barred
        except FAILED as error:
            raise missing(error, seconds, self._redact) from error
        except OSError as error:
            raise unreadable(error) from error
        if answer.status not in _STORED:
            raise self._refused(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._home.aclose()
        await self._elsewhere.aclose()

    async def _put(self, url: str, pieces: Pieces, media_type: str, seconds: float) -> Answer:
        headers = {"Content-Type": media_type, "Content-Length": str(pieces.size)}
        with anyio.fail_after(seconds):
            dialler, link = self._way(url)
            return await read(await dialler.reach("PUT", link, headers, pieces.read))

    def _refused(self, answer: Answer) -> Failure:
        page = _TAG.sub(" ", answer.body[:_PAGE].decode("utf-8", "replace"))
        told = ProviderError(http_status=answer.status, message=self._redact(" ".join(page.split()))[:_SHORT] or None)
        code = ErrorCode.PROVIDER_ERROR if answer.status >= _SERVER_ERROR else ErrorCode.UNEXPECTED_ANSWER
        return Failure(code, f"The storage refused the file (HTTP {answer.status}).", provider_error=told)

    def _way(self, url: str) -> tuple[Dialler, httpx2.URL]:
        if _origin(url) == self._origin:
            return self._home, httpx2.URL(url)
        return self._elsewhere, parsed(url, self._schemes)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Name the server that a link leads to; ``None`` for one that is none or carries a user name."""
    try:
        found = httpx2.URL(url)
    except httpx2.InvalidURL:
        return None
    if found.userinfo or found.scheme not in PORTS:
        return None
    return found.scheme, found.host, found.port or PORTS[found.scheme]


_STORED, _SERVER_ERROR = (200, 201, 204), 500
_TAG = re.compile(r"<[^>]*>")
_PAGE, _SHORT = 10_000, 200
# How often progress is told over the whole of a file, at most.
_STEPS = 100
