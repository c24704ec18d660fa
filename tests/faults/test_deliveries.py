"""The embedded engine under SIGKILL and SIGSTOP, to a place that fails: nothing is doubled, lost, or out of order."""

import sys

import pytest

from bench.faults.deliveries.history import THEMES, play, theme
from bench.faults.deliveries.torture import torture

#: The reduced sizes; ``python -m bench.faults`` plays and delivers more.
SEEDS, ORDERS = range(32), 96


@pytest.mark.parametrize("where", THEMES)
def test_no_history_of_couriers_that_sleep_and_die_ends_with_a_post_doubled_lost_or_out_of_order(where: str) -> None:
    assert [wrong for seed in SEEDS if theme(seed) == where for wrong in play(seed)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no SIGSTOP")
@pytest.mark.timeout(300)
def test_processes_that_are_killed_deliver_everything_once_and_in_order() -> None:
    tally = torture(ORDERS)
    assert tally.bad == []
    assert tally.orders == ORDERS
    assert tally.kills >= 8
    assert tally.unknown < ORDERS / 4
