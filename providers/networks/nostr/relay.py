"""One relay: publish an event there, or ask it for one, over a WebSocket of its own for every exchange."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from anyio import CancelScope, fail_after, move_on_after

from providers.networks.nostr.event import LOGIN, Event, Signer
from providers.protocol import Failure
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, is_list, items, members, text
from schemas.untrusted import clean

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

CONNECT_SECONDS = 10.0
#: A relay may answer seconds late, and later after each refusal (reference peers 3).
ANSWER_SECONDS = 30.0
CLOSE_SECONDS = 1.0
#: The longest message that is read (bytes).
MAX_MESSAGE = 1024 * 1024


class Said(StrEnum):
    """What came of an event at one relay."""

    TAKEN = "took it"
    REFUSED = "refused it"
    NOTHING = "did not answer"
    UNREACHED = "could not be reached"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an event at one relay, and in its words why."""

    relay: str
    said: Said
    words: str = ""


class Relay:
    """A relay by its ``url``, which has ``seconds`` to answer; ``signer`` logs in where it asks for that (NIP-42)."""

    def __init__(self, url: str, signer: Signer, clock: Clock, seconds: float) -> None:
        self.url = url
        self._signer = signer
        self._clock = clock
        self._seconds = seconds

    async def publish(self, event: Event, leave: Callable[[], None], tell: Callable[[Reply], None]) -> None:
        """Send an event, and ``tell`` what is known of it each time that more is; ``leave`` may hold it back."""
        tell(Reply(self.url, Said.UNREACHED, "it did not let us in in time"))
        sent = False
        try:
            async with self._connected() as socket:
                leave()
                sent = True
                tell(Reply(self.url, Said.NOTHING))
                with move_on_after(self._seconds):
                    await socket.send(event.message)
                    tell(await self._reply(socket, event, tell))
        except Failure as failure:
            tell(Reply(self.url, Said.UNREACHED, failure.message))
        except _broken() as error:
            tell(Reply(self.url, Said.NOTHING if sent else Said.UNREACHED, type(error).__name__))

    async def ask(self, query: JsonObject) -> JsonObject | None:
        """Return the first event that it has of those that a filter describes.

        Raises:
            OSError: it could not be asked.
        """
        try:
            with fail_after(CONNECT_SECONDS + self._seconds):
                async with self._connected() as socket:
                    await socket.send(json.dumps(["REQ", _NAME, {**query, "limit": 1}]))
                    async for message in _messages(socket):
                        if message[0] == "EVENT" and message[1:2] == [_NAME]:
                            return members(message[-1])
                        if message[0] == "EOSE":
                            return None
                        if message[0] in ("CLOSED", "NOTICE"):
                            raise OSError(f"it said {_words(message)}")
        except _broken() as error:
            raise OSError(clean(f"{type(error).__name__}: {error}", 200)) from error
        raise OSError("it closed the connection")

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator["ClientConnection"]:
        from websockets.asyncio.client import connect  # noqa: PLC0415  (only Nostr needs it, and it is an extra)

        socket = await connect(
            self.url,
            open_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_MESSAGE,
            ping_interval=None,
            compression=None,  # messages are small, and a packed one could be anything unpacked
        )
        try:
            yield socket
        finally:
            with CancelScope(shield=True), move_on_after(2 * CLOSE_SECONDS):
                await socket.close()

    async def _reply(self, socket: "ClientConnection", event: Event, tell: Callable[[Reply], None]) -> Reply:
        """Wait for what a relay says of an event; log in once, if it asks for that."""
        challenge = notice = refused = ""
        async for message in _messages(socket):
            # Of an event that it did not even look at, a relay may not know the id (reference peers 3).
            if message[0] == "OK" and message[1] in (event.id, ""):
                words = _words(message)
                if message[2:3] == [True] or words.startswith("duplicate:"):
                    return Reply(self.url, Said.TAKEN, words)
                if refused or not words.startswith(_LOG_IN):
                    return Reply(self.url, Said.REFUSED, words)
                refused = words
                tell(Reply(self.url, Said.REFUSED, refused))
            elif message[0] == "AUTH":
                challenge = text(message[1]) or ""
            elif message[0] == "NOTICE":
                notice = _words(message)
            if refused and challenge:
                await socket.send(f'["AUTH",{self._login(challenge).body}]')
                await socket.send(event.message)
                challenge = ""
        return Reply(self.url, Said.REFUSED, refused) if refused else Reply(self.url, Said.NOTHING, notice)

    def _login(self, challenge: str) -> Event:
        # Relays hold this one against their clock, so it is of now, whatever time the note is of.
        return self._signer.sign(
            LOGIN, int(self._clock().timestamp()), "", [["relay", self.url], ["challenge", challenge]]
        )


async def _messages(socket: "ClientConnection") -> AsyncIterator[list[Any]]:
    """Read messages until the relay closes the connection; what is none is left aside."""
    async for frame in socket:
        try:
            message = json.loads(frame)
        except (ValueError, RecursionError):
            continue
        if is_list(message) and len(message) > 1 and isinstance(message[0], str):
            yield items(message)


def _words(message: list[Any]) -> str:
    """Find what a relay says to a person: the last text of a message."""
    return clean(next((word for word in reversed(message[1:]) if isinstance(word, str)), ""), 200)


def _broken() -> tuple[type[Exception], ...]:
    """Name what a lost connection raises."""
    from websockets.exceptions import WebSocketException  # noqa: PLC0415  (only Nostr needs it, and it is an extra)

    return (WebSocketException, OSError)


_NAME = "postwright"
_LOG_IN = ("auth-required:", "restricted:")
