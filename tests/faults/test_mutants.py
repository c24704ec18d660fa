"""The histories are worth something: they notice every rule of the journal that is left out."""

import pytest

from bench.faults.__main__ import notice
from bench.faults.mutants import MUTANTS

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
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_that_is_left_out_is_noticed(mutant: str) -> None:
    assert notice(mutant) is not None


def test_every_rule_has_its_mutant() -> None:
    assert set(MUTANTS) == THE_RULES
