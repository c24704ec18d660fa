"""Deliver to a webhook, signed as Standard Webhooks 1.0 says (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import json
from functools import partial

import anyio
import httpx2

from providers.answer import Answer
from providers.errors import ErrorRow, ErrorTable
from providers.networks.calling import TOTAL_SECONDS, Caller, Dialect, sent_once
from providers.networks.documents import link, read_object
from providers.networks.network import Parcel, Published, Step, Window
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock, wire

#: How much of an answer is read, and for how long: its status says enough.
MAX_ANSWER, ANSWER_SECONDS = 65_536, 5.0

_RFC = "RFC 9110 15"
#: Below 500 these say "not now", and all others "never" (reference engine 2.5).
ERRORS = ErrorTable(
    (
        ErrorRow(408, None, ErrorCode.PROVIDER_TIMEOUT, _RFC),
        ErrorRow(425, None, ErrorCode.PROVIDER_ERROR, "RFC 8470 5.2"),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "RFC 6585 4"),
        *(ErrorRow(moved, None, ErrorCode.REJECTED, _RFC) for moved in range(300, 309)),
    )
)


class Webhook:
    """One URL that takes every post as a POST of JSON. A repeat carries the same ``webhook-id``.

    The body is ``{"type": "post.publish", "timestamp": ..., "data": {...}}``; without a ``secret`` it is not
    signed. Any 2xx publishes, and a JSON answer may give the link of the post as ``url``. Redirects are not followed.
    It is ``account``, or the one that the settings turn on. It is reached past the proxies of the environment: more
    often than not it stands on the same machine.

    Raises:
        ValueError: ``url`` is not an http(s) link, or ``secret`` begins with ``whsec_`` and is not base64.
    """

    exact = False
    takes_files = False
    tells = False
    takes_back = False

    def __init__(
        self,
        url: str,
        secret: str | None,
        clock: Clock,
        *,
        account: Account | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._url = _checked(url)
        self._key = _key(secret) if secret else None
        self._clock = clock
        self._caller = Caller(_DIALECT, clock, _telling(self._url, secret), seconds=seconds, direct=True)
        self.account = account or Account(id="local:webhook", platform="webhook", name=f"Webhook {self._url.host}")

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

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def _deliver(self, parcel: Parcel, window: Window) -> Published:
        body = _body(parcel)
        with sent_once():
            headers = self._headers(parcel, body)
            answer = await self._caller.call("POST", self._url, headers=headers, content=body, window=window)
        return Published(link(read_object(answer).get("url")))

    def _headers(self, parcel: Parcel, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": parcel.delivery_id,
            "webhook-timestamp": stamp,
        }
        if self._key is not None:
            signed = f"{parcel.delivery_id}.{stamp}.".encode() + body
            digest = hmac.new(self._key, signed, hashlib.sha256).digest()
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return headers


async def _begun(response: httpx2.Response) -> Answer:
    """Read the beginning of an answer; its status says enough if it breaks off."""
    body = b""
    try:
        with anyio.move_on_after(ANSWER_SECONDS):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= MAX_ANSWER:
                    break
    except httpx2.HTTPError:
        pass
    finally:
        await response.aclose()
    return Answer(response.status_code, response.headers, body[:MAX_ANSWER])


_DIALECT = Dialect("The webhook", ERRORS, lambda answer: (None, answer.body.decode("utf-8", "replace")), heard=_begun)


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


def _checked(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        parsed = httpx2.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("the webhook URL is not a link that begins with http:// or https://")
    return parsed


def _telling(url: httpx2.URL, secret: str | None) -> tuple[str, ...]:
    """Name what a receiver may repeat in its answer and nobody else should read; the longest first."""
    target, path = url.raw_path.decode("ascii").lstrip("/"), url.path.lstrip("/")
    parts = (target, path, url.query.decode("ascii"), url.password, secret or "")
    return tuple(part for part in parts if len(part) >= SHORTEST_SECRET)


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the webhook secret begins with whsec_ but the rest is not base64") from None


_PREFIX = "whsec_"
SHORTEST_SECRET = 8
