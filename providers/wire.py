"""HTTP towards a hosted service: one pooled client, bounded in time, size and number, telling doubt from certainty."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import inf
from typing import Any, TypeVar
from urllib.parse import quote

import anyio
import httpx2
from pydantic import SecretStr

from providers.answer import FAILED, Answer, missing, read
from providers.breaker import Breaker, Watch
from providers.dialling import Dialler
from providers.forms import Form, Part
from providers.jitter import Spread, full_jitter
from providers.leaving import held_back
from providers.observing import Observe, unobserved
from providers.protocol import Failure
from providers.retrying import Kind, Try, retried
from providers.turns import Turns
from providers.uploads import Pieces, Uploads, unreadable
from schemas.asset import Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline
from schemas.jsonvalue import JsonObject
from schemas.untrusted import clean

T = TypeVar("T")

CONNECT_SECONDS = 10.0
#: How long a request waits for its turn: with the time-outs of reading accounts and of sending, under 50 s in all.
TURN_SECONDS = 8.0
#: When to try again after no turn came.
TURN_AGAIN = 15.0


class Wire:
    """Carries requests to one service under one key, at most ``concurrency`` at a time, or as ``turns`` has it.

    ``timeout`` bounds a whole request in seconds, from its turn to the last byte of the answer. ``key_header`` is
    where the service wants the key: bare, or as a bearer token in ``Authorization``; ``headers`` go with every call;
    ``breaker`` keeps requests from a service that is down; ``transport`` takes the place of the net, ``spread``
    draws the pauses between tries, and ``storage`` reaches other servers that files are uploaded to, and ``observe``
    watches every request under the key.
    """

    def __init__(
        self,
        base_url: str,
        key: SecretStr,
        clock: Clock,
        *,
        timeout: float,
        concurrency: int,
        user_agent: str,
        key_header: str = "Authorization",
        headers: Mapping[str, str] | None = None,
        turns: Turns | None = None,
        breaker: Breaker | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        spread: Spread = full_jitter,
        storage: Dialler | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._clock = clock
        self._timeout = timeout
        self._turns = turns or Turns(concurrency)
        self._breaker = breaker
        self._concurrency = concurrency
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
        self._key_header = key_header
        self._call_headers = headers or {}
        self._transport = transport
        self._spread = spread
        self._observe = observe
        self._client: httpx2.AsyncClient | None = None
        self._ahead = timedelta()
        self._uploads = Uploads(self._base_url, self.redact, storage)

    async def tried(self, kind: Kind, attempt: Callable[[Try], Awaitable[T]], leave_by: Deadline | None = None) -> T:
        """Make one call, of which ``attempt`` is one try; again after failures that allow it.

        Raises:
            Failure: the last try's.
        """
        return await retried(kind, attempt, self._clock, leave_by, self._spread)

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: dict[str, Any] | None = None,
        leave_by: Deadline | None = None,
        until: float = inf,
    ) -> Answer:
        """Send one request under the key, but not after ``leave_by``, and read the whole answer.

        It ends at ``until`` by the loop's clock, if not earlier.

        Raises:
            Failure: ``provider_unreachable`` or ``provider_paused`` when nothing was sent; ``provider_timeout`` or
                ``unexpected_answer`` with ``doubt`` when the request may have been acted on.
        """
        held = held_back(partial(self._hold_to, leave_by), body=body is not None) if leave_by else None
        request = self._open().build_request(
            method, f"{self._base_url}{path}", json=body, params=query, headers=self._keyed(), extensions=held
        )
        return await self._exchange(request, self._timeout, leave_by, until)

    async def send_file(
        self, path: str, file: str, name: str, media_type: str, size: int, *, seconds: float, progress: Progress
    ) -> Answer:
        """POST ``size`` bytes of a file as the form field ``file``, under the key, and read the whole answer.

        ``progress`` is told in bytes.

        Raises:
            Failure: the file is not as it was said; or as ``send``.
        """
        try:
            async with await anyio.open_file(file, "rb") as opened:
                form = Form([Part("file", name, media_type, size, Pieces(opened, size, progress).read)])
                url, headers = f"{self._base_url}{path}", {**self._keyed(), **form.headers}
                request = self._open().build_request("POST", url, content=form.read(), headers=headers)
                return await self._exchange(request, seconds)
        except OSError as error:
            raise unreadable(error) from error

    def _keyed(self) -> dict[str, str]:
        secret = self._key.get_secret_value()
        value = f"Bearer {secret}" if self._key_header == "Authorization" else secret
        return {**self._call_headers, self._key_header: value}

    async def upload(
        self, url: str, path: str, media_type: str, size: int, *, seconds: float, progress: Progress | None = None
    ) -> None:
        """PUT a file of ``size`` bytes to a presigned link, without the key: the link itself is the permission.

        What stores files is another service than the one that turns and the breaker are for; ``progress`` is told in
        bytes.

        Raises:
            Failure: as ``Uploads.put``.
        """
        await self._uploads.put(url, path, media_type, size, seconds=seconds, progress=progress)

    async def _exchange(
        self,
        request: httpx2.Request,
        seconds: float,
        leave_by: Deadline | None = None,
        until: float = inf,
    ) -> Answer:
        async with self._breaker.watch() if self._breaker else nullcontext(Watch()) as watch:
            give_back = await self._take_turn(until)
            try:
                self._hold_to(leave_by)
                with self._observe(request) as exchange:
                    answer = await self._carry(request, min(seconds, until - anyio.current_time()), watch)
                    exchange.status = answer.status
                    return answer
            finally:
                give_back()

    async def _carry(self, request: httpx2.Request, seconds: float, watch: Watch) -> Answer:
        """Send and read, and say what that told of the service."""
        watch.answered, overdue = False, anyio.current_effective_deadline()
        try:
            with anyio.fail_after(seconds):
                answer = await read(await self._open().send(request, stream=True))
        except FAILED as error:
            raise missing(error, seconds, self.redact) from error
        except Failure:
            watch.answered = None  # it was held back, and that tells nothing
            raise
        except anyio.get_cancelled_exc_class():
            # The time that somebody around gives it is over; or its caller left, and that tells nothing.
            watch.answered = False if anyio.current_time() >= overdue else None
            raise
        watch.answered = answer.status < _SERVER_ERROR
        self._note_time(answer.headers)
        return answer

    def _hold_to(self, leave_by: Deadline | None) -> None:
        """Send nothing too late: another process may have looked into the order since, and found nothing of it."""
        if leave_by and leave_by.passed(self._clock(), anyio.current_time()):
            message = "This machine stood still too long between recording the post and sending it; nothing was sent."
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message)

    def service_time(self) -> datetime:
        """Tell the time by the service's clock, as far as its answers told it: this machine's may be set wrong."""
        return self._clock() + self._ahead

    def _note_time(self, headers: Mapping[str, str]) -> None:
        told = _date(headers.get("date", ""))
        self._ahead = told - self._clock() if told else self._ahead

    async def _take_turn(self, until: float) -> Callable[[], None]:
        """Wait for one of the few requests that may be under way; too long a wait is a call that was never sent."""
        seconds = max(0.0, min(TURN_SECONDS, until - anyio.current_time() - _LEAST))
        try:
            return await self._turns.take(seconds)
        except TimeoutError as error:
            message = f"Too many calls at once: no turn within {round(seconds, 1):g} s, so nothing was sent."
            # Longer than any pause within a call: whoever waits beside many gains nothing by waiting again.
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message, after_seconds=TURN_AGAIN) from error

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                headers=self._headers,
                # A service that sets cookies gets none back, and fills no memory with them.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                transport=self._transport,
                timeout=httpx2.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout)),
                limits=httpx2.Limits(max_connections=self._concurrency, keepalive_expiry=5.0),
            )
        return self._client

    def redact(self, text: str, limit: int = 500) -> str:
        """Bound and clean a foreign text, and hide the key should it stand in there."""
        return clean(text.replace(self._key.get_secret_value(), "[key]"), limit)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        await self._uploads.aclose()


def segment(name: str) -> str:
    """Write a post's id as one segment of a path.

    Raises:
        Failure: ``not_found``: it would lead to another path, and no id does.
    """
    if "/" in name or not name.strip("."):
        raise Failure(ErrorCode.NOT_FOUND, "No post has such an id; nothing was asked.")
    return quote(name, safe="")


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Read Retry-After in either form (seconds, or an HTTP date); between 1 s and 24 h, ``None`` without one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        told = _date(value)
        if told is None:
            return None
        seconds = (told - clock()).total_seconds()
    return within_a_day(seconds) if seconds == seconds else None  # noqa: PLR0124  (NaN is not itself)


def within_a_day(seconds: float) -> float:
    """Bound a wait that a service asks for, whatever it says: between 1 s and 24 h."""
    return min(max(seconds, 1.0), 86_400.0)


def _date(value: str) -> datetime | None:
    """Read an HTTP date; ``None`` for anything else, and for one so far off that counting with it would overflow."""
    try:
        told = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return told if _FIRST_YEAR <= told.year <= _LAST_YEAR else None


_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_SERVER_ERROR = 500
# What is left for a request that had to wait for its turn, at least (seconds).
_LEAST = 1.0
