"""One start of a server, from nothing to the answer to tools/list."""

import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from bench.program import Program, bare, postwright
from bench.sample import Sample
from bench.session import Session


@dataclass(frozen=True, slots=True)
class Launch:
    """What a start took: processor seconds (user and system), seconds on the clock, and bytes resident at the end."""

    cpu: float
    wall: float
    resident: int


def launch(program: Program, log: Path) -> Launch:
    """Start a server, list its tools, and kill it there and then, so that its end is not counted."""
    began = time.perf_counter()
    session = Session(program, log)
    with session:
        session.request("tools/list", {})
        wall = time.perf_counter() - began
        resident = psutil.Process(session.process.pid).memory_info().rss
        session.process.kill()
        _, status, usage = os.wait4(session.process.pid, 0)
        session.process.returncode = os.waitstatus_to_exitcode(status)
    return Launch(usage.ru_utime + usage.ru_stime, wall, resident)


@cache
def launches(spawns: int, scratch: Path) -> dict[str, list[Launch]]:
    """Start the bare server and ours in turn, by provider; the first start of each, which may compile, is left out."""
    programs = {
        "bare": bare(),
        "genviral": postwright(scratch / "launch", api="http://127.0.0.1:9/"),
        "local": postwright(scratch / "launch"),
    }
    found: dict[str, list[Launch]] = {name: [] for name in programs}
    for _ in range(spawns + 1):
        for name, program in programs.items():
            found[name].append(launch(program, scratch / f"launch-{name}.log"))
    return {name: measured[1:] for name, measured in found.items()}


def sample(measured: list[Launch], attribute: str) -> Sample:
    """Take one of the three figures out of many launches."""
    return Sample(tuple(getattr(one, attribute) for one in measured))
