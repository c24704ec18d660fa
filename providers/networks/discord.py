"""Deliver to Discord: a channel, or a thread of it, by its webhook.

A webhook cannot list messages, and takes no nonce, so a doubt stays one for a person (reference engine 2.3).
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from functools import partial

import anyio
from pydantic import Field

from providers.answer import Answer
from providers.networks import attached
from providers.networks.calling import Caller, Dialect, sent_once
from providers.networks.carrying import Load, carry
from providers.networks.discord_errors import ERRORS
from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from providers.wire import retry_after
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.media_rule import Measure, MediaRule
from schemas.request import Arguments
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit
from schemas.untrusted import clean

_RULES, _HERE = "platform_rules, Discord", frozenset({"discord"})
_ALL, _MIB = Scope(platforms=_HERE), 1024 * 1024
#: What all files of one post may weigh together (bytes; platform_rules, Discord).
MOST_BYTES = 25 * _MIB
MEDIA = tuple(MediaRule(_HERE, kind, Measure.BYTES, _RULES, most=10 * _MIB) for kind in ("image", "video"))
#: How long a post waits for its turn by itself before it is put back (seconds).
PATIENCE = 5.0


def _read(answer: Answer) -> JsonObject:
    try:
        return members(json.loads(answer.body))
    except (ValueError, RecursionError):
        return {}


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the code and the words of an error, those about single fields behind it."""
    told = _read(answer)
    code, words = told.get("code"), [text(told.get("message")) or "", *_of_fields(members(told.get("errors")), "")]
    return str(code) if type(code) is int and code else None, "; ".join(filter(None, words))


