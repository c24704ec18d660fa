"""The embedded engine under SIGKILL and SIGSTOP, to a place that fails: nothing is doubled, lost, or out of order."""

import sys

import pytest

from bench.faults.deliveries.torture import torture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no SIGSTOP")

#: The reduced size; ``python -m bench.faults --histories 0 --engine 1200`` delivers more.
ORDERS = 96


@pytest.mark.timeout(300)
def test_processes_that_are_killed_deliver_everything_once_and_in_order() -> None:
    tally = torture(ORDERS)
    assert tally.bad == []
    assert tally.orders == ORDERS
    assert tally.kills >= 8
    assert tally.unknown < ORDERS / 4
