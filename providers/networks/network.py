"""The seam between the embedded engine and the networks it delivers to: what goes out, and the verbs of a network."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import anyio

from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, text

#: Seconds between the recorded decision to send and the first byte (reference engine 2.2, rule 2).
SEND_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A media file in our keeping: where it lies, what it is, and what it shows; 0 ``bytes``: not measured then."""

    path: str
    media_type: str
    alt_text: str | None = None
    bytes: int = 0
    width: int | None = None
    height: int | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery on its way out: what to publish, and where.

    ``delivery_id`` stays the same however often it is tried, so a network can tell a repeat by it;
    ``due_at`` is the time it was scheduled for, or created at; ``settings`` are the objects that networks have of their
    own in create_post, by field; ``files`` are those in our keeping, by link;
    ``trace`` is the span of the call that made the post (W3C ``traceparent``).
    """

    delivery_id: str
    post_id: str
    account: str
    caption: str
    media: JsonObject | None
    due_at: datetime
    scheduled_at: datetime | None = None
    settings: JsonObject = field(default_factory=JsonObject)
    files: Mapping[str, Kept] = field(default_factory=dict[str, Kept])
    trace: str | None = None

    @property
    def links(self) -> list[str]:
        """The media links in order: one for a video, none without media."""
        media = self.media or {}
        url = text(media.get("url"))
        return [url] if url else [link for link in items(media.get("urls")) if isinstance(link, str)]


class Window:
    """The moments in which a decided delivery may still leave.

    A machine may sleep between deciding and sending, and another process may have judged the delivery since.
    The clock that ran further decides: the monotonic one stands still while a machine sleeps.
    """

    def __init__(self, clock: Clock, seconds: float = SEND_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._opened_at = clock()
        self._opened = anyio.current_time()

    def check(self) -> None:
        """Pass while the window is open; call it right before the first byte leaves.

        Raises:
            Failure: it has closed, so nothing may be sent now.
        """
        passed = max((self._clock() - self._opened_at).total_seconds(), anyio.current_time() - self._opened)
        if passed > self._seconds:
            message = f"{passed:.0f} s passed between deciding and sending, so nothing was sent."
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message)


@dataclass(frozen=True, slots=True)
class Published:
    """What a delivery became: its link, and what the network itself calls it, by which it can be taken back."""

    url: str | None = None
    remote_id: str | None = None


#: The one step of a delivery that publishes. What goes before it may be done again and again.
#:
#: An inexact network calls ``window.check()`` in it right before the first byte leaves. It raises ``Failure``: refused,
#: or not sent, or (``doubt``) nobody knows; its code says whether a repeat helps.
Step = Callable[[Window], Awaitable[Published]]


class Network(Protocol):
    """A place where the embedded engine publishes by itself, on one account."""

    @property
    def account(self) -> Account:
        """The account that stands for it in the tools."""
        ...

    @property
    def exact(self) -> bool:
        """Whether publishing the same parcel again leaves one post all the same."""
        ...

    @property
    def takes_files(self) -> bool:
        """Whether it can carry files in our keeping, and not links alone."""
        ...

    @property
    def tells(self) -> bool:
        """Whether ``find`` can say what became of a parcel."""
        ...

    @property
    def takes_back(self) -> bool:
        """Whether ``take_back`` removes what was published."""
        ...

    async def prepare(self, parcel: Parcel) -> Step:
        """Do all that publishes nothing, such as bringing its files, and return the step that publishes.

        Raises:
            Failure: nothing was published; its code says whether a repeat helps.
        """
        ...

    async def find(self, parcel: Parcel) -> Published | None:
        """Look whether a parcel is there that an earlier try may have published; only where it ``tells``.

        Raises:
            Failure: the network could not be asked.
        """
        ...

    async def take_back(self, remote_id: str) -> str | None:
        """Remove what was published, or find it gone; only where it ``takes_back``. Return what a person should know.

        Raises:
            Failure: refused, or (``doubt``) nobody knows.
        """
        ...

    async def greet(self) -> str:
        """Ask who the account is, as its name there, to see that its login works; it publishes nothing.

        Raises:
            Failure: it does not; ``account_needs_reconnect`` where the login itself is refused.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
