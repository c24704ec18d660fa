"""Many deliveries due at one moment, to webhooks: how many a second, each account's in their order."""

import json
import sqlite3
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from bench.line import Budget, Line
from bench.loopback import PATIENCE, free_port, serving
from bench.nowhere import accounts
from bench.plan import Plan
from bench.program import MeasurementError, Program
from bench.rows.create_post import MEMORY
from bench.sample import short
from bench.told import Told
from bench.waiting import due
from engine.clock import utc_now

BUDGET = Budget(500, "/s", at_least=True)
ACCOUNTS = accounts("webhook", 50)
#: Seconds between two looks at the receiver, and those after which a burst that does not move has failed.
_GLANCE, _STUCK = 0.25, 30.0
_YARD_SECONDS = 1.0


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Let one process deliver a burst, with its ledger on the disk and, where there is one, on a RAM disk."""
    commits = _commits(scratch / "commits.db")
    rate, cost = _burst(plan, scratch, scratch / "burst.db")
    what = f"{plan.burst:,} deliveries due at once, {len(ACCOUNTS)} webhooks: 0 lost, 0 doubled, each account in order"
    told = f"{short(commits)} commits/s"
    lines = [Line(f"{what}; bare: sqlite3 alone", _told(rate, cost), told, rate / commits, BUDGET, rate)]
    if MEMORY.is_dir():
        with tempfile.TemporaryDirectory(prefix="postwright-bench-", dir=MEMORY) as folder:
            rate, cost = _burst(plan, scratch, Path(folder) / "burst.db")
        lines.append(Line("the same on a RAM disk", _told(rate, cost)))
    return lines


def _told(rate: float, cost: float) -> str:
    return f"{short(rate)}/s; {short(cost * 1e3)} ms CPU each"


def _burst(plan: Plan, scratch: Path, path: Path) -> tuple[float, float]:
    """Deliver over fresh connections, to a receiver in a process of its own.

    Tell the deliveries per second, and the seconds of processor that each took.
    """
    port = free_port()
    program = Program((sys.executable, "-m", "bench.receiving", str(port)), {})
    url = f"http://127.0.0.1:{port}/hook"
    with serving(program, port, scratch / "burst.log"), ExitStack() as stack:
        process = Told(stack, [sys.executable, "-m", "bench.delivering", str(path), str(len(ACCOUNTS)), url])
        process.read()
        due(path, [utc_now()] * plan.burst, ACCOUNTS)
        began = time.time()
        process.go()
        seen = _all_seen(url, plan.burst)
        process.go()
        cost = json.loads(process.read())["processor"] / plan.burst
    if seen["doubled"] or seen["disordered"] or seen["count"] != plan.burst:
        raise MeasurementError(f"the receiver of a burst of {plan.burst} saw {seen}")
    return plan.burst / (seen["last"] - began), cost


def _commits(path: Path) -> float:
    """Count how often a second the standard library alone makes a row durable here, one after the other."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("CREATE TABLE row (n INTEGER)")
        began, number = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < _YARD_SECONDS:
            connection.execute("INSERT INTO row VALUES (?)", (number,))
            number += 1
    return number / passed


def _all_seen(url: str, number: int) -> dict[str, Any]:
    """Wait until a receiver has seen so many posts; tell what it saw."""
    seen, moved = _seen(url), time.monotonic()
    while seen["count"] < number:
        time.sleep(_GLANCE)
        before, seen = seen, _seen(url)
        moved = time.monotonic() if seen["count"] > before["count"] else moved
        if time.monotonic() > moved + _STUCK:
            raise MeasurementError(f"a burst came to a stop: {seen}")
    return seen


def _seen(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310  (http, to loopback)
        return json.load(answer)
