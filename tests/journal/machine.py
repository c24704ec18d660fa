"""Everything that processes do to one journal, in any order, held against the model after every step."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from engine.cases import Cases, Pauses
from engine.intent import MIGRATIONS, Intent, State, Wanted
from engine.journal import Journal, Standing
from engine.orders import content
from providers.database import Database
from providers.store import Connection, Row, Store
from schemas.request import PostRequest
from tests.journal.model import BETWEEN, FIRST, LEASE, LOOK_LEASE, RAREST, SKEW, Model, Post, Record

T = TypeVar("T")

TENANTS = ("one", "two")
PAUSES = {(tenant, "postpost"): Pauses(FIRST, BETWEEN, 4) for tenant in TENANTS}
PROCESS = st.integers(0, 1)
ACCOUNTS = st.permutations(("postpost:a", "postpost:b", "postpost:c")).map(lambda found: found[:2])
POSTS = st.builds(
    Post,
    tenant=st.sampled_from(TENANTS),
    key=st.sampled_from([None, None, "launch-1", "launch-2"]),
    hint=st.sampled_from([None, None, "call-1", "call-2"]),
    body=st.tuples(st.sampled_from(["Hello", "World"]), ACCOUNTS.map(frozenset[str])),
    again=st.booleans(),
)


class CrashError(Exception):
    """Raised in the middle of a transaction."""


class JournalMachine(RuleBasedStateMachine):
    """Two processes at one file; ``held`` are intents as somebody has them, up to date or not."""

    held = Bundle("held")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.loop = asyncio.Runner()
        self.now = datetime(2026, 12, 1, tzinfo=UTC)
        self.model = Model()
        self.accepted: dict[str, tuple[object, ...]] = {}
        self.databases = [self.connect(), self.connect()]
        self.lost: list[Store] = []

    def connect(self) -> Store:
        return Database(self.folder / "journal.db", {"journal": MIGRATIONS})

    def journal(self, process: int) -> Journal:
        return Journal(self.databases[process], lambda: self.now, LEASE)

    def cases(self, process: int) -> Cases:
        return Cases(self.databases[process], lambda: self.now, PAUSES)

    def at_once(self, call: Callable[[int], Awaitable[T]], times: int) -> list[T]:
        """Let both processes make the same call several times, all at the same moment."""

        async def gather() -> list[T]:
            return await asyncio.gather(*(call(number % 2) for number in range(times)))

        return self.loop.run(gather())

    def mine(self, intent: Intent) -> Record | None:
        """The record that an intent still has the say over."""
        record = self.model.records.get(intent.id)
        return record if record and record.is_open and record.fence == intent.fence else None

    @rule(target=held, process=PROCESS, post=POSTS, order=st.booleans())
    def open(self, process: int, post: Post, *, order: bool) -> Intent:
        wanted = wanted_of(post, turned=order)
        expected, twin = self.model.standing(post, self.now)
        found = self.loop.run(self.journal(process).peek(wanted))
        assert (found[0] if found else Standing.NEW) is expected
        standing, intent = self.loop.run(self.journal(process).open(wanted))
        assert standing is expected
        assert intent.id == twin.id if twin else intent.id not in self.model.records
        if standing is Standing.NEW:
            self.model.open(post, intent, self.now)
        return intent

    @rule(target=held, post=POSTS, times=st.integers(2, 6))
    def open_at_once(self, post: Post, times: int) -> Intent:
        post = Post(post.tenant, post.key, post.hint, post.body)
        expected, twin = self.model.standing(post, self.now)
        found = self.at_once(lambda process: self.journal(process).open(wanted_of(post)), times)
        standings = sorted(standing for standing, _ in found)
        first = found[0][1]
        assert {intent.id for _, intent in found} == {twin.id if twin else first.id}
        if expected is Standing.NEW:
            assert standings == sorted([Standing.NEW, *[Standing.BUSY] * (times - 1)])
            self.model.open(post, first, self.now)
        else:
            assert standings == [expected] * times
        return first

    @rule(intent=held, process=PROCESS, state=st.sampled_from(list(State)[1:]))
    def close(self, intent: Intent, process: int, state: State) -> None:
        record, mine = self.model.records.get(intent.id), self.mine(intent)
        evidence = record is not None and state is State.ACCEPTED and record.state in (State.UNKNOWN, State.REFUSED)
        look_at = self.now + FIRST if state is State.UNKNOWN else None
        answer = {"told": f"{state} {self.now}"}
        closed = self.loop.run(self.journal(process).close(intent, state, answer, "post", look_at=look_at))
        assert closed is (mine is not None or evidence)
        if record and closed:
            record.let_go(self.now, look_at)
            record.state = state

    @rule(target=held, intent=held, process=PROCESS)
    def claim(self, intent: Intent, process: int) -> Intent:
        return self.claimed(intent, [self.loop.run(self.cases(process).claim(intent.id))])

    @rule(target=held, intent=held, times=st.integers(2, 4))
    def claim_at_once(self, intent: Intent, times: int) -> Intent:
        return self.claimed(intent, self.at_once(lambda process: self.cases(process).claim(intent.id), times))

    def claimed(self, intent: Intent, claims: list[Intent | None]) -> Intent:
        """At most one of several may look, and only if nobody does."""
        record = self.model.records.get(intent.id)
        won = [claim for claim in claims if claim]
        assert len(won) == (1 if record and self.model.free(record, self.now) else 0)
        if not won or record is None:
            return intent
        record.state, record.fence, record.leased = State.UNKNOWN, record.fence + 1, self.now + LOOK_LEASE
        assert won[0].fence == record.fence
        return won[0]

    @rule(intent=consumes(held), process=PROCESS)
    def find_nothing(self, intent: Intent, process: int) -> None:
        armed = intent.look_at is not None and intent.changed_at <= self.now + timedelta(seconds=5)
        due = armed and intent.look_at is not None and intent.look_at <= self.now
        following = self.now + BETWEEN if due else intent.look_at if armed else self.now + FIRST
        self.put_back_is(intent, self.cases(process).found_nothing, following, intent.looks + due)

    @rule(intent=consumes(held), process=PROCESS)
    def cannot_be_read(self, intent: Intent, process: int) -> None:
        pause = max(BETWEEN, min((self.now - intent.opened_at) / 10, RAREST))
        armed = intent.look_at if intent.look_at and intent.changed_at <= self.now + SKEW else self.now
        following = max(armed, self.now + pause)
        self.put_back_is(intent, self.cases(process).unreadable, following, intent.looks)

    @rule(intent=consumes(held), process=PROCESS, pause=st.sampled_from([None, timedelta(), FIRST]))
    def put_back(self, intent: Intent, process: int, pause: timedelta | None) -> None:
        look_at = None if pause is None else self.now + pause
        self.put_back_is(intent, partial(self.cases(process).put_back, look_at=look_at), look_at, intent.looks)

    def put_back_is(
        self,
        intent: Intent,
        let_go: Callable[[Intent], Awaitable[Intent | None]],
        look_at: datetime | None,
        looks: int,
    ) -> None:
        record = self.mine(intent)

        async def call() -> Intent | None:
            return await let_go(intent)

        kept = self.loop.run(call())
        assert (kept is not None) is (record is not None)
        if record and kept:
            assert (kept.looks, kept.look_at) == (looks, look_at)
            record.looks = looks
            record.let_go(self.now, look_at)

    @rule(process=PROCESS)
    def look_for_due(self, process: int) -> None:
        self.due(process)

    def due(self, process: int) -> set[str]:
        due = set(self.loop.run(self.cases(process).due()))
        expected: set[str] = set()
        for record in self.model.records.values():
            if record.seen(self.now) is not State.UNKNOWN or record.looked_at(self.now):
                continue
            if record.due(self.now):
                expected.add(record.id)
            if not record.armed(self.now):
                record.let_go(self.now, self.now + FIRST)
        assert due == expected
        return due

    @rule(seconds=st.sampled_from([0.5, 30, 95, 130, 700, 90_000, -4, -60, -3_700, -90_000]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(process=PROCESS, days=st.sampled_from([0.01, 0.5, 30]), most=st.sampled_from([0, 1, 3, 100]))
    def forget(self, process: int, days: float, most: int) -> None:
        older_than = self.now - timedelta(days=days)
        gone, still_open = self.model.forgotten(older_than, most), self.model.open_ones()
        assert self.loop.run(self.cases(process).forget(older_than, most)) == len(gone)
        left = {row["id"] for row in self.rows()}
        assert left == set(self.model.records) - gone
        assert left >= still_open
        self.model.records = {name: record for name, record in self.model.records.items() if name in left}

    @rule(process=PROCESS, statement=st.sampled_from(["UPDATE intent SET state = 'accepted'", "DELETE FROM intent"]))
    def crash_in_a_transaction(self, process: int, statement: str) -> None:
        def break_off(connection: Connection) -> None:
            connection.execute(statement)
            raise CrashError

        with pytest.raises(CrashError):
            self.loop.run(self.databases[process].write(break_off))

    @rule(process=PROCESS, closed=st.booleans())
    def die(self, process: int, *, closed: bool) -> None:
        """End a process; or let it hang, with its connection still there."""
        if closed:
            self.loop.run(self.databases[process].aclose())
        else:
            self.lost.append(self.databases[process])
        self.databases[process] = self.connect()

    @invariant()
    def the_file_says_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        self.now += timedelta(milliseconds=1)  # no two things happen at one moment
        rows = self.rows()
        assert {row["id"]: tuple(row[name] for name in COLUMNS) for row in rows} == {
            one.id: written(one) for one in self.model.records.values()
        }
        for row in rows:
            if row["state"] == State.ACCEPTED:
                assert tuple(row) == self.accepted.setdefault(row["id"], tuple(row))

    def rows(self) -> list[Row]:
        path = self.folder / "journal.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute("SELECT * FROM intent").fetchall()

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        try:
            self.every_open_case_becomes_due()
        finally:
            for database in (*self.databases, *self.lost):
                self.loop.run(database.aclose())
            self.loop.close()
            shutil.rmtree(self.folder)

    def every_open_case_becomes_due(self) -> None:
        """Whatever the clock did: it goes on now, and within three hours each has had its turn.

        In the first every lease ends, in the next a case that nothing was set for is given its time.
        """
        due: set[str] = set()
        for process in (0, 1, 0):
            self.now += RAREST
            due |= self.due(process)
        assert due == self.model.open_ones()


COLUMNS = ("tenant", "key", "hint", "state", "fence", "looks", "look_at", "leased_until", "opened_at", "changed_at")


def written(one: Record) -> tuple[object, ...]:
    """A record as its columns have it."""
    look_at = one.look_at.timestamp() if one.look_at else None
    times = (look_at, one.leased.timestamp(), one.opened.timestamp(), one.changed.timestamp())
    return (one.tenant, one.key, one.hint, one.state.value, one.fence, one.looks, *times)


def wanted_of(post: Post, *, turned: bool = False) -> Wanted:
    """The same post in the words of the journal; its accounts in one order, or in the other."""
    caption, accounts = post.body
    request = PostRequest.model_validate({"caption": caption, "accounts": sorted(accounts, reverse=turned)})
    return Wanted("postpost", content(request), post.tenant, post.key, post.hint, allow_duplicate=post.again)
