"""A stand-in for Slack's incoming webhooks, true to the wire and with real state, for loopback only.

It takes JSON with ``text`` and ``blocks`` (sections and images), enforces what Slack does of them, and answers ``ok``
or one word in plain text. ``LINK`` is the path of the webhook's link. An image is one that Slack cannot load when the
host of its link ends in ``.invalid`` or its path contains ``unreachable``. One message a second is taken.

Beside the controls that every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/messages``   all messages ever posted
``POST /_sandbox/webhook``    ``{"error": "channel_is_archived", "limited": false}``, any of them; ``null`` heals it
============================  ===============================================================================
"""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, read_object, refused
from sandbox.faults import Faults
from sandbox.interceptor import CONTROLS, Interceptor
from sandbox.jsonvalue import JsonObject, is_array, is_object, read, reply
from sandbox.traffic import Traffic

LINK = "/services/T00SANDBOX/B00SANDBOX/sandboxS3cretOfAWebhook"

MOST_BLOCKS, LONGEST_SECTION, LONGEST_LINK, LONGEST_ALT, LONGEST_TEXT = 50, 3000, 3000, 2000, 40_000
SECONDS = 1.0
#: What each error is answered with.
STATUSES = {
    "invalid_payload": 400,
    "invalid_blocks": 400,
    "no_text": 400,
    "user_not_found": 400,
    "too_many_attachments": 400,
    "action_prohibited": 403,
    "invalid_token": 403,
    "posting_to_general_channel_denied": 403,
    "team_disabled": 403,
    "channel_not_found": 404,
    "no_active_hooks": 404,
    "no_service": 404,
    "no_team": 404,
    "channel_is_archived": 410,
    "rollup_error": 500,
}


class Refusal(Exception):  # noqa: N818  (it is an answer)
    """An answer that says no, in one word."""


@dataclass(slots=True)
class State:
    """One webhook and what it posted; ``error`` is what it answers to everything."""

    messages: list[JsonObject] = field(default_factory=list[JsonObject])
    error: str | None = None
    limited: bool = True
    last: datetime | None = None

    def open(self, path: str) -> None:
        """See that a link is the webhook's, and that it takes messages.

        Raises:
            Refusal: it is not, or it does not.
        """
        if path != LINK or self.error:
            raise Refusal(self.error or "no_service")


def create_app(*, clock: Clock | None = None) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve; it tells the time by ``clock``."""
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    state = State()

    async def post(request: Request) -> Response:
        try:
            state.open(request.url.path)
            message = _checked(await request.body())
        except Refusal as refusal:
            return PlainTextResponse(str(refusal), STATUSES.get(str(refusal), 400))
        now = clock.now()
        passed = (now - state.last).total_seconds() if state.last else SECONDS
        if state.limited and passed < SECONDS:
            return PlainTextResponse("rate_limited", 429, {"Retry-After": str(max(1, ceil(SECONDS - passed)))})
        state.last = now
        state.messages.append(message)
        return PlainTextResponse("ok")

    async def messages(request: Request) -> Response:
        return reply({"messages": state.messages})

    async def steer(request: Request) -> Response:
        for name, value in (await read_object(request, known=frozenset({"error", "limited"}))).items():
            setattr(state, name, value)
        return reply({"error": state.error})

    return Starlette(
        routes=[
            Route("/services/{team}/{hook}/{token}", post, methods=["POST"]),
            Route(f"{CONTROLS}/messages", messages, methods=["GET"]),
            Route(f"{CONTROLS}/webhook", steer, methods=["POST"]),
            *Controls(clock, faults, traffic, _failure).routes(),
        ],
        middleware=[Middleware(Interceptor, base="", clock=clock, faults=faults, traffic=traffic, failure=_failure)],
        exception_handlers={ControlError: refused},
    )


def _checked(content: bytes) -> JsonObject:
    try:
        body = read(content)
    except ValueError:
        raise Refusal("invalid_payload") from None
    if not is_object(body):
        raise Refusal("invalid_payload")
    text, blocks = body.get("text"), body.get("blocks", [])
    if not is_array(blocks) or len(blocks) > MOST_BLOCKS or not all(_is_block(block) for block in blocks):
        raise Refusal("invalid_blocks")
    if not blocks and not (isinstance(text, str) and text.strip()):
        raise Refusal("no_text")
    return {**body, "text": text[:LONGEST_TEXT] if isinstance(text, str) else ""}


def _is_block(block: Any) -> bool:
    if not is_object(block):
        return False
    if block.get("type") == "section":
        text = block.get("text")
        return (
            is_object(text)
            and text.get("type") in ("mrkdwn", "plain_text")
            and _fits(text.get("text"), LONGEST_SECTION)
        )
    return block.get("type") == "image" and _fits(block.get("alt_text"), LONGEST_ALT) and _loads(block.get("image_url"))


def _fits(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= most


def _loads(link: Any) -> bool:
    if not _fits(link, LONGEST_LINK):
        return False
    url = urlsplit(str(link))
    dead = (url.hostname or ".invalid").endswith(".invalid") or "unreachable" in url.path
    return url.scheme in ("http", "https") and not dead


def _failure(status: int, error_code: str | None, shape: str | None) -> object:
    return error_code or "rollup_error"
