"""Cold start: from nothing to the answer to tools/list."""

from pathlib import Path

from bench.launch import launches, sample
from bench.line import Budget, Line
from bench.plan import Plan

BUDGET = Budget(1.15, "x")


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Compare processor time, which the budget is for, and time on the clock; everything is compiled."""
    found = launches(plan.spawns, scratch)
    lines: list[Line] = []
    for provider in ("genviral", "local"):
        for what, attribute, budget in (("CPU", "cpu", BUDGET), ("wall", "wall", None)):
            ours, base = sample(found[provider], attribute), sample(found["bare"], attribute)
            lines.append(
                Line(
                    f"{what} to tools/list, {provider}",
                    ours.told("ms", 1e3),
                    base.told("ms", 1e3),
                    ours.ratio(base),
                    budget,
                )
            )
    return lines
