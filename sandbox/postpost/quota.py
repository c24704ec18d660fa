"""Holds what is scheduled against the plan (reference postpost 5.1, 6.1, 9)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import Clock
from sandbox.postpost.groups import Group, Groups
from sandbox.postpost.ids import split
from sandbox.postpost.limits import FORBIDDEN, HORIZON, horizon, limit_body, month
from sandbox.postpost.plans import Plan
from sandbox.postpost.refusals import Refusal
from sandbox.postpost.users import Users


class Quota:
    """Counts the owner's and its managed users' posts against one plan.

    The docs do not tell in which order the limits are asked: here it is that of the methods below. A post counts in the
    month in which it becomes scheduled, by the sandbox's clock; a pause or a deletion before it is out gives it back.
    """

    def __init__(self, clock: Clock, users: Users, groups: Groups, plan: Plan) -> None:
        self._clock = clock
        self._users = users
        self._groups = groups
        self.plan = plan

    def admit(self, platform_ids: list[str]) -> None:
        """Ask whether the plan has these platforms at all; this is asked for drafts too.

        Raises:
            Refusal: ``PLATFORM_NOT_AVAILABLE``.
        """
        allowed = self.plan.platforms
        named = dict.fromkeys(split(platform_id)[0] for platform_id in platform_ids)
        missing = [platform for platform in named if allowed is not None and platform not in allowed]
        if missing:
            raise self._exceeded(
                "PLATFORM_NOT_AVAILABLE",
                self.plan.monthly_posts,
                requested=len(platform_ids),
                disallowedPlatforms=missing,
                allowedPlatforms=list(allowed or ()),
            )

    def reserve(self, platform_ids: list[str], time: datetime, own: Group | None = None) -> None:
        """Ask whether posts may become scheduled, or scheduled anew; ``own`` is then the group that does not count.

        Raises:
            Refusal: a limit is reached.
        """
        self._hold_connections()
        self._hold_horizon(time)
        wanted = Counter(platform_ids)
        if self.plan.queued_posts is not None:
            self._hold("SCHEDULED_POST_LIMIT_REACHED", self.plan.queued_posts, self._queued(own), wanted)
        if self.plan.monthly_posts is not None:
            self._hold("POST_LIMIT_REACHED", self.plan.monthly_posts, self._claimed(own), wanted)

    def spaced(self, group: Group, time: datetime) -> datetime:
        """Move a time until it keeps the plan's distance from the other scheduled posts of the same connections."""
        gap = timedelta(seconds=self.plan.gap_seconds)
        others = sorted(
            other.scheduled_time
            for other in self._groups.of(group.user_id)
            if other is not group and other.status == "scheduled" and other.scheduled_time is not None
            if not set(group.platforms).isdisjoint(other.platforms)
        )
        for other in others:
            if abs(other - time) < gap:
                time = other + gap
        return time

    def _hold_connections(self) -> None:
        limit, held = self.plan.connections, sum(len(user.connections) for user in self._users)
        if limit is not None and held > limit:
            raise self._exceeded(
                "CONNECTIONS_OVER_LIMIT",
                limit,
                used=held,
                requested=0,
                remaining=0,
                overLimitBy=held - limit,
                scope="account",
            )

    def _hold_horizon(self, time: datetime) -> None:
        days = self.plan.horizon_days
        last = None if days is None else self._clock.now() + timedelta(days=days)
        if last is not None and time > last:
            raise self._exceeded(HORIZON, days, **horizon(time, last))

    def _hold(self, code: str, limit: int, used: Counter[str], wanted: Counter[str]) -> None:
        left = {one: max(limit - used[one], 0) for one in wanted}
        blocked = [
            {"platformSelection": one, "used": used[one], "remaining": left[one]}
            for one, count in wanted.items()
            if count > left[one]
        ]
        if self.plan.scope == "connection" and blocked:
            raise self._exceeded(code, limit, requested=wanted.total(), scope="connection", blockedPlatforms=blocked)
        remaining = max(limit - used.total(), 0)
        if self.plan.scope == "account" and wanted.total() > remaining:
            raise self._exceeded(
                code, limit, used=used.total(), requested=wanted.total(), remaining=remaining, scope="account"
            )

    def _queued(self, own: Group | None) -> Counter[str]:
        waiting = (group for group in self._groups.live() if group.status == "scheduled" and group is not own)
        return Counter(platform_id for group in waiting for platform_id in group.platforms)

    def _claimed(self, own: Group | None) -> Counter[str]:
        start, _ = month(self._clock.now())
        counting = (group for group in self._groups.ever() if group is not own)
        return Counter(
            platform_id
            for group in counting
            if group.claimed_at is not None and group.claimed_at >= start
            for platform_id in group.platforms
        )

    def _exceeded(self, code: str, limit: int | None, **facts: Any) -> Refusal:
        return Refusal(FORBIDDEN, limit_body(code, self.plan, self._clock.now(), limit=limit, **facts))
