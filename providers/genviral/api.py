"""One call to Genviral: the data of a success, or the ``Failure`` that the error table makes of anything else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers import payload
from providers.errors import doubtful
from providers.genviral import records
from providers.genviral.errors import TABLE
from providers.protocol import Failure
from providers.retrying import Kind, Try
from providers.wire import Answer, Wire, retry_after
from schemas.asset import Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline
from schemas.jsonvalue import JsonObject, is_list, members, text
from schemas.result import ProviderError


@dataclass(frozen=True, slots=True)
class Said:
    """A success: its data and HTTP status; ``doubted``: an earlier try of the same call may have been acted on."""

    data: JsonObject
    status: int
    doubted: bool


class Api:
    """Speaks JSON over one ``Wire``, and opens the envelope that every answer comes in (reference genviral 2)."""

    def __init__(self, http: Wire, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def send(
        self,
        kind: Kind,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: dict[str, Any] | None = None,
        leave_by: Deadline | None = None,
        check: Callable[[JsonObject], None],
    ) -> Said:
        """Make one call, but not after ``leave_by``; again as its kind allows.

        ``check`` raises a ``Failure`` for data that are not what was asked for.

        Raises:
            Failure: not sent, refused, or (``doubt``) nobody knows.
        """

        async def attempt(this: Try) -> Said:
            answer = await self._http.send(method, path, body=body, query=query, leave_by=leave_by, until=this.until)
            data = self._data(answer)
            check(data)
            return Said(data, answer.status, this.doubted)

        return await self._http.tried(kind, attempt, leave_by)

    async def read(
        self, path: str, query: dict[str, Any] | None = None, *, check: Callable[[JsonObject], None]
    ) -> JsonObject:
        """Read one path.

        Raises:
            Failure: as ``send``.
        """
        return (await self.send(Kind.READ, "GET", path, query=query, check=check)).data

    async def upload(
        self, url: str, path: str, media_type: str, size: int, *, seconds: float, progress: Progress
    ) -> None:
        """Bring a file to a link that POST /files gave.

        Raises:
            Failure: it did not arrive, or nobody knows.
        """
        await self._http.upload(url, path, media_type, size, seconds=seconds, progress=progress)

    def service_time(self) -> datetime:
        """Tell the time by the service's clock."""
        return self._http.service_time()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _data(self, answer: Answer) -> JsonObject:
        """Open the envelope, or raise what the error table says of it."""
        envelope = payload.read(answer.body) or {}
        if answer.status in _SUCCESS and envelope.get("ok") is True:
            return members(envelope.get("data"))
        raise self._failure(answer, envelope)

    def _failure(self, answer: Answer, envelope: JsonObject) -> Failure:
        code = text(envelope.get("error_code"))
        # Every answer of the service is an envelope (reference genviral 2): one that is none came from elsewhere.
        silent = f"HTTP {answer.status} without {'a message' if envelope else 'an envelope'}"
        message = self._http.redact(text(envelope.get("message")) or silent)
        row, asked = TABLE.find(answer.status, code, message), retry_after(answer.headers, self._clock)
        return Failure(
            row.code,
            f"Genviral: {message}",
            doubt=doubtful(row, answer.status, asked),
            provider_error=ProviderError(
                http_status=answer.status,
                code=self._http.redact(code, 80) if code else None,
                message=message,
                request_id=self._http.redact(answer.headers.get("x-request-id", ""), 80) or None,
            ),
            problems=records.problems(envelope.get("issues")),
            after_seconds=asked,
            advice=row.advice,
        )


def check_list(data: JsonObject, name: str) -> None:
    """Hold that an answer has a list; one without it is none, and proves nothing.

    Raises:
        Failure: it has none.
    """
    if not is_list(data.get(name)):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"Genviral answered without a list of {name}.", doubt=True)


def check_post(data: JsonObject) -> None:
    """Hold that an answer tells a post.

    Raises:
        Failure: it does not.
    """
    if not records.post(data).id:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral answered without a post.", doubt=True)


_SUCCESS = range(200, 300)
