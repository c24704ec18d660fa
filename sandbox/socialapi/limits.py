"""Plans, and what is counted against them: posts, storage, requests, posting velocity (reference socialapi 10)."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from math import ceil

from sandbox.clock import Clock
from sandbox.socialapi.envelope import Refusal

#: How "no limit" looks on the wire.
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan; None means no limit."""

    brands: int | None
    posts: int | None = None
    interactions: int | None = None
    storage_bytes: int | None = None
    retention_days: int = 90


PLANS: dict[str, Plan] = {
    "free": Plan(2, posts=10, interactions=50, storage_bytes=100 * 1024 * 1024, retention_days=1),
    "starter": Plan(10, retention_days=7),
    "pro": Plan(50, retention_days=30),
    "business": Plan(200),
    "enterprise": Plan(None),
}

#: The free plan's rolling window from the day of sign-up; taken for every plan, since the others count nothing.
PERIOD = timedelta(days=30)

MINUTE = 60

#: Posts to one destination in an hour, and by platform in a day.
HOURLY = 25
DAILY = {"instagram": 45, "facebook": 100, "threads": 250, "twitter": 50, "pinterest": 25, "tiktok": 18}
DAILY_ELSEWHERE = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """What is enforced; later documents alone know the last two, so they are off until asked for.

    Attributes:
        name: the plan's.
        plan: its numbers, or others in their stead.
        platforms: the platforms that the plan has; None for all.
        past_due: the last bill is unpaid, and nearly everything is refused.
        requests_per_minute: over all keys; None for any number.
        velocity: whether posts to one destination are counted.
    """

    name: str
    plan: Plan
    platforms: frozenset[str] | None = None
    past_due: bool = False
    requests_per_minute: int | None = None
    velocity: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a delivery goes: an account, and its page or board."""

    platform: str
    account_id: str
    place: str | None


@dataclass(slots=True)
class Meter:
    """Counts, and refuses what is too much."""

    clock: Clock
    limits: Limits
    started: datetime = field(init=False)
    _posts: Counter[int] = field(init=False, default_factory=Counter[int])
    _minute: tuple[int, int] = field(init=False, default=(0, 0))
    _sent: dict[Destination, deque[datetime]] = field(init=False, default_factory=dict[Destination, deque[datetime]])

    def __post_init__(self) -> None:
        """Sign up now: the periods count from here."""
        self.started = self.clock.now()

    @property
    def period(self) -> tuple[datetime, datetime]:
        """The billing period that it is now: its first moment, and that of the next."""
        start = self.started + self._period * PERIOD
        return start, start + PERIOD

    @property
    def posts_used(self) -> int:
        """Count the posts of this period."""
        return self._posts[self._period]

    def start_over(self, posts_used: int) -> None:
        """Pretend that so many posts were made in this period."""
        self._posts[self._period] = posts_used

    def spend(self) -> None:
        """Count one post.

        Raises:
            Refusal: ``billing.post_limit``.
        """
        most = self.limits.plan.posts
        if most is not None and self.posts_used >= most:
            raise Refusal("billing.post_limit", plan=self.limits.name, max=most)
        self._posts[self._period] += 1

    def admit(self) -> None:
        """Count one request.

        Raises:
            Refusal: ``ratelimit.exceeded``.
        """
        minute, requests = int(self.clock.now().timestamp()) // MINUTE, 1
        if minute == self._minute[0]:
            requests += self._minute[1]
        most = self.limits.requests_per_minute
        if most is not None and requests > most:
            raise Refusal("ratelimit.exceeded", limit=most, retry_after_seconds=self._rest)
        self._minute = minute, requests

    def headers(self, storage_used: int) -> dict[str, str]:
        """Write what is left: the free plan shows its quotas, a request limit itself; other plans show nothing."""
        found: dict[str, object] = {}
        plan, per_minute = self.limits.plan, self.limits.requests_per_minute
        if self.limits.name == "free":
            quotas = (("Posts", plan.posts, self.posts_used), ("Interactions", plan.interactions, 0))
            for name, most, used in quotas:
                found[f"X-{name}-Limit"] = wire(most)
                found[f"X-{name}-Remaining"] = NO_LIMIT if most is None else max(most - used, 0)
            found |= {"X-Storage-Used": storage_used, "X-Storage-Limit": wire(plan.storage_bytes)}
        if per_minute is not None:
            found["X-RateLimit-Limit"] = per_minute
            found["X-RateLimit-Remaining"] = max(per_minute - self._minute[1], 0)
            found["X-RateLimit-Reset"] = self._rest
        return {name: str(value) for name, value in found.items()}

    def slow_down(self, destinations: Iterable[Destination]) -> None:
        """Look whether posts may go out now.

        Raises:
            Refusal: ``publishing.velocity_limit``, for all of them together.
        """
        now = self.clock.now()
        for destination in destinations:
            window = self._full(destination, now)
            if window is not None:
                name, most, free = window
                wait = ceil((free - now).total_seconds())
                raise Refusal(
                    "publishing.velocity_limit",
                    f"too many posts this {name}",
                    account_id=destination.account_id,
                    window=name,
                    limit=most,
                    retry_after_seconds=wait,
                )

    def held_until(self, destination: Destination, moment: datetime) -> datetime | None:
        """Tell when a scheduled post may go out that may not at its time; None when it may."""
        window = self._full(destination, moment)
        return None if window is None else window[2]

    def note(self, destination: Destination, moment: datetime) -> None:
        """Count one post to a destination."""
        self._sent.setdefault(destination, deque(maxlen=max(DAILY.values()))).append(moment)

    @property
    def _period(self) -> int:
        return (self.clock.now() - self.started) // PERIOD

    @property
    def _rest(self) -> int:
        """Tell how many seconds are left of this minute."""
        return MINUTE - int(self.clock.now().timestamp()) % MINUTE

    def _full(self, destination: Destination, moment: datetime) -> tuple[str, int, datetime] | None:
        """Find a window that is full: its name, its limit, and when there is room again."""
        if not self.limits.velocity:
            return None
        sent = self._sent.get(destination, deque[datetime]())
        windows = (
            ("hour", HOURLY, timedelta(hours=1)),
            ("day", DAILY.get(destination.platform, DAILY_ELSEWHERE), timedelta(days=1)),
        )
        for name, most, length in windows:
            if len(sent) >= most and (free := next(islice(reversed(sent), most - 1, None)) + length) > moment:
                return name, most, free
        return None


def wire(limit: int | None) -> int:
    """Write a limit as the wire has it."""
    return NO_LIMIT if limit is None else limit
