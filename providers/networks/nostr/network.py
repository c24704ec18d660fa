"""Deliver to Nostr: one signed event to every relay of the account."""

from collections.abc import Sequence
from functools import partial

import structlog

from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.networks.nostr.errors import failure, listed
from providers.networks.nostr.event import DELETION, NOTE, Event, Signer, content, note
from providers.networks.nostr.names import nevent, npub
from providers.networks.nostr.relay import ANSWER_SECONDS, Said
from providers.networks.nostr.relays import Relays
from providers.protocol import Failure
from schemas.errors import ErrorCode

log = structlog.get_logger(__name__)

#: How much longer the other relays are waited for, once one has taken a post (seconds).
LATE_SECONDS = 5.0


class Nostr:
    """One key pair on its relays.

    A repeat is the same event, which a relay that has it takes for a duplicate. Two posts of the same words that are
    due within the same second are therefore one. A deletion is a wish: a relay may ignore it, and so may whoever has
    copied the event from there. ``seconds`` is how long a relay may take to answer.
    """

    exact = True
    takes_files = False
    tells = True
    takes_back = True

    def __init__(self, login: Login, means: Means, *, seconds: float = ANSWER_SECONDS) -> None:
        self.account = login.account
        self._clock = means.clock
        self._signer = Signer(bytes.fromhex(login.secrets["key"]))
        self._urls = login.settings["relays"].split()
        self._seconds = seconds
        self._relays = Relays(self._urls, self._signer, means.clock, seconds)
        self._largest = int(login.settings.get("message_bytes") or 0)

    async def prepare(self, parcel: Parcel) -> Step:
        """Sign the event, which holds for every try.

        Raises:
            Failure: it is longer than a relay takes.
        """
        event, limits = note(parcel, self._signer), self.account.capabilities
        longest = limits.caption_limit if limits else None
        for size, most, unit in (
            (len(content(parcel)), longest, "characters"),
            (len(event.message.encode()), self._largest, "bytes"),
        ):
            if most and size > most:
                message = f"It makes an event of {size:,} {unit}, and a relay takes {most:,}; nothing was sent."
                raise Failure(ErrorCode.PLATFORM_REFUSED, f"{message} Shorten it.")
        return partial(self._publish, event)

    async def find(self, parcel: Parcel) -> Published | None:
        """Ask the relays for the event.

        Raises:
            Failure: a relay could not be asked, and no other has it.
        """
        event = note(parcel, self._signer)
        found, unasked = await self._relays.ask({"ids": [event.id]})
        having = [relay for relay, body in found.items() if body.get("id") == event.id]
        if unasked and not having:
            raise failure(unasked, "Not every relay could be asked")
        return self._told(event.id, having) if having else None

    async def take_back(self, remote_id: str) -> str:
        """Ask every relay to forget the event (NIP-09), and say that others may have it.

        Raises:
            Failure: a relay did not say that it will.
        """
        tags = [["e", remote_id], ["k", str(NOTE)]]
        event = self._signer.sign(DELETION, int(self._clock().timestamp()), "", tags)
        replies = await self._relays.publish(event, lambda: None, self._seconds)
        if any(reply.said is not Said.TAKEN for reply in replies):
            raise failure(replies, "Not every relay took the deletion")
        return (
            "Every relay took the wish to delete it; a relay may ignore that, and so may whoever copied it from there."
        )

    async def greet(self) -> str:
        """Tell the name in the key's profile; without one, the public key.

        Raises:
            Failure: no relay could be asked.
        """
        name, unasked = await self._relays.name(self._signer.public)
        if len(unasked) == len(self._urls):
            raise failure(unasked, "No relay could be asked")
        return name or npub(self._signer.public)

    async def aclose(self) -> None:
        """Close nothing: each exchange has a connection of its own."""

    async def _publish(self, event: Event, window: Window) -> Published:
        replies = await self._relays.publish(event, window.check, LATE_SECONDS)
        taken = [reply.relay for reply in replies if reply.said is Said.TAKEN]
        if not taken:
            raise failure(replies, "No relay took the post")
        if len(taken) < len(replies):
            log.warning("not_on_every_relay", event_id=event.id, relays=listed(replies))
        return self._told(event.id, taken)

    def _told(self, event_id: str, relays: Sequence[str]) -> Published:
        """Make the link, in which stand relays that have the event."""
        name = nevent(event_id, self._signer.public, relays[:_HINTS], NOTE)
        return Published(f"https://njump.me/{name}", event_id)


#: So many relays stand in a link: each makes it longer.
_HINTS = 3
