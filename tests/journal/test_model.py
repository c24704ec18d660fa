"""The journal against its model: two connections, stale fences, crashes, and a clock that is set back and forth."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bench.faults.mutants import MUTANTS
from engine.cases import Cases, Pauses
from engine.intent import Intent, State, Wanted
from engine.journal import MIGRATIONS, Journal, Standing
from providers.database import Database
from tests.journal.model import BETWEEN, FIRST, LEASE, LOOK_LEASE, Model, Record

TENANTS, CAPTIONS, ACCOUNTS = ("one", "two"), ("Hello", "World"), ("postpost:a", "postpost:b", "postpost:c")
PAUSES = {(tenant, "postpost"): Pauses(FIRST, BETWEEN, 4) for tenant in TENANTS}
#: How thorough a run is: ``POSTWRIGHT_TEST_EXAMPLES=2000`` for a long one.
EXAMPLES = int(os.environ.get("POSTWRIGHT_TEST_EXAMPLES", "60"))


class CrashError(Exception):
    """Raised in the middle of a transaction."""


class JournalMachine(RuleBasedStateMachine):
    """Everything that processes do to one journal, in any order."""

    held = Bundle("held")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.loop = asyncio.Runner()
        self.now = datetime(2026, 12, 1, tzinfo=UTC)
        self.model = Model()
        self.databases = [self.connect(), self.connect()]

    def connect(self) -> Database:
        return Database(self.folder / "journal.db", {"journal": MIGRATIONS})

    def journal(self, process: int) -> Journal:
        return Journal(self.databases[process], lambda: self.now, LEASE)

    def cases(self, process: int) -> Cases:
        return Cases(self.databases[process], lambda: self.now, PAUSES)

    def record(self, intent: Intent) -> Record | None:
        return self.model.records.get(intent.id)

    @rule(
        target=held,
        process=st.integers(0, 1),
        tenant=st.sampled_from(TENANTS),
        key=st.sampled_from([None, None, "launch-1", "launch-2"]),
        hint=st.sampled_from([None, None, "call-1", "call-2"]),
        caption=st.sampled_from(CAPTIONS),
        accounts=st.permutations(ACCOUNTS).map(lambda found: found[:2]),
        again=st.booleans(),
    )
    def open(
        self,
        *,
        process: int,
        tenant: str,
        key: str | None,
        hint: str | None,
        caption: str,
        accounts: list[str],
        again: bool,
    ) -> Intent:
        body = (caption, frozenset(accounts))
        expected, twin = self.model.standing(tenant, key, hint, body, self.now, again=again)
        request = {"caption": caption, "accounts": sorted(accounts)}
        wanted = Wanted("postpost", request, tenant, key, hint, allow_duplicate=again)
        standing, intent = self.loop.run(self.journal(process).open(wanted))
        assert standing is expected
        if twin:
            assert intent.id == twin.id
        if standing is Standing.NEW:
            before = self.model.records.get(intent.id)
            assert (before is None) is (twin is None)
            fence = before.fence + 1 if before else 1
            own = before.key if before else key
            made = Record(intent.id, before.tenant if before else tenant, own, hint, body, self.now, self.now, self.now)
            made.leased, made.fence = self.now + LEASE, fence
            self.model.records[intent.id] = made
        return intent

    @rule(intent=held, process=st.integers(0, 1), state=st.sampled_from(list(State)[1:]))
    def close(self, intent: Intent, process: int, state: State) -> None:
        record = self.record(intent)
        mine = record is not None and record.fence == intent.fence and record.is_open
        evidence = record is not None and state is State.ACCEPTED and record.state in (State.UNKNOWN, State.REFUSED)
        look_at = self.now + FIRST if state is State.UNKNOWN else None
        closed = self.loop.run(self.journal(process).close(intent, state, {"told": state}, "post", look_at=look_at))
        assert closed is (mine or evidence)
        if record and closed:
            record.state, record.look_at, record.leased, record.changed = state, look_at, self.now, self.now

    @rule(target=held, intent=held, process=st.integers(0, 1))
    def claim(self, intent: Intent, process: int) -> Intent:
        record = self.record(intent)
        free = record is not None and record.seen(self.now) is State.UNKNOWN
        free = free and record is not None and not self.model.leased_twin(record, self.now)
        claimed = self.loop.run(self.cases(process).claim(intent.id))
        assert (claimed is not None) is free
        if record and claimed:
            record.state, record.fence, record.leased = State.UNKNOWN, record.fence + 1, self.now + LOOK_LEASE
            assert claimed.fence == record.fence
        return claimed or intent

    @rule(intent=consumes(held), process=st.integers(0, 1))
    def find_nothing(self, intent: Intent, process: int) -> None:
        record, armed = (
            self.record(intent),
            intent.look_at is not None and intent.changed_at <= self.now + timedelta(seconds=5),
        )
        due = armed and intent.look_at is not None and intent.look_at <= self.now
        kept = self.loop.run(self.cases(process).found_nothing(intent))
        mine = record is not None and record.fence == intent.fence and record.is_open
        assert (kept is not None) is mine
        if record and kept:
            assert kept.looks == intent.looks + due
            record.looks = kept.looks
            record.look_at = self.now + BETWEEN if due else intent.look_at if armed else self.now + FIRST
            assert kept.look_at == record.look_at
            record.state, record.leased, record.changed = State.UNKNOWN, self.now, self.now

    @rule(process=st.integers(0, 1))
    def look_for_due(self, process: int) -> None:
        due = self.loop.run(self.cases(process).due())
        expected: list[str] = []
        for record in self.model.records.values():
            looked_at = self.now < record.leased < self.now + LOOK_LEASE + timedelta(seconds=5)
            if record.seen(self.now) is not State.UNKNOWN or looked_at:
                continue
            if not record.armed(self.now):
                record.state, record.look_at = State.UNKNOWN, self.now + FIRST
                record.leased = record.changed = self.now
            elif record.look_at and record.look_at <= self.now:
                expected.append(record.id)
        assert sorted(due) == sorted(expected)

    @rule(seconds=st.sampled_from([0.5, 30, 95, 130, 700, 90_000, -60, -3_700]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(process=st.integers(0, 1), days=st.sampled_from([0.5, 30]), most=st.sampled_from([1, 100]))
    def forget(self, process: int, days: float, most: int) -> None:
        before = len(self.model.records)
        went = self.loop.run(self.cases(process).forget(self.now - timedelta(days=days), most))
        left = {row["id"] for row in self.rows()}
        gone = [record for record in self.model.records.values() if record.id not in left]
        assert len(gone) == went
        assert not any(record.is_open for record in gone)
        assert before - went >= sum(record.is_open for record in self.model.records.values())
        self.model.records = {name: record for name, record in self.model.records.items() if name in left}

    @rule(process=st.integers(0, 1))
    def crash_in_a_transaction(self, process: int) -> None:
        def break_off(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE intent SET state = 'accepted', fence = 99")
            raise CrashError

        with pytest.raises(CrashError):
            self.loop.run(self.databases[process].write(break_off))

    @rule(process=st.integers(0, 1))
    def die(self, process: int) -> None:
        self.loop.run(self.databases[process].aclose())
        self.databases[process] = self.connect()

    @invariant()
    def the_file_says_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        self.now += timedelta(milliseconds=1)  # no two things happen at one moment
        written = {row["id"]: (row["state"], row["fence"], row["looks"]) for row in self.rows()}
        assert written == {one.id: (one.state.value, one.fence, one.looks) for one in self.model.records.values()}

    def rows(self) -> list[sqlite3.Row]:
        path = self.folder / "journal.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute("SELECT * FROM intent").fetchall()

    def teardown(self) -> None:
        if hasattr(self, "model"):
            for database in self.databases:
                self.loop.run(database.aclose())
            self.loop.close()
            shutil.rmtree(self.folder)


#: Enough to find what a mutant does; nobody has to read it.
UNSHRUNK = settings(
    max_examples=500,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
JournalMachine.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestJournal = JournalMachine.TestCase


@pytest.mark.parametrize("mutant", ["no fence", "key without body check", "key without tenant"])
def test_the_model_notices_a_rule_that_is_left_out(mutant: str) -> None:
    with MUTANTS[mutant](), pytest.raises(AssertionError):
        run_state_machine_as_test(JournalMachine, settings=UNSHRUNK)
