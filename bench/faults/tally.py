"""Many histories, played on all cores, and counted by what went wrong in them."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from bench.faults.history import WRONGS, Count, play
from bench.faults.naive import wrapping
from bench.faults.plan import Plan, draw
from bench.faults.services import KINDS
from server import log

#: Histories that are played in one go.
CHUNK = 25


@dataclass(slots=True)
class Pair:
    """What came of the same histories with postwright, and with a wrapper that keeps no record."""

    ours: Count = field(default_factory=Count)
    naive: Count = field(default_factory=Count)

    def add(self, other: "Pair") -> None:
        """Add what came of others."""
        self.ours.add(other.ours)
        self.naive.add(other.naive)


def tally(histories: int, first: int = 0, workers: int | None = None) -> list[tuple[Plan, Pair]]:
    """Play so many histories, evenly over the providers, each of them twice: with postwright and with the wrapper."""
    seeds = range(first, first + -(-histories // len(KINDS)))
    chunks = [(provider, seeds[start : start + CHUNK]) for start in range(0, len(seeds), CHUNK) for provider in KINDS]
    # A fork would take the parent's threads and files along.
    with ProcessPoolExecutor(workers or os.cpu_count(), get_context("spawn"), initializer=_quiet) as pool:
        pairs = [pair for found in pool.map(_play, *zip(*chunks, strict=True)) for pair in found]
    plans = [draw(seed, provider) for provider, chunk in chunks for seed in chunk]
    return list(zip(plans, pairs, strict=True))


def _quiet() -> None:
    """Leave out what a server logs of its troubles: there are many."""
    log.configure("console", "critical", ())


def _play(provider: str, seeds: Iterable[int]) -> list[Pair]:
    plans = [draw(seed, provider) for seed in seeds]
    return [Pair(play(plan), play(plan, wrapping)) for plan in plans]


def table(played: Iterable[tuple[Plan, Pair]], title: str, row: Callable[[Plan], str]) -> str:
    """Write one table; ``row`` says in which row a history counts."""
    rows: dict[str, Pair] = defaultdict(Pair)
    for plan, pair in played:
        rows[row(plan)].add(pair)
        rows[_ALL].add(pair)
    named = [*(name for name in rows if name != _ALL), _ALL]
    head = [title, "histories", *WRONGS, *(f"wrapper: {name}" for name in WRONGS)]
    lines = [head, ["---"] * len(head), *([name, *_cells(rows[name])] for name in named)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(pair: Pair) -> list[str]:
    counts = [len(getattr(count, name)) for count in (pair.ours, pair.naive) for name in WRONGS]
    return [f"{pair.ours.histories:,}", *(f"{number:,}" for number in counts)]


_ALL = "all"
