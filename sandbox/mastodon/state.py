"""What a stand-in remembers: statuses, media, keys, tokens, and how often it was asked."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.clock import Clock, iso
from sandbox.jsonvalue import JsonObject
from sandbox.mastodon.profiles import No, Profile
from sandbox.mastodon.text import content

#: A limit on requests: so many in so many seconds (reference peers 4).
REQUESTS, WINDOW = 300, timedelta(minutes=5)


class Refusal(Exception):  # noqa: N818  (a name of the domain, as in the other stand-ins)
    """A request that is refused, as the profile has it."""

    def __init__(self, no: No, words: str = "") -> None:
        super().__init__(no.words or words)
        self.no = no


@dataclass(slots=True)
class Media:
    """An uploaded file. ``looks`` are those that it still takes until it is processed."""

    id: str
    kind: str
    file: bytes
    description: str | None
    used_by: str | None = None
    looks: int = 0

    def view(self, origin: str) -> JsonObject:
        """Show it as a MediaAttachment."""
        link = None if self.looks else f"{origin}/files/{self.id}"
        return {
            "id": self.id,
            "type": self.kind,
            "url": link,
            "preview_url": link,
            "description": self.description,
            "blurhash": None,
            "meta": {},
        }


@dataclass(slots=True)
class Status:
    """A status. ``gone_at`` is when it is not there any more; ``key`` the Idempotency-Key that it came with."""

    id: str
    text: str
    created_at: datetime
    visibility: str
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media: list[Media] = field(default_factory=list[Media])
    key: str | None = None
    requests: int = 1
    gone_at: datetime | None = None
    edited_at: datetime | None = None


@dataclass(slots=True)
class Scheduled:
    """A status that waits for its time."""

    id: str
    scheduled_at: datetime
    params: JsonObject
    media: list[Media]


@dataclass(slots=True)
class _Rate:
    until: datetime
    left: int


class State:
    """One server with one account."""

    def __init__(self, profile: Profile, clock: Clock, tokens: set[str], user: str) -> None:
        self.profile = profile
        self.clock = clock
        self.tokens = tokens
        self.user = user
        self.account_id = profile.new_id(1)
        self.statuses: list[Status] = []
        self.scheduled: list[Scheduled] = []
        self.media: dict[str, Media] = {}
        self.keys: dict[str, tuple[datetime, Status | Scheduled]] = {}
        self.apps: dict[str, str] = {}
        self.codes: set[str] = set()
        self._rates: dict[str, _Rate] = {}
        self._made = 1

    def new_id(self) -> str:
        """Make an id that was never given out."""
        self._made += 1
        return self.profile.new_id(self._made)

    @property
    def living(self) -> list[Status]:
        """The statuses that are there, newest first."""
        now = self.clock.now()
        there = [status for status in self.statuses if status.gone_at is None or status.gone_at > now]
        return sorted(there, key=lambda status: status.created_at, reverse=True)

    def status(self, status_id: str) -> Status:
        """Find one that is there.

        Raises:
            Refusal: it is not.
        """
        found = next((status for status in self.living if status.id == status_id), None)
        if found is None:
            raise Refusal(self.profile.no_status, "Record not found")
        return found

    def rate(self, token: str) -> tuple[dict[str, str], bool]:
        """Count a request; return the headers that tell of it, and whether it may pass."""
        if not self.profile.rated:
            return {}, True
        now = self.clock.now()
        rate = self._rates.get(token)
        if rate is None or rate.until <= now:
            rate = self._rates[token] = _Rate(now + WINDOW, REQUESTS)
        passes, rate.left = rate.left > 0, max(rate.left - 1, 0)
        return {
            "X-RateLimit-Limit": str(REQUESTS),
            "X-RateLimit-Remaining": str(rate.left),
            "X-RateLimit-Reset": iso(rate.until),
        }, passes

    def account(self, origin: str) -> JsonObject:
        """Show the account, as it shows itself to its owner."""
        return {
            "id": self.account_id,
            "username": self.user,
            "acct": self.user,
            "display_name": self.user.title(),
            "locked": False,
            "bot": False,
            "note": "",
            "url": f"{origin}/@{self.user}",
            "source": {"privacy": self.profile.visibility, "sensitive": False, "language": "en", "note": ""},
        }

    def view(self, status: Status, origin: str) -> JsonObject:
        """Show a status as clients see it."""
        return {
            "id": status.id,
            "uri": f"{origin}/users/{self.user}/statuses/{status.id}",
            "url": f"{origin}/@{self.user}/{status.id}",
            "created_at": iso(status.created_at),
            "edited_at": iso(status.edited_at) if status.edited_at else None,
            "visibility": status.visibility,
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler_text,
            "language": status.language,
            "content": content(status.text, origin, rich=self.profile.rich_html),
            "account": self.account(origin),
            "media_attachments": [media.view(origin) for media in status.media],
            "reblog": None,
            "mentions": [],
            "tags": [],
            "emojis": [],
            "poll": None,
        }

    def view_scheduled(self, waiting: Scheduled, origin: str) -> JsonObject:
        """Show what waits: no Status, which is how a client tells."""
        return {
            "id": waiting.id,
            "scheduled_at": iso(waiting.scheduled_at),
            "params": waiting.params,
            "media_attachments": [media.view(origin) for media in waiting.media],
        }

    def told(self, status: Status) -> JsonObject:
        """Show all there is to know about a status: for the controls."""
        return {
            "id": status.id,
            "text": status.text,
            "created_at": iso(status.created_at),
            "visibility": status.visibility,
            "spoiler_text": status.spoiler_text,
            "sensitive": status.sensitive,
            "language": status.language,
            "key": status.key,
            "requests": status.requests,
            "deleted": status.gone_at is not None,
            "media": [
                {
                    "id": media.id,
                    "type": media.kind,
                    "description": media.description,
                    "sha256": hashlib.sha256(media.file).hexdigest(),
                }
                for media in status.media
            ],
        }