def _of_fields(errors: JsonObject, path: str, depth: int = 0) -> Iterator[str]:
    for error in items(errors.get("_errors")):
        yield f"{path}: {text(members(error).get('message')) or ''}"
    for name, below in errors.items() if depth < _DEEPEST else ():
        yield from _of_fields(members(below), f"{path}.{name}".lstrip("."), depth + 1) if name != "_errors" else ()


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: the body has it in fractions of a second, the header rounded."""
    told = _seconds(_read(answer).get("retry_after"))
    return told if told is not None else retry_after(answer.headers, clock)


def _seconds(told: object) -> float | None:
    try:
        seconds = float(told) if isinstance(told, int | float | str) else None
    except ValueError:
        return None
    return min(seconds, 86_400.0) if seconds is not None and seconds >= 0 else None


_DIALECT = Dialect("Discord", ERRORS, _said, asked=_asked)


class DiscordSettings(Arguments):
    """The ``discord`` object of create_post."""

    username: str | None = Field(None, description="The name to post under, instead of the webhook's (1..80).")
    allow_mentions: bool | None = Field(None, description="True: @everyone, @here, roles and users are notified.")


class Discord:
    """One webhook; what it posts notifies nobody, whatever stands in the text, unless the post says so."""

    exact = False
    takes_files = True
    tells = False
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._url, self._means = login.secrets["url"], means
        self._caller = _caller(self._url, means.clock)
        self._settings = login.settings
        self._free_at = 0.0

    async def prepare(self, parcel: Parcel) -> Step:
        """Bring the files here, and wait for the webhook's next turn if it is near.

        Raises:
            Failure: a file will not do, or the turn is far off (``rate_limited``).
        """
        load = await carry(parcel, self.account, self._means, MEDIA)
        try:
            _check_weight(load)
            await self._turn()
        except BaseException:
            await load.aclose()
            raise
        return partial(self._publish, parcel, load)

    async def find(self, parcel: Parcel) -> None:
        """Find nothing: a webhook cannot list messages."""

    async def take_back(self, remote_id: str) -> None:
        """Delete a message, or find it gone.

        Raises:
            Failure: refused, or (``doubt``) nobody knows.
        """
        if not re.fullmatch(r"\d{1,20}", remote_id):
            raise Failure(ErrorCode.NOT_FOUND, "Discord has no message by that name.")
        try:
            url = f"{self._url}/messages/{remote_id}"
            await self._caller.call("DELETE", url, query=self._thread(), removes=True)
        except Failure as failure:
            if failure.code is not ErrorCode.NOT_FOUND:
                raise

    async def greet(self) -> str:
        """Tell the name of the webhook.

        Raises:
            Failure: it is gone, or could not be asked.
        """
        return _name(_read(await self._caller.call("GET", self._url)))

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def _turn(self) -> None:
        ahead = self._free_at - anyio.current_time()
        if ahead > PATIENCE:
            message = f"Discord takes no more of this webhook for {ahead:.0f} s."
            raise Failure(ErrorCode.RATE_LIMITED, message, after_seconds=ahead)
        await anyio.sleep(max(ahead, 0.0))

    async def _publish(self, parcel: Parcel, load: Load, window: Window) -> Published:
        async with aclosing(load):
            with sent_once():
                answer = await self._send(parcel, load, window)
                self._note_turn(answer)
                return self._published(answer)

    async def _send(self, parcel: Parcel, load: Load, window: Window) -> Answer:
        # Without "wait" Discord answers before it knows whether the message will do.
        query = {"wait": "true", **self._thread()}
        message = _message(parcel)
        if not load.files:
            return await self._caller.call("POST", self._url, query=query, body=message, window=window)
        message["attachments"] = [
            {"id": number, **({"description": file.alt_text} if file.alt_text else {})}
            for number, file in enumerate(load.files)
        ]
        files = {f"files[{number}]": file for number, file in enumerate(load.files)}
        form = attached.form({"payload_json": json.dumps(message)}, files)
        return await self._caller.call(
            "POST",
            self._url,
            query=query,
            content=form.read(),
            headers=form.headers,
            window=window,
            seconds=attached.patience(form),
        )

    def _note_turn(self, answer: Answer) -> None:
        """Remember when the webhook may post again, if this was the last for now."""
        after = _seconds(answer.headers.get("x-ratelimit-reset-after"))
        if answer.headers.get("x-ratelimit-remaining") == "0" and after is not None:
            self._free_at = anyio.current_time() + after

    def _published(self, answer: Answer) -> Published:
        message = _read(answer)
        number, channel = text(message.get("id")), text(message.get("channel_id"))
        guild, origin = self._settings.get("guild"), self._settings["origin"]
        if answer.status == _NO_CONTENT:
            return Published()
        if not number or not number.isdigit():
            words = "What answered is not Discord's webhook: it did not tell of the message."
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, words, doubt=True)
        place = channel if channel and channel.isdigit() else None
        return Published(f"{origin}/channels/{guild}/{place}/{number}" if guild and place else None, number)

    def _thread(self) -> dict[str, str]:
        thread = self._settings.get("thread")
        return {"thread_id": thread} if thread else {}


def _message(parcel: Parcel) -> JsonObject:
    chosen = DiscordSettings.model_validate(parcel.settings.get("discord") or {})
    notified = ["everyone", "roles", "users"] if chosen.allow_mentions else []
    name = {"username": chosen.username} if chosen.username else {}
    return {"content": parcel.caption, "allowed_mentions": {"parse": notified}, **name}


def _check_weight(load: Load) -> None:
    weight = sum(file.measures.bytes for file in load.files)
    if weight > MOST_BYTES:
        message = f"Its files have {weight:,} bytes together; Discord takes {MOST_BYTES:,} in one post."
        raise Failure(ErrorCode.VALIDATION_FAILED, message)


def _caller(url: str, clock: Clock) -> Caller:
    return Caller(_DIALECT, clock, [url, url.rpartition("/")[2]])


def _name(webhook: JsonObject) -> str:
    return clean(text(webhook.get("name")) or "Discord webhook", 100)


async def _log_in(given: Mapping[str, str], means: Means) -> Login:
    link = re.fullmatch(_LINK, given["url"].strip())
    if link is None:
        raise ValueError("that is not the link of a webhook: https://discord.com/api/webhooks/<id>/<token>")
    thread = given.get("thread", "").strip() or (link["thread"] or "")
    if thread and not re.fullmatch(r"\d{1,20}", thread):
        raise ValueError("the thread is not an id, such as 1100000000000000001")
    url = f"{link['origin']}/api/{link['version'] or _VERSION}/webhooks/{link['id']}/{link['token']}"
    caller = _caller(url, means.clock)
    try:
        webhook = _read(await caller.call("GET", url))
    finally:
        await caller.aclose()
    if webhook.get("id") != link["id"]:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "What answers there is not Discord's webhook.")
    if webhook.get("type") != _INCOMING:
        raise ValueError("that webhook takes no posts: it is not one that was made under Integrations")
    account = Account(f"local:discord-{link['id']}", "discord", _name(webhook), kind="thread" if thread else "channel")
    settings = {"origin": link["origin"], "guild": text(webhook.get("guild_id")) or "", "thread": thread}
    return Login(account, settings, {"url": url})


_LINK = (
    r"(?P<origin>https?://[^/\s?#@]+)/api/(?:(?P<version>v\d{1,2})/)?webhooks/(?P<id>\d{1,20})/(?P<token>[\w.-]{8,200})"
    r"/?(?:\?thread_id=(?P<thread>\d{1,20}))?"
)
_NAME, _NAMES = r"(?i)^(?!.*(discord|clyde))", "docs.discord.com, usernames and nicknames"
_VERSION, _INCOMING, _DEEPEST, _NO_CONTENT = "v10", 1, 8, 204

KIND = Kind(
    platform="discord",
    title="Discord (webhook)",
    asks=(
        Ask("url", "The webhook's link (channel settings, Integrations, Webhooks)", secret=True),
        Ask("thread", "The id of a thread or forum post in that channel, if it is to be one", default=""),
    ),
    log_in=_log_in,
    connect=Discord,
    rules=(
        Rule("/caption", Check.MAX_LENGTH, 2_000, _RULES, Unit.CHARACTERS, _ALL),
        Rule("/caption", Check.PATTERN, r"\S", _RULES, scope=_ALL, fix="Write something besides blanks."),
        Rule("/media/urls", Check.MAX_ITEMS, 10, "docs.discord.com, error 30015", Unit.ITEMS, _ALL),
        Rule("/discord/username", Check.MIN_LENGTH, 1, _NAMES, Unit.CHARACTERS, _ALL),
        Rule("/discord/username", Check.MAX_LENGTH, 80, _NAMES, Unit.CHARACTERS, _ALL),
        Rule("/discord/username", Check.PATTERN, _NAME, _NAMES, scope=_ALL, fix='Leave "Discord" and "Clyde" out.'),
    ),
    media=MEDIA,
    settings=DiscordSettings,
    alt_text=AltText(1_024),
    # Thirty a minute in a channel is what webhooks are known to get; the headers of each answer decide.
    pace=Pace(every=timedelta(seconds=2), burst=5),
)
