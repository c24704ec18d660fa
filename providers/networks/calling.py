"""HTTP towards a server of an open network: bounded, told apart into done, refused and in doubt."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Mapping, Sequence
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
    ``heard`` reads an answer, whole unless its status says enough; ``meant`` tells the status that it stands for, where
    a 2xx may hide an error.
    """

    name: str
    table: ErrorTable
    said: Callable[[Answer], tuple[str | None, str]]
    asked: Callable[[Answer, Clock], float | None] = lambda answer, clock: retry_after(answer.headers, clock)
    heard: Callable[[httpx2.Response], Awaitable[Answer]] = read
    meant: Callable[[Answer], int] = lambda answer: answer.status


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
        removes: bool = False,
        seconds: float | None = None,
    ) -> Answer:
        """Make one request and return the answer to it, if that is a 2xx.

        With a ``window`` it publishes: it leaves only while that is open. What came of that, or of one that
        ``removes``, may be in doubt; one that only asks or prepares never is.

        Raises:
            Failure: refused, as the dialect's table has it; not sent; or (``doubt``) lost.
        """
        bound = seconds or self._seconds
        has_body = body is not None or content is not None
        leaving = _Leaving(window) if window else None
        if leaving and content is not None and not isinstance(content, bytes):
            content = leaving.watched(content)
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
            raise self._missing(error, bound, leaving, removes=removes) from error
        status = self._dialect.meant(answer)
        if not httpx2.codes.is_success(status):
            raise self._refused(answer, status, acts=removes or window is not None)
        return answer

    def hide(self, *secrets: str) -> None:
        """Hide further secrets too, such as those of a session that was renewed."""
        self._secrets = tuple(dict.fromkeys((*filter(None, secrets), *self._secrets)))[:_MOST_SECRETS]

    def redact(self, text: str, limit: int = 500) -> str:
        """Bound and clean a foreign text, and hide the secrets should they stand in there."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return clean(text, limit)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._fresh.aclose()

    def _missing(self, error: Exception, bound: float, leaving: "_Leaving | None", *, removes: bool) -> Failure:
        """Say what it means that no answer came."""
        name, why, said = self._dialect.name, type(error).__name__, self.redact(str(error), 200)
        if leaving and leaving.checked and not leaving.whole:
            message = f"{name} was not sent all of the post ({why}), so nothing was published."
            return Failure(ErrorCode.PROVIDER_UNREACHABLE, message)
        if isinstance(error, NEVER_SENT) or (leaving and not leaving.checked):
            detail = f"{why}: {said}" if "certificate" in said or isinstance(error, httpx2.InvalidURL) else why
            message = f"{name} could not be reached ({detail}); nothing was sent."
            return Failure(ErrorCode.PROVIDER_UNREACHABLE, message)
        sent, doubt = f"{name} was sent the post and" if leaving else name, removes or leaving is not None
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            message = f"{sent} gave no answer within {round(bound, 1):g} s."
            return Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=doubt)
        return Failure(ErrorCode.UNEXPECTED_ANSWER, f"{sent} gave no whole answer ({why}).", doubt=doubt)

    def _refused(self, answer: Answer, status: int, *, acts: bool) -> Failure:
        dialect = self._dialect
        provider_code, said = dialect.said(answer)
        code, words = self.redact(provider_code or "", 100) or None, self.redact(said.strip(), 240)
        row = dialect.table.find(status, provider_code, said)
        asked = dialect.asked(answer, self._clock)
        spoken = f' and said: "{words}"' if words else ""
        remark = _REDIRECT if status in _MOVED else ""
        return Failure(
            row.code,
            f"{dialect.name} answered {status}{spoken}.{remark}",
            doubt=acts and doubtful(row, status, asked),
            after_seconds=asked,
            advice=row.advice,
            provider_error=ProviderError(http_status=status, code=code, message=words or None),
        )


class _Leaving:
    """How much of a request has left: nothing before the window was ``checked``, and of a body perhaps not the whole.

    What breaks off in its body is not acted on.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.checked = False
        self.whole = True

    def check(self) -> None:
        self._window.check()
        self.checked = True

    async def watched(self, pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
        """Hand on a body, one piece behind, so as to know when its last piece goes."""
        self.whole, held = False, b""
        async for piece in pieces:
            if held:
                yield held
            held = piece
        self.whole = True
        yield held


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
#: Those of a few renewals back: servers do not repeat older ones.
_MOST_SECRETS = 12
_MOVED = frozenset({301, 302, 303, 307, 308})
_REDIRECT = " Redirects are not followed: give the final URL."
