"""Deliver to a webhook, signed as Standard Webhooks 1.0 says (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import json
from functools import partial

import anyio
import httpx2

from providers.answer import NEVER_SENT
from providers.leaving import held_back
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from providers.wire import retry_after
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock, wire
from schemas.jsonvalue import members, text
from schemas.result import ProviderError
from schemas.untrusted import clean

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
MAX_ANSWER = 65_536


class Webhook:
    """One URL that takes every post as a POST of JSON. A repeat carries the same ``webhook-id``.

    The body is ``{"type": "post.publish", "timestamp": ..., "data": {...}}``; without a ``secret`` it is not
    signed. Any 2xx publishes, and a JSON answer may give the link of the post as ``url``. Redirects are not followed.

    Raises:
        ValueError: ``url`` is not an http(s) link, or ``secret`` begins with ``whsec_`` and is not base64.
    """

    exact = False
    takes_files = False
    tells = False
    takes_back = False

    def __init__(self, url: str, secret: str | None, clock: Clock, *, seconds: float = TOTAL_SECONDS) -> None:
        self._url = _checked(url)
        self._key = _key(secret) if secret else None
        self._clock = clock
        self._seconds = seconds
        self._client: httpx2.AsyncClient | None = None
        self.account = Account(id="local:webhook", platform="webhook", name=f"Webhook {self._url.host}")

    async def prepare(self, parcel: Parcel) -> Step:
        """Return the one step there is."""
        return partial(self._deliver, parcel)

    async def find(self, parcel: Parcel) -> None:
        """Find nothing: a webhook takes and does not tell."""

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back: a webhook only takes."""

    async def greet(self) -> str:
        """Tell the host; whether somebody listens there shows when a post is delivered."""
        return self._url.host

    async def _deliver(self, parcel: Parcel, window: Window) -> Published:
        body = _body(parcel)
        request = self._open().build_request(
            "POST",
            self._url,
            content=body,
            headers=self._headers(parcel, body),
            extensions=held_back(window.check, body=True),
        )
        try:
            with anyio.fail_after(self._seconds):
                response = await self._open().send(request, stream=True)
        except NEVER_SENT as error:
            message = f"The webhook could not be reached ({type(error).__name__}); nothing was sent."
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from error
        except (httpx2.HTTPError, TimeoutError) as error:
            message = f"The webhook was sent the post and gave no answer ({type(error).__name__}).{_DOUBT}"
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=True) from error
        try:
            answer = await _read(response)
        finally:
            await response.aclose()
        if not response.is_success:
            raise self._refused(response, answer)
        return Published(_link(answer))

    async def aclose(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _open(self) -> httpx2.AsyncClient:
        # A connection of its own for every request: a kept one may have gone stale, which would look like a doubt.
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds)),
                limits=httpx2.Limits(max_keepalive_connections=0),
                trust_env=False,
            )
        return self._client

    def _headers(self, parcel: Parcel, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "postwright",
            "webhook-id": parcel.delivery_id,
            "webhook-timestamp": stamp,
        }
        if self._key is not None:
            signed = f"{parcel.delivery_id}.{stamp}.".encode() + body
            digest = hmac.new(self._key, signed, hashlib.sha256).digest()
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return headers

    def _refused(self, response: httpx2.Response, answer: bytes) -> Failure:
        status, after = response.status_code, retry_after(response.headers, self._clock)
        code, doubt = _meaning(status, asked_to_wait=after is not None)
        words = clean(answer.decode("utf-8", "replace").strip(), 200)
        said = f' and said: "{words}"' if words else ""
        remark = _DOUBT if doubt else _REDIRECT if response.is_redirect else ""
        return Failure(
            code,
            f"The webhook answered {status}{said}.{remark}",
            doubt=doubt,
            after_seconds=after,
            provider_error=ProviderError(http_status=status, message=words or None),
        )


def _meaning(status: int, *, asked_to_wait: bool) -> tuple[ErrorCode, bool]:
    """Tell what a refusal means, and whether the post may have been taken all the same (reference engine 2.5)."""
    if status >= _SERVER_ERROR:
        return ErrorCode.PROVIDER_ERROR, not (status == _UNAVAILABLE and asked_to_wait)
    return _NOT_NOW.get(status, ErrorCode.REJECTED), False


async def _read(response: httpx2.Response) -> bytes:
    """Read the beginning of an answer; its status says enough if it breaks off."""
    body = b""
    with anyio.move_on_after(CONNECT_SECONDS):
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= MAX_ANSWER:
                    break
        except httpx2.HTTPError:
            pass
    return body[:MAX_ANSWER]


def _body(parcel: Parcel) -> bytes:
    data = {
        "post_id": parcel.post_id,
        "delivery_id": parcel.delivery_id,
        "account": parcel.account,
        "caption": parcel.caption,
        "media": parcel.media,
        "scheduled_at": wire(parcel.scheduled_at) if parcel.scheduled_at else None,
    }
    event = {"type": "post.publish", "timestamp": wire(parcel.due_at), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _link(answer: bytes) -> str | None:
    try:
        link = text(members(json.loads(answer)).get("url"))
    except (ValueError, RecursionError):
        return None
    fits = link is not None and len(link) <= _LONGEST_LINK and link.startswith(("https://", "http://"))
    return clean(link, _LONGEST_LINK) if link and fits else None


def _checked(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        parsed = httpx2.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("the webhook URL is not a link that begins with http:// or https://")
    return parsed


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the webhook secret begins with whsec_ but the rest is not base64") from None


# Below 500 these say "not now", and all others "never".
_NOT_NOW = {
    408: ErrorCode.PROVIDER_TIMEOUT,
    425: ErrorCode.PROVIDER_ERROR,
    429: ErrorCode.RATE_LIMITED,
}
_UNAVAILABLE, _SERVER_ERROR = 503, 500
_DOUBT = " It may have published the post, so it is not sent again."
_REDIRECT = " Redirects are not followed: give the final URL."
_PREFIX = "whsec_"
_LONGEST_LINK = 2048
