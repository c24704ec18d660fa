"""What the journal should do, said once more in plain Python: a list of records, and no database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.intent import Intent, State
from engine.journal import Standing

LEASE, LOOK_LEASE = timedelta(seconds=90), timedelta(seconds=60)
FIRST, BETWEEN, RAREST = timedelta(seconds=120), timedelta(seconds=90), timedelta(hours=1)
SKEW = timedelta(seconds=5)

Body = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Post:
    """One call of create_post: who calls, under which key and name of its own, and what is to be posted."""

    tenant: str
    key: str | None
    hint: str | None
    body: Body
    again: bool = False


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

    def looked_at(self, now: datetime) -> bool:
        """Whether a look at it is under way; a lease that is longer than any is from another time."""
        return now < self.leased < now + LOOK_LEASE + SKEW

    def armed(self, now: datetime) -> bool:
        return self.look_at is not None and self.changed <= now + SKEW

    def due(self, now: datetime) -> bool:
        return self.armed(now) and self.look_at is not None and self.look_at <= now

    def let_go(self, now: datetime, look_at: datetime | None) -> None:
        self.state, self.look_at, self.leased, self.changed = State.UNKNOWN, look_at, now, now


@dataclass
class Model:
    """All records, by id."""

    records: dict[str, Record] = field(default_factory=dict[str, Record])

    def standing(self, post: Post, now: datetime) -> tuple[Standing, Record | None]:
        """Say what opening should find."""
        if post.key:
            return self._of_key(post, now)
        same = [one for one in self.records.values() if one.body == post.body]
        told = foremost(one for one in same if post.hint and (one.tenant, one.hint) == (post.tenant, post.hint))
        if told:
            return STANDINGS[told.seen(now)], told
        recent = [one for one in same if one.is_open or one.opened >= now - timedelta(hours=24)]
        twin = foremost(recent)
        if post.again or twin is None:
            return Standing.NEW, None
        if twin.state is State.REFUSED and twin.tenant != post.tenant:
            return Standing.NEW, None
        if twin.state is State.ACCEPTED and twin.opened < now - timedelta(minutes=10):
            return Standing.DUPLICATE, twin
        return STANDINGS[twin.seen(now)], twin

    def _of_key(self, post: Post, now: datetime) -> tuple[Standing, Record | None]:
        known = [one for one in self.records.values() if (one.tenant, one.key) == (post.tenant, post.key)]
        if not known:
            return Standing.NEW, None
        [one] = known
        if one.body != post.body and one.seen(now) is not State.REFUSED:
            return Standing.CONFLICT, one
        return STANDINGS[one.seen(now)], one

    def open(self, post: Post, intent: Intent, now: datetime) -> None:
        """Record what may be sent: anew, or a refused one once more."""
        before = self.records.get(intent.id)
        made = Record(intent.id, post.tenant, intent.key, post.hint, post.body, now, now, now + LEASE)
        made.fence = before.fence + 1 if before else 1
        self.records[intent.id] = made

    def free(self, record: Record, now: datetime) -> bool:
        """Whether a look may begin: at an open case, of which no twin is being looked at."""
        return record.seen(now) is State.UNKNOWN and not any(
            one.body == record.body and one.state is State.UNKNOWN and one.looked_at(now)
            for one in self.records.values()
        )

    def forgotten(self, older_than: datetime, keep: int) -> set[str]:
        """Say which are forgotten: closed ones that are old, or that come after so many newer ones."""
        newest = sorted((one.changed for one in self.records.values()), reverse=True)
        last = newest[keep] if keep < len(newest) else None
        return {
            one.id
            for one in self.records.values()
            if not one.is_open and (one.changed < older_than or (last is not None and one.changed <= last))
        }

    def open_ones(self) -> set[str]:
        return {one.id for one in self.records.values() if one.is_open}

    def own(self, intents: Iterable[Intent]) -> list[Record]:
        """The records of intents that are not forgotten."""
        return [self.records[intent.id] for intent in intents if intent.id in self.records]


def foremost(records: Iterable[Record]) -> Record | None:
    """An open case before a live post, that before a refused one; and of its kind the latest."""
    return max(records, key=lambda one: (one.is_open, one.state is State.ACCEPTED, one.opened), default=None)


STANDINGS = {
    State.ACCEPTED: Standing.REPLAY,
    State.SENDING: Standing.BUSY,
    State.UNKNOWN: Standing.OPEN,
    State.REFUSED: Standing.NEW,
}
