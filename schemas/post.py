"""What providers answer with: posts, deliveries, pages of posts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.ability import Act
from schemas.account import Account
from schemas.asset import Asset
from schemas.instant import Deadline
from schemas.status import Status


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that does not stop a post: a code, the field it is about, and words."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post on one account. ``retry`` says whether a failed one may be sent again."""

    account: str
    status: Status
    provider_status: str | None = None
    url: str | None = None
    error: str | None = None
    retry: bool | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post as its provider tells it. All times are aware and in UTC."""

    id: str
    status: Status
    provider_status: str
    caption: str
    deliveries: tuple[Delivery, ...]
    scheduled_at: datetime | None = None
    created_at: datetime | None = None
    media: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A checked post on its way to a provider: accounts resolved, time in UTC (``None``: now).

    ``key`` is the idempotency key under which the provider may recognise a repeat (at most 128 characters);
    ``extras`` are the fields that only this provider's request has, by name. ``opened_at`` is when its sending began;
    nothing of it may leave after ``leave_by`` (``None``: no such bound). For ``settle``: ``post_id`` is the post that
    it is known to have begun (``told``: there is no other), ``taken`` are posts that are known to have come of
    other orders. ``assets`` are the files that links of ``media`` stand for, by link.
    """

    caption: str
    accounts: tuple[Account, ...]
    key: str
    media: dict[str, Any] | None = None
    scheduled_at: datetime | None = None
    draft: bool = False
    extras: dict[str, Any] = field(default_factory=dict[str, Any])
    opened_at: datetime | None = None
    leave_by: Deadline | None = None
    post_id: str | None = None
    told: bool = False
    taken: frozenset[str] = frozenset()
    assets: Mapping[str, Asset] = field(default_factory=dict[str, Asset])


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change of a post that is there; ``None`` is left as it is.

    ``scheduled_at`` also schedules a draft; ``now`` publishes, ``pause`` makes a draft of it again; ``extras`` are the
    fields that only this provider's request has, by name.
    """

    caption: str | None = None
    media: dict[str, Any] | None = None
    accounts: tuple[Account, ...] | None = None
    scheduled_at: datetime | None = None
    now: bool = False
    pause: bool = False
    extras: dict[str, Any] = field(default_factory=dict[str, Any])
    assets: Mapping[str, Asset] = field(default_factory=dict[str, Asset])

    @property
    def acts(self) -> tuple[Act, ...]:
        """What has to be done for it."""
        wanted = {
            Act.CAPTION: self.caption is not None,
            Act.MEDIA: self.media is not None,
            Act.ACCOUNTS: self.accounts is not None,
            Act.SETTINGS: bool(self.extras),
            Act.SCHEDULE: self.scheduled_at is not None,
            Act.PAUSE: self.pause,
            Act.PUBLISH: self.now,
        }
        return tuple(act for act, is_wanted in wanted.items() if is_wanted)


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one delivery of a post that was deleted; ``message`` says what is left to do."""

    account: str
    removed: bool
    stays_live: bool
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Anew:
    """A retry that the service does not offer: the content of the post to make instead, but for its accounts."""

    content: dict[str, Any]
    warnings: tuple[Warn, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """One allowance: how much there is of it, used and left (``None``: not told, or without end)."""

    metric: str
    limit: float | None = None
    used: float | None = None
    remaining: float | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a plan allows and what of it is used; ``notes`` say what the service does not tell."""

    plan: str | None = None
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says to an accepted order. ``replayed``: it had this post already."""

    id: str
    status: Status
    provider_status: str
    scheduled_at: datetime | None = None
    warnings: tuple[Warn, ...] = ()
    replayed: bool = False
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """A look at a service that found nothing of an order. ``certain``: nothing can come of it any more."""

    certain: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Which posts are wanted.

    ``position`` is where the last page ended, in the provider's own terms; ``accounts`` keeps posts with a delivery
    on one of these ids.
    """

    limit: int
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] | None = None
    position: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of posts, newest first.

    ``positions`` says for each post where a page starts that goes on after it; ``position`` the same for the whole
    page (``None``: this was the last).
    """

    posts: tuple[Post, ...]
    positions: tuple[dict[str, Any], ...] = ()
    position: dict[str, Any] | None = None
    summary: dict[str, int] = field(default_factory=dict[str, int])
