"""HTTP towards a server of an open network: bounded, told apart into done, refused and in doubt."""

from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import anyio
import httpx2

from providers.answer import FAILED, Answer, missing, read
from providers.errors import ErrorTable, doubtful
from providers.leaving import held_back
from providers.networks.network import Window
from providers.protocol import Failure
from providers.wire import retry_after
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.result import ProviderError
from schemas.untrusted import clean

CONNECT_SECONDS, TOTAL_SECONDS = 10.0, 30.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a network words its answers.

    ``name`` is what a person calls it; ``table`` maps errors onto ours; ``said`` finds the code and the words in an
    error's body; ``asked`` the seconds that an answer wants us to wait (Retry-After, unless it has another way).
    """

    name: str
    table: ErrorTable
    said: Callable[[Answer], tuple[str | None, str]]
    asked: Callable[[Answer, Clock], float | None] = lambda answer, clock: retry_after(answer.headers, clock)


class Caller:
    """Calls one server; ``secrets`` are hidden wherever its words are told on. Redirects are not followed."""

    def __init__(
        self, dialect: Dialect, clock: Clock, secrets: Sequence[str] = (), *, seconds: float = TOTAL_SECONDS
    ) -> None:
        self._dialect = dialect
        self._clock = clock
        self._secrets = tuple(secrets)
        self._seconds = seconds
        self._client: httpx2.AsyncClient | None = None

    async def call(
        self,
        method: str,
        url: str,
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
        request = self._open().build_request(
            method,
            url,
            params=query,
            json=body,
            content=content,
            headers=headers,
            extensions=held_back(window.check, body=has_body) if window else None,
        )
        try:
            with anyio.fail_after(bound):
                answer = await read(await self._open().send(request, stream=True))
        except FAILED as error:
            failure = missing(error, bound, self.redact)
            failure.doubt = failure.doubt and window is not None
            raise failure from error
        if not httpx2.codes.is_success(answer.status):
            raise self._refused(answer, publishes=window is not None)
        return answer

    def redact(self, text: str, limit: int = 500) -> str:
        """Bound and clean a foreign text, and hide the secrets should they stand in there."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return clean(text, limit)

    async def aclose(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _refused(self, answer: Answer, *, publishes: bool) -> Failure:
        dialect = self._dialect
        provider_code, said = dialect.said(answer)
        code, words = self.redact(provider_code or "", 100) or None, self.redact(said.strip(), 300)
        row = dialect.table.find(answer.status, provider_code, said)
        asked = dialect.asked(answer, self._clock)
        spoken = f' and said: "{words}"' if words else ""
        return Failure(
            row.code,
            f"{dialect.name} answered {answer.status}{spoken}.",
            doubt=publishes and doubtful(row, answer.status, asked),
            after_seconds=asked,
            advice=row.advice,
            provider_error=ProviderError(http_status=answer.status, code=code, message=words or None),
        )

    def _open(self) -> httpx2.AsyncClient:
        # A connection of its own for every request: a kept one may have gone stale, which would look like a doubt.
        if self._client is None:
            self._client = httpx2.AsyncClient(
                headers={"Accept": "application/json", "User-Agent": "postwright"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                timeout=httpx2.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds)),
                limits=httpx2.Limits(max_keepalive_connections=0),
            )
        return self._client
