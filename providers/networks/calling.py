"""HTTP towards a server of an open network: bounded, told apart into done, refused and in doubt."""

from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
import httpx2

from providers.answer import FAILED, NEVER_SENT, Answer, read
from providers.errors import ErrorTable, doubtful
from providers.leaving import held_back
from providers.networks.fresh import Fresh
from providers.networks.network import Window
from providers.protocol import Failure
from providers.wire import retry_after
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.result import ProviderError
from schemas.untrusted import clean

CONNECT_SECONDS, TOTAL_SECONDS = 10.0, 30.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a network words its answers.

    ``name`` is what a person calls it; ``table`` maps errors onto ours; ``said`` finds the code and the words in an
    error's body; ``asked`` the seconds that an answer wants us to wait (Retry-After, unless it has another way);
    ``heard`` reads an answer, whole unless its status says enough.
    """

    name: str
    table: ErrorTable
    said: Callable[[Answer], tuple[str | None, str]]
    asked: Callable[[Answer, Clock], float | None] = lambda answer, clock: retry_after(answer.headers, clock)
    heard: Callable[[httpx2.Response], Awaitable[Answer]] = read


class Caller:
    """Calls one server; ``secrets`` are hidden wherever its words are told on. Redirects are not followed.

    ``direct`` goes past the proxies that the environment names.
    """

    def __init__(
        self,
        dialect: Dialect,
        clock: Clock,
        secrets: Sequence[str] = (),
        *,
        seconds: float = TOTAL_SECONDS,
        direct: bool = False,
    ) -> None:
        self._dialect = dialect
        self._clock = clock
        self._secrets = tuple(filter(None, secrets))
        self._seconds = seconds
        self._fresh = Fresh(direct=direct)

    async def call(
        self,
        method: str,
        url: str | httpx2.URL,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
        body: JsonObject | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
        window: Window | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Make one request and return the answer to it, if that is a 2xx.

        With a ``window`` it publishes: it leaves only while that is open, and what came of it may be in doubt.

        Raises:
            Failure: refused, as the dialect's table has it; not sent; or (``doubt``, only with a ``window``) lost.
        """
        bound = seconds or self._seconds
        has_body = body is not None or content is not None
        leaving = _Leaving(window) if window else None
        extensions = {"timeout": {"connect": min(CONNECT_SECONDS, bound)}}
        if leaving:
            extensions |= held_back(leaving.check, body=has_body)
        try:
            request = httpx2.Request(
                method,
                url,
                params=query,
                json=body,
                content=content,
                headers=_HEADERS | {name.lower(): value for name, value in (headers or {}).items()},
                extensions=extensions,
            )
            with anyio.fail_after(bound):
                answer = await self._dialect.heard(await self._fresh.send(request))
        except FAILED as error:
            raise self._missing(error, bound, leaving) from error
        if not httpx2.codes.is_success(answer.status):
            raise self._refused(answer, publishes=window is not None)
        return answer

    def redact(self, text: str, limit: int = 500) -> str:
        """Bound and clean a foreign text, and hide the secrets should they stand in there."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return clean(text, limit)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._fresh.aclose()

    def _missing(self, error: Exception, bound: float, leaving: "_Leaving | None") -> Failure:
        """Say what it means that no answer came."""
        name, why, said = self._dialect.name, type(error).__name__, self.redact(str(error), 200)
        if isinstance(error, NEVER_SENT) or (leaving and not leaving.begun):
            detail = f"{why}: {said}" if "certificate" in said or isinstance(error, httpx2.InvalidURL) else why
            message = f"{name} could not be reached ({detail}); nothing was sent."
            return Failure(ErrorCode.PROVIDER_UNREACHABLE, message)
        sent = f"{name} was sent the post and" if leaving else name
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            message = f"{sent} gave no answer within {round(bound, 1):g} s."
            return Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=leaving is not None)
        message = f"{sent} gave no whole answer ({why})."
        return Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=leaving is not None)

    def _refused(self, answer: Answer, *, publishes: bool) -> Failure:
        dialect = self._dialect
        provider_code, said = dialect.said(answer)
        code, words = self.redact(provider_code or "", 100) or None, self.redact(said.strip(), 240)
        row = dialect.table.find(answer.status, provider_code, said)
        asked = dialect.asked(answer, self._clock)
        spoken = f' and said: "{words}"' if words else ""
        remark = _REDIRECT if answer.status in _MOVED else ""
        return Failure(
            row.code,
            f"{dialect.name} answered {answer.status}{spoken}.{remark}",
            doubt=publishes and doubtful(row, answer.status, asked),
            after_seconds=asked,
            advice=row.advice,
            provider_error=ProviderError(http_status=answer.status, code=code, message=words or None),
        )


class _Leaving:
    """Whether anything of a request may have left already."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.begun = False

    def check(self) -> None:
        self._window.check()
        self.begun = True


@contextmanager
def sent_once() -> Generator[None]:
    """Say of a doubt that nothing more is done: for networks that cannot tell what became of a post.

    Raises:
        Failure: as it was.
    """
    try:
        yield
    except Failure as failure:
        if failure.doubt:
            failure.message += " It may have published the post, so it is not sent again."
        raise


_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "close",
    "user-agent": "postwright",
}
_MOVED = frozenset({301, 302, 303, 307, 308})
_REDIRECT = " Redirects are not followed: give the final URL."
