"""A whole postwright that lists posts times at once: ``python -m tests.wire.caller HOME URL CONCURRENCY TIMES``."""

import sys
from pathlib import Path

import anyio

from engine.clock import utc_now
from tests.desk import agent
from tests.wire.desk import GENVIRAL


async def list_posts(home: Path, url: str, concurrency: str, times: int) -> None:
    settings = {**GENVIRAL.settings(url, ""), "GENVIRAL_CONCURRENCY": concurrency}
    async with agent(home, utc_now, **settings) as caller, anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(caller.call, "list_posts")


if __name__ == "__main__":
    anyio.run(list_posts, Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
