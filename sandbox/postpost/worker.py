"""The publisher: no thread, it catches up whenever the sandbox is asked something (reference postpost 3)."""

import heapq
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.postpost.delivery import Delivery
from sandbox.postpost.groups import Group
from sandbox.postpost.logs import Logs


class Worker:
    """Takes a group up at its time, works on it for ``delay`` seconds, and publishes its posts at their end.

    In life a scheduler looks once a minute; here it looks all the time, and ``delay`` stands for both.
    A post is ``pending`` for the first half of it and ``processing`` for the second; its group stays ``scheduled``.
    """

    def __init__(self, clock: Clock, delivery: Delivery, logs: Logs, delay: float) -> None:
        self._clock = clock
        self._delivery = delivery
        self._logs = logs
        self._half = timedelta(seconds=delay / 2)
        self._agenda: list[tuple[datetime, int, Group]] = []
        self._entries = 0

    def take(self, group: Group) -> None:
        """See to a group from now on, by its status: at its time, or not at all."""
        if group.status == "scheduled" and group.scheduled_time is not None:
            self._enter(group, max(group.scheduled_time, self._clock.now()))
        else:
            group.due = None

    def catch_up(self) -> None:
        """Do all that is due, in order, as if it had been done in time."""
        now = self._clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, group = heapq.heappop(self._agenda)
            if group.due == moment:  # else it was deleted or moved since
                self._advance(group, moment)

    def _enter(self, group: Group, moment: datetime) -> None:
        group.due = moment
        self._entries += 1
        heapq.heappush(self._agenda, (moment, self._entries, group))

    def _advance(self, group: Group, moment: datetime) -> None:
        match group.posts[0].status:
            case "scheduled":
                group.mark("pending")
                self._enter(group, moment + self._half)
            case "pending":
                group.mark("processing")
                group.processing = "processing"
                self._logs.note(group, "processing", moment)
                self._enter(group, moment + self._half)
            case _:
                self._finish(group, moment)

    def _finish(self, group: Group, moment: datetime) -> None:
        group.due = None
        group.posts = [one for post in group.posts for one in self._delivery.attempt(group, post, moment)]
        group.roll_up()
        group.processing, group.updated_at = "finished", moment
        group.claimed_at = group.claimed_at or moment
        self._logs.note(group, "status_changed", moment)
