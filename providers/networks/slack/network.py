"""Deliver to Slack: a channel, by an incoming webhook, which answers ``ok`` and tells nothing else.

So nothing can be found or taken back, and a doubt stays one for a person (reference engine 2.3).
"""

import re
from collections.abc import Iterator
from functools import partial

from providers.answer import Answer
from providers.errors import ErrorRow, ErrorTable
from providers.networks.calling import Caller, Dialect, sent_once
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject

_DOCS = "docs.slack.dev, sending messages using incoming webhooks, handling errors"
_OBSERVED = "bodies of errors, as clients of incoming webhooks match them"
_NEW_LINK = "Ask the user for the link of an incoming webhook that is there (app settings), and add it again."
_CHANNEL = "Ask the user to open the channel to the app again, or to add the webhook of another channel."
_IMAGE = "Slack loads images itself: give public https links of PNG, JPEG or GIF images."


def _rows(code: ErrorCode, source: str, advice: str | None, *words: str) -> tuple[ErrorRow, ...]:
    return tuple(ErrorRow(None, word, code, source, advice) for word in words)


ERRORS = ErrorTable(
    (
        *_rows(
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            _DOCS,
            _NEW_LINK,
            *("no_service", "no_service_id", "no_team", "team_disabled", "invalid_token", "user_not_found"),
        ),
        *_rows(
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            _OBSERVED,
            _NEW_LINK,
            *("no_active_hooks", "token_revoked", "account_inactive"),
        ),
        *_rows(
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            _DOCS,
            _CHANNEL,
            *("channel_not_found", "channel_is_archived", "action_prohibited", "posting_to_general_channel_denied"),
        ),
        *_rows(ErrorCode.PLATFORM_REFUSED, _OBSERVED, _IMAGE, "invalid_blocks", "invalid_attachments"),
        *_rows(
            ErrorCode.PLATFORM_REFUSED,
            _DOCS,
            None,
            *("invalid_payload", "no_text", "too_many_attachments", "msg_too_long", "msg_blocks_too_long"),
            *("invalid_blocks_format", "missing_text_or_fallback_or_attachments"),
        ),
        *_rows(ErrorCode.RATE_LIMITED, _OBSERVED, None, "rate_limited", "ratelimited"),
        ErrorRow(None, "rollup_error", ErrorCode.PROVIDER_ERROR, _DOCS, doubt=True),
        ErrorRow(404, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _OBSERVED, _NEW_LINK),
        ErrorRow(410, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _OBSERVED, _NEW_LINK),
        ErrorRow(403, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _OBSERVED, _CHANNEL),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "docs.slack.dev, rate limits"),
        *(ErrorRow(moved, None, ErrorCode.REJECTED, "RFC 9110 15.4") for moved in range(300, 309)),
    )
)


def _said(answer: Answer) -> tuple[str | None, str]:
    """Read an error: it is one word, in plain text."""
    words = answer.body[:2_000].decode("utf-8", "replace").strip()
    return (words if re.fullmatch("[a-z_]{2,60}", words) else None), words


_DIALECT = Dialect("Slack", ERRORS, _said)
#: The most that one section of a message holds, as it is written (docs.slack.dev, section block).
SECTION = 3_000


class Slack:
    """One incoming webhook. What a text writes as ``&``, ``<`` or ``>`` shows as that, so it mentions nobody."""

    exact = False
    takes_files = False
    tells = False
    takes_back = False

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._url = login.secrets["url"]
        self._caller = Caller(_DIALECT, means.clock, [self._url, self._url.rpartition("/")[2]])

    async def prepare(self, parcel: Parcel) -> Step:
        """Write the message; Slack loads its images itself."""
        return partial(self._publish, message(parcel))

    async def find(self, parcel: Parcel) -> None:
        """Find nothing: an incoming webhook only takes."""

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back: an incoming webhook only takes."""

    async def greet(self) -> str:
        """Tell the account's name: to ask Slack anything is to post."""
        return self.account.name

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def _publish(self, body: JsonObject, window: Window) -> Published:
        with sent_once():
            answer = await self._caller.call("POST", self._url, body=body, window=window)
            if answer.body.strip() != b"ok":
                message = "What answered is not Slack's webhook: it did not say ok."
                raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=True)
        return Published()


def message(parcel: Parcel) -> JsonObject:
    """Write a post as Slack takes it: images as blocks, which need an alternative text, and a video as its link."""
    links = parcel.links
    if (parcel.media or {}).get("type") == "video":
        return {"text": f"{escaped(parcel.caption)}\n{escaped(links[0])}", "unfurl_media": True}
    if not links:
        return {"text": escaped(parcel.caption)}
    images: list[JsonObject] = [
        {"type": "image", "image_url": link, "alt_text": f"Image {number} of {len(links)}"}
        for number, link in enumerate(links, 1)
    ]
    texts: list[JsonObject] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in sections(parcel.caption)
    ]
    return {"text": escaped(parcel.caption), "blocks": texts + images}


def escaped(words: str) -> str:
    """Write the three characters that Slack reads as markup as what they show as (docs.slack.dev, formatting)."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sections(words: str) -> Iterator[str]:
    """Cut a text into as few parts as sections hold, at the end of a line or a word where there is one."""
    rest = words.strip()
    while rest:
        fits = _fitting(rest)
        if fits < len(rest):
            fits = max(rest.rfind("\n", 1, fits), 0) or max(rest.rfind(" ", 1, fits), 0) or fits
        yield escaped(rest[:fits])
        rest = rest[fits:].lstrip(" \n")


def _fitting(words: str) -> int:
    """Tell how many characters of a text one section holds."""
    length = 0
    for index, character in enumerate(words):
        length += len(escaped(character))
        if length > SECTION:
            return index
    return len(words)
