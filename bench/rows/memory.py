"""Resident memory after tools/list."""

from pathlib import Path

from bench.launch import launches, sample
from bench.line import Budget, Line
from bench.plan import Plan

BUDGET = Budget(1.2, "x")


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Compare the resident set right after the answer."""
    found = launches(plan.spawns, scratch)
    base = sample(found["bare"], "resident")
    lines: list[Line] = []
    for provider in ("genviral", "local"):
        ours = sample(found[provider], "resident")
        lines.append(Line(f"RSS, {provider}", ours.told("MB", 1e-6), base.told("MB", 1e-6), ours.ratio(base), BUDGET))
    return lines
