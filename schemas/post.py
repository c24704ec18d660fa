"""What providers answer with: posts, deliveries, pages of posts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.account import Account
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
    other orders.
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
