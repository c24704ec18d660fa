"""The journal under load: eight processes on one file, and four that do all that a create does."""

import json
import sqlite3
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from bench.line import Budget, Line
from bench.plan import Plan
from bench.program import MeasurementError
from bench.sample import Sample, short
from bench.told import Told

PROCESSES, HAMMERS = 8, 4
#: Opening and closing are written; a repeat and a look are not.
_DURABLE = 2
#: By journal mode, which follows from SQLite's version (design section 6).
BUDGETS = {"write-ahead log": Budget(2_000, "/s", at_least=True), "rollback journal": Budget(800, "/s", at_least=True)}


@dataclass(frozen=True, slots=True)
class _Race:
    """What processes achieved in one file: intents per second, seconds for each, the journal mode."""

    rate: float
    each: Sample
    mode: str

    def __str__(self) -> str:
        return f"{short(self.rate)}/s; {self.each.told('ms', 1e3)}"


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Count durable intents by the standard library alone, by our journal, and by it with each intent closed too."""
    bare, opened, closed = (_race(plan.journal_seconds, scratch, how) for how in ("bare", "open", "close"))
    hammered = _race(plan.hammer_seconds, scratch, "all", HAMMERS)
    mode = f"{PROCESSES} processes, {opened.mode} (SQLite {sqlite3.sqlite_version}), 0 errors, integrity ok"
    return [
        Line(
            f"intents opened, {mode}; bare: sqlite3 alone",
            str(opened),
            str(bare),
            opened.rate / bare.rate,
            BUDGETS[opened.mode],
            opened.rate,
        ),
        Line("intents opened and closed, two durable writes each", str(closed)),
        Line(
            f"{HAMMERS} processes, {plan.hammer_seconds:g} s: opened, repeated, read, closed; 0 errors, integrity ok",
            f"{hammered}; {short(_DURABLE * hammered.rate)} durable writes/s",
            budget=BUDGETS[hammered.mode],
            value=_DURABLE * hammered.rate,
        ),
    ]


def _race(seconds: float, scratch: Path, how: str, processes: int = PROCESSES) -> _Race:
    path = scratch / f"journal-{how}.db"
    command = [sys.executable, "-m", "bench.intents", str(path), f"{seconds:g}", how]
    with ExitStack() as stack:
        writers = [Told(stack, command) for _ in range(processes)]
        for writer in writers:
            writer.read()
        for writer in writers:
            writer.go()
        said = [json.loads(writer.read()) for writer in writers]
    took = tuple(passed for one in said for passed in one["took"])
    errors = [error for one in said for error in one["errors"]]
    return _Race(len(took) / seconds, Sample(took), _checked(path, len(took), errors))


def _checked(path: Path, written: int, errors: list[str]) -> str:
    """Hold the file against what the writers said; tell its journal mode."""
    with closing(sqlite3.connect(path)) as connection:
        # WAL is written into the file; any other mode is one connection's own, and all of them are rollback journals.
        logged = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        stored = connection.execute("SELECT count(*) FROM intent").fetchone()[0]
    if errors or sound != "ok" or stored != written:
        raise MeasurementError(f"{stored} of {written} intents stored, integrity {sound}, errors {errors[:3]}")
    return "write-ahead log" if logged else "rollback journal"
