"""Deliver to Discord: a channel, or a thread of it, by its webhook.

A webhook cannot list messages, and takes no nonce, so a doubt stays one for a person (reference engine 2.3).
"""

import json
import re
from contextlib import aclosing
from functools import partial

import anyio

from providers.answer import Answer
from providers.networks import attached
from providers.networks.calling import sent_once
from providers.networks.carrying import Load, carry
from providers.networks.discord.dialect import caller_of, name_of, seconds_in
from providers.networks.discord.limits import MEDIA, MOST_BYTES
from providers.networks.discord.settings import DiscordSettings
from providers.networks.documents import read_object
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text

#: How long a post waits for its turn by itself before it is put back (seconds).
PATIENCE = 5.0
_NO_CONTENT = 204


class Discord:
    """One webhook; what it posts notifies nobody, whatever stands in the text, unless the post says so."""

    exact = False
    takes_files = True
    tells = False
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._url, self._means = login.secrets["url"], means
        self._caller = caller_of(self._url, means.clock)
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
        return name_of(read_object(await self._caller.call("GET", self._url)))

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
        after = seconds_in(answer.headers.get("x-ratelimit-reset-after"))
        if answer.headers.get("x-ratelimit-remaining") == "0" and after is not None:
            self._free_at = anyio.current_time() + after

    def _published(self, answer: Answer) -> Published:
        message = read_object(answer)
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
