"""Deliver to Telegram: channels, groups and chats that a bot may post in, over the Bot API.

Bots cannot list messages, so a doubt stays one for a person to settle (reference engine 2.3).
"""

import re
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial

from providers.networks.calling import sent_once
from providers.networks.carrying import Load, carry
from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Parcel, Published, Step, Window
from providers.networks.telegram_bot import MOVED, Bot
from providers.networks.telegram_message import MOST_PHOTOS, Message, TelegramSettings, message, removal
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text
from schemas.media_rule import Measure, MediaRule
from schemas.rule import Check, Rule, Scope
from schemas.units import Unit
from schemas.untrusted import clean

API = "https://api.telegram.org"
_RULES, _HERE = "platform_rules, Telegram", frozenset({"telegram"})
_ALL = Scope(platforms=_HERE)
_MB = 1_000_000
MEDIA = (
    MediaRule(_HERE, "image", Measure.BYTES, _RULES, most=10 * _MB),
    MediaRule(_HERE, "image", Measure.RATIO, _RULES, least=1 / 20, most=20),
    # A Bot API server of one's own takes 2,000 MB.
    MediaRule(_HERE, "video", Measure.BYTES, _RULES, most=50 * _MB, sure=False),
)


class Telegram:
    """One chat, posted to by one bot. A group that became a supergroup is followed to its new id, which is kept."""

    exact = False
    takes_files = True
    tells = False
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._bot = Bot(login.secrets["token"], login.settings["api"], means.clock)
        self._secrets, self._means = dict(login.secrets), means
        self._chat = int(login.secrets.get("chat") or login.settings["chat"])

    async def prepare(self, parcel: Parcel) -> Step:
        """Find the files in our keeping, and choose the call. Links are left to Telegram, which loads them itself.

        Raises:
            Failure: a file will not do.
        """
        kept = [link for link in parcel.links if link in parcel.files]
        named = {"url": kept[0]} if kept and "url" in (parcel.media or {}) else {"urls": kept}
        media = {**(parcel.media or {}), **named} if kept else None
        load = await carry(replace(parcel, media=media), self.account, self._means, MEDIA)
        sent = message(parcel, dict(zip(kept, load.files, strict=True)))
        return partial(self._publish, sent, load)

    async def find(self, parcel: Parcel) -> None:
        """Find nothing: bots cannot list messages."""

    async def take_back(self, remote_id: str) -> None:
        """Delete the messages of a post, or find them gone.

        Raises:
            Failure: Telegram refuses, as after 48 hours; or nobody knows.
        """
        call = removal(remote_id)
        if call is None:
            raise Failure(ErrorCode.NOT_FOUND, "Telegram has no message by that name.")
        try:
            await self._bot.ask(*call, removes=True)
        except Failure as failure:
            if failure.code is not ErrorCode.NOT_FOUND:
                raise

    async def greet(self) -> str:
        """Tell the name of the chat, once it is clear that the bot may post there.

        Raises:
            Failure: it may not, or could not be asked.
        """
        return _name(await self._bot.look(self._chat))

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._bot.aclose()

    async def _publish(self, sent: Message, load: Load, window: Window) -> Published:
        async with aclosing(load):
            return await self._send(sent, window)

    async def _send(self, sent: Message, window: Window) -> Published:
        with sent_once():
            try:
                return await self._bot.publish(self._chat, sent, window)
            except Failure as failure:
                if not await self._moved(failure):
                    raise
            return await self._bot.publish(self._chat, sent, window)

    async def _moved(self, failure: Failure) -> bool:
        """Follow a group to the supergroup that it became; false: that is not why it failed."""
        told = (failure.provider_error and failure.provider_error.code) or ""
        chat = told.removeprefix(MOVED)
        if chat == told or chat == str(self._chat):
            return False
        self._chat, self._secrets["chat"] = int(chat), chat
        await self._means.keep(self.account.id, self._secrets)
        return True


def _name(chat: JsonObject) -> str:
    names = (text(chat.get("title")), text(chat.get("first_name")), text(chat.get("username")))
    return clean(next(filter(None, names), "Telegram chat"), 100)


async def _log_in(given: Mapping[str, str], means: Means) -> Login:
    api = given.get("api") or API
    bot = Bot(given["token"].strip(), api, means.clock)
    try:
        chat = await bot.look(_chat(given["chat"]))
    finally:
        await bot.aclose()
    chat_id, username = chat.get("id"), text(chat.get("username"))
    if type(chat_id) is not int:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Telegram did not tell the id of that chat.")
    account = Account(
        id=f"local:telegram-{(username or str(chat_id)).lower()}",
        platform="telegram",
        name=_name(chat),
        username=username,
        kind=text(chat.get("type")),
    )
    return Login(account, {"chat": str(chat_id), "api": api}, {"token": given["token"].strip()})


def _chat(given: str) -> int | str:
    """Read which chat is meant: a number, a name, or a link to a public chat.

    Raises:
        ValueError: it is none of these.
    """
    named = re.fullmatch(r"(?:https?://)?(?:t\.me/|telegram\.me/)?@?([A-Za-z][A-Za-z0-9_]{3,31})/?", given.strip())
    if named:
        return f"@{named[1]}"
    if re.fullmatch(r"-?\d{1,20}", given.strip()):
        return int(given)
    raise ValueError("the chat is neither a public name, such as @mychannel, nor an id, such as -1001234567890")


KIND = Kind(
    platform="telegram",
    title="Telegram (bot)",
    asks=(
        Ask("token", "The bot's token, from @BotFather", secret=True),
        Ask("chat", "The channel, group or chat: @name, or its id"),
        Ask("api", "The address of the Bot API server", default=API),
    ),
    log_in=_log_in,
    connect=Telegram,
    rules=(
        Rule("/caption", Check.MAX_LENGTH, 4_096, _RULES, Unit.UTF16, _ALL),
        *(
            Rule("/caption", Check.MAX_LENGTH, 1_024, _RULES, Unit.UTF16, Scope(platforms=_HERE, media=media))
            for media in ("video", "slideshow")
        ),
        Rule("/caption", Check.PATTERN, r"\S", _RULES, scope=_ALL, fix="Write something besides blanks."),
        Rule("/media/urls", Check.MAX_ITEMS, MOST_PHOTOS, _RULES, Unit.ITEMS, _ALL),
    ),
    media=MEDIA,
    unit=Unit.UTF16,
    # Once a second in a chat, and 20 times a minute in a group.
    pace=Pace(every=timedelta(seconds=3), at_once=4),
    settings=TelegramSettings,
)
