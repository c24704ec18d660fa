"""The journal against its model: two connections, stale fences, crashes, and a clock that is set back and forth."""

import os
import sqlite3

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from bench.faults.mutants import MUTANTS
from tests.journal.machine import JournalMachine

#: How thorough a run is: ``POSTWRIGHT_TEST_EXAMPLES=2000`` for a long one.
EXAMPLES = int(os.environ.get("POSTWRIGHT_TEST_EXAMPLES", "60"))
#: Two that race do not do so the same way every time, which Hypothesis tells by a group, or by saying just that.
NOTICED = (AssertionError, sqlite3.IntegrityError, ExceptionGroup, Flaky)
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
TestJournal = pytest.mark.timeout(max(120, EXAMPLES))(JournalMachine.TestCase)


@pytest.mark.parametrize("name", ["no fence", "key without body check", "key without tenant", "check, then insert"])
def test_the_model_notices_a_rule_that_is_left_out(name: str) -> None:
    with MUTANTS[name](), pytest.raises(NOTICED):
        run_state_machine_as_test(JournalMachine, settings=UNSHRUNK)
