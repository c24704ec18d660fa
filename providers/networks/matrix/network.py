"""Deliver to Matrix: messages in one room, each under a transaction of its own."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from math import inf

import anyio

from providers.networks.carrying import Carried, carry
from providers.networks.kind import Login, Means
from providers.networks.matrix.content import MARK, link_to, measured, media, words
from providers.networks.matrix.homeserver import Homeserver
from providers.networks.matrix.limits import CONTENT_BYTES
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.media_rule import Measure, MediaRule

#: How long a homeserver may be trusted to know a transaction again: Synapse forgets it after a day.
REMEMBERED = timedelta(hours=12)
#: Pages of a hundred messages that are looked through for an earlier try.
PAGES = 20
#: How far the homeserver's clock may be behind ours.
BEHIND = timedelta(hours=1)
_ANOTHER_ROOM = "Ask the user to add an account with another room: encryption cannot be turned off again."
_UPLOADS = "Client-Server API, m.upload.size"
#: How long the homeserver may make us wait between the messages of one post (seconds): in one go, and in all.
PAUSE_SECONDS, PAUSES_SECONDS = 30.0, 300.0


class Matrix:
    """One user in one room.

    A post is a message with its text, and one more for each of its media. Every message has a transaction made of the
    delivery, under which a homeserver knows it again; the transaction is the device's, so what was first tried before
    this login, or long ago, is looked for among the messages themselves.
    """

    exact = True
    takes_files = True
    tells = True
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._means, self._clock = means, means.clock
        self._room, self._user = login.settings["room"], login.settings["user"]
        self._since = parse(login.settings.get("since", ""))
        most = int(login.settings.get("upload_bytes") or 0)
        kinds = ("image", "video") if most else ()
        self._bounds = [MediaRule(frozenset(), kind, Measure.BYTES, _UPLOADS, most=most) for kind in kinds]
        self._server = Homeserver(login.settings["homeserver"], means.clock, login.secrets["token"])

    async def prepare(self, parcel: Parcel) -> Step:
        """Bring the media, and look for what an earlier try may have sent where the homeserver may not know it.

        Raises:
            Failure: the room is encrypted by now, a file cannot be brought, or the text is too long.
        """
        text = words(parcel.caption)
        if measured(text) > CONTENT_BYTES:
            over = measured(text) - CONTENT_BYTES
            message = f"The text is {over:,} bytes longer than an event may be; nothing was sent. Shorten it."
            raise Failure(ErrorCode.PLATFORM_REFUSED, message)
        if await self._server.state(self._room, "m.room.encryption"):
            message = "The room was encrypted since this account was added, and postwright writes only in the open."
            raise Failure(ErrorCode.SETUP_NEEDED, f"{message} Nothing was sent.", advice=_ANOTHER_ROOM)
        sent = await self._sent(parcel) if self._may_be_forgotten(parcel.due_at) else {}
        contents = [text]
        async with aclosing(await carry(parcel, self.account, self._means, self._bounds)) as load:
            contents += [await self._brought(file) for file in load.files]
        return partial(self._publish, parcel.delivery_id, contents, sent)

    async def find(self, parcel: Parcel) -> Published | None:
        """Look for all of a delivery among the messages of the room.

        Raises:
            Failure: the homeserver could not be asked.
        """
        sent = await self._sent(parcel)
        events = [sent.get(number) for number in range(1 + len(parcel.links))]
        return None if None in events else self._told([event for event in events if event])

    async def take_back(self, remote_id: str) -> None:
        """Empty each message of a delivery; those who read it have read it.

        Raises:
            Failure: refused, or the homeserver could not be asked.
        """
        for event in remote_id.split():
            await self._server.redact(self._room, event, f"{event[1:]}-redaction")

    async def greet(self) -> str:
        """Tell the user, who must still be in the room.

        Raises:
            Failure: the token is dead, or the user out of the room.
        """
        user = await self._server.user()
        if (await self._server.state(self._room, "m.room.member", user)).get("membership") != "join":
            message = f"{user} is not in the room any more: let somebody invite this user, then add the account again."
            raise Failure(ErrorCode.ACCOUNT_NEEDS_RECONNECT, message)
        return user

    async def aclose(self) -> None:
        """Close the client."""
        await self._server.aclose()

    async def _brought(self, file: Carried) -> JsonObject:
        """Upload a file, and write the message that shows it."""
        found = file.measures
        link = await self._server.upload(file.name, found.media_type, found.bytes, file.read())
        return media(link, file.name, file.alt_text, found)

    async def _publish(
        self, delivery: str, contents: Sequence[JsonObject], sent: Mapping[int, str], window: Window
    ) -> Published:
        events: list[str] = []
        for number, content in enumerate(contents):
            try:
                events.append(sent.get(number) or await self._send(f"{delivery}-{number}", content, window, events))
            except Failure as failure:
                if events:
                    link = link_to(self._room, events[0], self._user)
                    failure.message += f" {number} of its {len(contents)} messages are there: {link}."
                    failure.doubt = True
                raise
        return self._told(events)

    async def _send(self, transaction: str, content: JsonObject, window: Window, events: Sequence[str]) -> str:
        """Send one message; once a part of a post is out, short pauses that are asked for are waited for here."""
        waited = 0.0
        while True:
            try:
                marked = {**content, MARK: transaction}
                return await self._server.send(
                    self._room, transaction, marked, Window(self._clock) if events else window
                )
            except Failure as failure:
                pause = failure.after_seconds or 1.0
                limited = failure.code is ErrorCode.RATE_LIMITED
                if not events or not limited or pause > PAUSE_SECONDS or waited + pause > PAUSES_SECONDS:
                    raise
                waited += pause
                await anyio.sleep(pause)

    def _told(self, events: Sequence[str]) -> Published:
        return Published(link_to(self._room, events[0], self._user), " ".join(events))

    def _may_be_forgotten(self, due_at: datetime) -> bool:
        """Tell whether a delivery may have been tried long ago, or when the homeserver knew us as another device."""
        return self._clock() - due_at > REMEMBERED or self._since is None or due_at < self._since

    async def _sent(self, parcel: Parcel) -> dict[int, str]:
        """Find the messages of a delivery that are in the room: their ids, by number."""
        found: dict[int, str] = {}
        page, prefix, begun = None, f"{parcel.delivery_id}-", (parcel.due_at - BEHIND).timestamp() * 1_000
        for _ in range(PAGES):
            told = await self._server.messages(self._room, self._user, page)
            for message in map(members, items(told.get("chunk"))):
                mark, event = text(members(message.get("content")).get(MARK)), text(message.get("event_id"))
                if event and mark and mark.startswith(prefix) and mark[len(prefix) :].isdecimal():
                    found.setdefault(int(mark[len(prefix) :]), event)
                if _stamp(message) < begun:
                    return found
            page = text(told.get("end"))
            if page is None:
                break
        return found


def _stamp(message: JsonObject) -> float:
    """Tell when a message came, in milliseconds; one that does not say came last."""
    told = message.get("origin_server_ts")
    return float(told) if isinstance(told, int) else inf
