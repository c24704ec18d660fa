"""The histories are worth something: they notice every rule of the journal, and of deliveries, that is left out."""

import pytest

from bench.faults.__main__ import notice
from bench.faults.deliveries.mutants import DELIVERY_MUTANTS
from bench.faults.mutants import MUTANTS

pytestmark = pytest.mark.timeout(600)

THE_RULES = {
    "no intent",
    "no send deadline",
    "no fence",
    "retry on doubt",
    "no settle pause",
    "key without body check",
    "key without tenant",
    "account order in the fingerprint",
    "check, then insert",
    "delivery: no intent",
    "delivery: no send deadline",
    "delivery: no fence",
    "delivery: retry on doubt",
    "delivery: no settle pause",
    "delivery: order ignored",
}


@pytest.mark.parametrize("mutant", [*MUTANTS, *DELIVERY_MUTANTS])
def test_a_rule_that_is_left_out_is_noticed(mutant: str) -> None:
    assert notice(mutant) is not None


def test_every_rule_has_its_mutant() -> None:
    assert set(MUTANTS) | set(DELIVERY_MUTANTS) == THE_RULES
