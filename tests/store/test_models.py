"""The journal and the ledger on PostgreSQL against the models that they are held against on SQLite."""

import os
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, run_state_machine_as_test

from engine.intent import MIGRATIONS
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.postgres import Postgres
from providers.store import Row, Store
from tests.journal.machine import JournalMachine
from tests.local.editing_machine import EditingMachine

#: How thorough a run is, as in the tests on SQLite: each example takes longer here.
EXAMPLES = int(os.environ.get("POSTWRIGHT_TEST_EXAMPLES", "60")) // 3


class Journals(JournalMachine):
    """The journal's machine, at one database that is emptied for each example."""

    url: ClassVar[str]

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.loop.run(self.databases[0].write(lambda connection: connection.execute("DELETE FROM intent")))

    def connect(self) -> Store:
        return Postgres(self.url, {"journal": MIGRATIONS})

    def rows(self) -> list[Row]:
        return self.loop.run(self.databases[0].read(lambda c: c.execute("SELECT * FROM intent").fetchall()))


class Ledgers(EditingMachine):
    """The ledger's machine, likewise."""

    url: ClassVar[str]

    @initialize(target=EditingMachine.posts)
    def begin(self) -> Any:
        with psycopg.connect(self.url) as connection:
            if connection.execute("SELECT to_regclass('delivery')").fetchone() != (None,):
                connection.execute("TRUNCATE delivery, post, gate")
        return super().begin()

    def connect(self) -> Store:
        return Postgres(self.url, {"local": LEDGER_MIGRATIONS})


def played(machine: type[RuleBasedStateMachine], url: str) -> None:
    run_state_machine_as_test(
        type(machine.__name__, (machine,), {"url": url}),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.mark.timeout(300)
def test_the_journal_does_what_the_model_does(postgres_url: str) -> None:
    played(Journals, postgres_url)


@pytest.mark.timeout(300)
def test_what_a_courier_and_an_editor_do_at_once_is_told_as_it_is(postgres_url: str) -> None:
    played(Ledgers, postgres_url)
