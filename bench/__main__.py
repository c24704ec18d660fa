"""``python -m bench``: measure every row, or those that are named, and print one table."""

import os
import platform
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import click

from bench.line import Line
from bench.plan import FULL, QUICK, Plan
from bench.rows import alarm, burst, cold_start, create_post, engine, hang, http, journal, memory, read_tool, tokens
from bench.table import table
from server import log

ROWS: dict[str, Callable[[Plan, Path], list[Line]]] = {
    "create-post": create_post.measure,
    "read-tool": read_tool.measure,
    "cold-start": cold_start.measure,
    "memory": memory.measure,
    "http": http.measure,
    "tokens": tokens.measure,
    "hang": hang.measure,
    "journal": journal.measure,
    "engine": engine.measure,
    "burst": burst.measure,
    "alarm": alarm.measure,
}
#: Rows that do nothing but wait, and do so while the others are measured.
WAITING = frozenset({"hang"})


@click.command()
@click.argument("rows", nargs=-1, type=click.Choice(list(ROWS)), metavar="[ROW]...")
@click.option("--quick", is_flag=True, help="A smoke run on small samples, under a minute.")
def main(rows: tuple[str, ...], *, quick: bool) -> None:
    """Measure the budgets of the design against a bare MCP server, all of them or the ROWs named.

    A budget that is overrun is told and no failure; a measurement that failed is one.
    """
    log.configure("console", "error", ())
    plan = QUICK if quick else FULL
    names = [name for name in ROWS if name in rows or not rows]
    print(_circumstances(quick=quick), flush=True)
    with tempfile.TemporaryDirectory(prefix="postwright-bench-") as scratch, ThreadPoolExecutor() as pool:
        waiting = {name: pool.submit(_measure, name, plan, Path(scratch)) for name in names if name in WAITING}
        measured = {name: _measure(name, plan, Path(scratch)) for name in names if name not in WAITING}
        measured |= {name: future.result() for name, future in waiting.items()}
    print(table({name: measured[name] or [Line("FAILED, see above", "")] for name in names}))
    print(f"Load average at the end: {os.getloadavg()[0]:.1f}.")
    sys.exit(0 if all(measured.values()) else 1)


def _measure(name: str, plan: Plan, scratch: Path) -> list[Line]:
    """Measure one row; no lines mean that it failed, and the reason stands on stderr."""
    began = time.monotonic()
    try:
        lines = ROWS[name](plan, scratch)
    except Exception:  # noqa: BLE001  (whatever stops one row, the others are still worth measuring)
        lines = []
        click.echo(f"{name} could not be measured:\n{traceback.format_exc()}", err=True)
    click.echo(f"{name}: {time.monotonic() - began:.0f} s", err=True)
    return lines


def _circumstances(*, quick: bool) -> str:
    """Say what the figures were taken on."""
    kind = "Smoke run: samples too small to judge by." if quick else "Full run."
    return (
        f"{kind} Python {platform.python_version()}, mcp {version('mcp')}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} CPUs, load average at the start: {os.getloadavg()[0]:.1f}."
    )


if __name__ == "__main__":
    main()
