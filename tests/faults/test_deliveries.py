"""The embedded engine under SIGKILL and SIGSTOP, to a place that fails: nothing is doubled, lost, or out of order."""

import sys

import pytest

from bench.faults.deliveries.history import THEMES, play, theme
from bench.faults.deliveries.torture import KILLS, OUTAGES, Tally, torture
from tests.postgres import Cluster, own_cluster

__all__ = ["own_cluster"]

pytestmark = pytest.mark.timeout(900)

#: The reduced sizes; ``python -m bench.faults`` plays and delivers more.
SEEDS, ORDERS = range(32), 96


@pytest.mark.parametrize("where", THEMES)
def test_no_history_of_couriers_that_sleep_and_die_ends_with_a_post_doubled_lost_or_out_of_order(where: str) -> None:
    assert [wrong for seed in SEEDS if theme(seed) == where for wrong in play(seed)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no SIGSTOP")
def test_processes_that_are_killed_deliver_everything_once_and_in_order() -> None:
    everything_is_there_once(torture(ORDERS))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no SIGSTOP")
def test_so_they_do_on_a_postgresql_that_crashes_and_comes_back(own_cluster: Cluster) -> None:
    everything_is_there_once(torture(ORDERS, machines=4, cluster=own_cluster))


def everything_is_there_once(tally: Tally) -> None:
    assert tally.bad == []
    assert tally.orders == ORDERS
    assert tally.kills >= KILLS
    assert tally.outages >= OUTAGES
