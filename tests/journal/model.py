"""What the journal should do, said once more in plain Python: a list of records, and no database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from engine.intent import State
from engine.journal import Standing

LEASE, LOOK_LEASE = timedelta(seconds=90), timedelta(seconds=60)
FIRST, BETWEEN = timedelta(seconds=120), timedelta(seconds=90)
SKEW = timedelta(seconds=5)

Body = tuple[str, frozenset[str]]


@dataclass
class Record:
    """One intent; ``state`` is what is written, and may be out of date."""

    id: str
    tenant: str
    key: str | None
    hint: str | None
    body: Body
    opened: datetime
    changed: datetime
    leased: datetime
    state: State = State.SENDING
    fence: int = 1
    looks: int = 0
    look_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (State.SENDING, State.UNKNOWN)

    def seen(self, now: datetime) -> State:
        """What it reads as: a sender past its lease, or from the future, is gone."""
        gone = self.leased <= now or self.changed > now + SKEW
        return State.UNKNOWN if self.state is State.SENDING and gone else self.state

    def armed(self, now: datetime) -> bool:
        return self.look_at is not None and self.changed <= now + SKEW


@dataclass
class Model:
    """All records, by id."""

    records: dict[str, Record] = field(default_factory=dict[str, Record])
    numbers: "count[int]" = field(default_factory=count)

    def standing(
        self, tenant: str, key: str | None, hint: str | None, body: Body, now: datetime, *, again: bool
    ) -> tuple[Standing, Record | None]:
        """Say what opening should find."""
        if key:
            known = next((one for one in self.records.values() if (one.tenant, one.key) == (tenant, key)), None)
            if known and known.body != body and known.seen(now) is not State.REFUSED:
                return Standing.CONFLICT, known
            return (STANDINGS[known.seen(now)], known) if known else (Standing.NEW, None)
        same = [one for one in self.records.values() if one.body == body]
        told = next((one for one in same if hint and (one.tenant, one.hint) == (tenant, hint)), None)
        if told:
            return STANDINGS[told.seen(now)], told
        recent = [one for one in same if one.is_open or one.opened >= now - timedelta(hours=24)]
        if again or not recent:
            return Standing.NEW, None
        twin = max(recent, key=lambda one: (one.is_open, one.state is State.ACCEPTED, one.opened))
        if twin.seen(now) is State.ACCEPTED and twin.opened < now - timedelta(minutes=10):
            return Standing.DUPLICATE, twin
        return STANDINGS[twin.seen(now)], twin

    def leased_twin(self, record: Record, now: datetime) -> bool:
        return any(
            one.body == record.body and one.state is State.UNKNOWN and now < one.leased < now + LOOK_LEASE + SKEW
            for one in self.records.values()
        )


STANDINGS = {
    State.ACCEPTED: Standing.REPLAY,
    State.SENDING: Standing.BUSY,
    State.UNKNOWN: Standing.OPEN,
    State.REFUSED: Standing.NEW,
}
