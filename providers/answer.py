"""A service's answer, read whole within bounds; and what it means that none came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx2

from providers.protocol import Failure
from schemas.errors import ErrorCode

#: Failures that prove the request never left; after any other, it may have been acted on.
NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)
#: What a failed exchange raises, the bound of somebody around it included.
FAILED = (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError)
MAX_BODY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer: status, headers, and the body as text (empty when it was not UTF-8)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def read(response: httpx2.Response) -> Answer:
    """Read an answer to its end, and let go of it.

    Raises:
        httpx2.HTTPError: it broke off, or is larger than ``MAX_BODY``.
    """
    try:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MAX_BODY:
                content.clear()  # a failure is kept until the last try, and its traceback keeps this
                raise httpx2.RemoteProtocolError("answer too large", request=response.request)
    finally:
        await response.aclose()
    return Answer(response.status_code, response.headers, bytes(content))


def missing(error: Exception, seconds: float, redact: Callable[[str], str]) -> Failure:
    """Say what one of ``FAILED`` means for a request that had so many seconds."""
    if isinstance(error, NEVER_SENT):
        message = f"Could not connect ({type(error).__name__}: {redact(str(error))})."
        return Failure(ErrorCode.PROVIDER_UNREACHABLE, message)
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return Failure(ErrorCode.PROVIDER_TIMEOUT, f"No answer within {round(seconds, 1):g} s.", doubt=True)
    message = f"The connection broke before the answer was complete ({type(error).__name__})."
    return Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=True)
