"""Measure files in a process of their own, which has a time limit and none of our keys."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import structlog

from schemas.asset import Measures
from schemas.jsonvalue import members

log = structlog.get_logger(__name__)

#: How long one file may take (seconds).
LIMIT_SECONDS = 20.0
_PROGRAM = str(Path(__file__).with_name("mediainfo.py"))
#: What the system itself needs to start a program; nothing of ours is among it.
_NEEDED = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL")


class Unmeasured(Exception):  # noqa: N818  (the file is what is wrong, not the program)
    """Raised for a file that is no image or video of a known kind, or that cannot be measured."""


async def measure(path: Path, size: int, *, whole: bool = True, seconds: float = LIMIT_SECONDS) -> Measures:
    """Tell a file's type by its content, and its measures; ``size`` is in bytes, ``whole``: it is not only the head.

    Raises:
        Unmeasured: it is neither an image nor a video of a known kind, or breaks off, or its header makes no sense.
    """
    environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    command = [sys.executable, "-I", _PROGRAM, "whole" if whole else "head", str(path)]
    try:
        with anyio.fail_after(seconds):
            done = await anyio.run_process(command, check=False, env=environment, stdin=subprocess.DEVNULL)
    except TimeoutError:
        raise Unmeasured(f"it could not be measured within {seconds:g} s") from None
    if done.returncode:
        log.warning("measuring_failed", code=done.returncode, error=done.stderr[-500:].decode("utf-8", "replace"))
        raise Unmeasured("its header makes no sense")
    found = members(json.loads(done.stdout))
    if not found:
        raise Unmeasured("it is no image or video of a known kind")
    if found.pop("broken_off"):
        raise Unmeasured("it breaks off: its end is missing")
    return Measures(bytes=size, **found)
