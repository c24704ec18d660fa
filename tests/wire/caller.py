"""A whole postwright that lists posts times at once: ``python -m tests.wire.caller HOME URL CONCURRENCY TIMES``."""

import sys
from pathlib import Path

import anyio
import pytest

from engine.clock import utc_now
from tests.desk import agent
from tests.wire.desk import GENVIRAL


def patient(patch: pytest.MonkeyPatch) -> None:
    """Let every request get its turn, even if the process that has it stands still for a while."""
    patch.setattr("providers.wire.TURN_SECONDS", 100.0)


async def list_posts(home: Path, url: str, concurrency: str, times: int) -> None:
    settings = {**GENVIRAL.settings(url, ""), "GENVIRAL_CONCURRENCY": concurrency}
    async with agent(home, utc_now, **settings) as caller, anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(caller.call, "list_posts")


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patched:
        patient(patched)
        anyio.run(list_posts, Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
