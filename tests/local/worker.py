"""A process that only delivers: ``python -m tests.local.worker HOME WEBHOOK_URL MEDIA_PORT AHEAD``, until it is ended.

Its clock is so many seconds ahead: whatever others have in hand may have lapsed by it, and nobody has to wait for that.
"""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio

from providers.networks.webhook.network import Webhook
from tests.local.embedded import Embedded


def now() -> datetime:
    return datetime.now(UTC)


async def public(port: int, host: str, _: int) -> list[tuple[str, int]]:
    """Every name leads to the one server that there is."""
    return [("127.0.0.1", port)]


async def work(home: Path, url: str, media_port: int, ahead: timedelta) -> None:
    def clock() -> datetime:
        return now() + ahead

    hook = Webhook(url, None, clock)
    resolve = partial(public, media_port)
    async with Embedded(home, clock, hook, resolve=resolve) as engine:
        await engine.courier.run()


if __name__ == "__main__":
    anyio.run(work, Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), timedelta(seconds=float(sys.argv[4])))
