"""One stand-in's whole state, and what a handler gets to see of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.accounts import Accounts
from sandbox.socialapi.envelope import Answer, Refusal
from sandbox.socialapi.events import Events
from sandbox.socialapi.fields import Fields
from sandbox.socialapi.library import Library
from sandbox.socialapi.limits import Limits, Meter
from sandbox.socialapi.posts import Post, Posts
from sandbox.socialapi.worker import Worker


@dataclass(frozen=True, slots=True)
class Service:
    """All that the stand-in knows; every key sees the same workspace.

    Attributes:
        schedules_drafts: whether a draft is scheduled by getting a time. The reference does not know (4.4, 16).
    """

    clock: Clock
    accounts: Accounts
    posts: Posts
    library: Library
    meter: Meter
    events: Events
    worker: Worker
    schedules_drafts: bool = False

    def post(self, post_id: str) -> Post:
        """Find a post by its id, or by the id that a platform gave it (reference socialapi 4.3).

        Raises:
            Refusal: ``post.not_found``.
        """
        found = self.posts.find(post_id)
        by_platform = (post for post in self.posts if any(one.platform_post_id == post_id for one in post.targets))
        found = found or next(by_platform, None)
        if found is None:
            raise Refusal("post.not_found")
        return found

    def headers(self) -> dict[str, str]:
        """Write what every answer to an authenticated call has in its headers."""
        return self.meter.headers(self.library.used_bytes)


def new_service(
    clock: Clock, accounts: Accounts, limits: Limits, worker_delay: float, *, schedules_drafts: bool
) -> Service:
    """Put a stand-in together, with nothing in it but the accounts."""
    library, meter, events = Library(), Meter(clock, limits), Events(clock)
    worker = Worker(clock, worker_delay, accounts, library, meter, events)
    return Service(clock, accounts, Posts(), library, meter, events, worker, schedules_drafts)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart form: its name, its type, and how many bytes it has."""

    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: the body as its route reads it, the parameters, and the server's own URL."""

    body: JsonObject
    upload: Upload | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    origin: str

    @property
    def fields(self) -> Fields:
        """The body, for reading field by field."""
        return Fields(self.body)


Handler = Callable[[Service, Call], Answer]
