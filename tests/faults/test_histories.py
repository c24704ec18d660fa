"""Histories of faults in virtual time: nothing is doubled, lost, stuck or wrongly reported; without a record, much."""

import pytest

from bench.faults.history import Count, play
from bench.faults.naive import wrapping
from bench.faults.network import FAULTS
from bench.faults.plan import MACHINE, draw
from bench.faults.services import KINDS

pytestmark = pytest.mark.timeout(600)

#: The reduced size; ``python -m bench.faults`` plays 10,000.
SEEDS = range(150)


@pytest.mark.parametrize("provider", KINDS)
def test_no_history_ends_with_a_post_doubled_lost_stuck_or_wrongly_reported(provider: str) -> None:
    count = Count()
    for seed in SEEDS:
        count.add(play(draw(seed, provider)))
    assert count.bad == []
    assert count.histories == len(SEEDS)


def test_the_same_histories_without_a_record_end_with_doubled_posts() -> None:
    count = Count()
    for seed in range(60):
        count.add(play(draw(seed, "postpost"), wrapping))
    assert len(count.doubled) > 5


def test_the_histories_meet_every_fault_with_every_behaviour() -> None:
    drawn = [draw(seed, provider) for seed in range(2_500) for provider in KINDS]
    met = {(plan.trouble, plan.behaviour) for plan in drawn}
    behaviours = {plan.behaviour for plan in drawn}
    assert met == {(trouble, behaviour) for trouble in (*FAULTS, *MACHINE) for behaviour in behaviours}
    assert len(behaviours) == 4


def test_a_seed_is_the_same_history_every_time() -> None:
    for seed in range(20):
        assert draw(seed, "socialapi") == draw(seed, "socialapi")
        assert play(draw(seed, "postpost"), wrapping) == play(draw(seed, "postpost"), wrapping)
