"""Deliver to Telegram: channels, groups and chats that a bot may post in, over the Bot API.

Bots cannot list messages, so a doubt stays one for a person to settle (reference engine 2.3).
"""

from contextlib import aclosing
from dataclasses import replace
from functools import partial

from providers.networks.calling import sent_once
from providers.networks.carrying import Load, carry
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.networks.telegram.bot import MOVED, Bot, name_of
from providers.networks.telegram.limits import MEDIA
from providers.networks.telegram.message import Message, message, removal
from providers.protocol import Failure
from schemas.errors import ErrorCode


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
        return name_of(await self._bot.look(self._chat))

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
