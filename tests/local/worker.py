"""A process that only delivers: ``python -m tests.local.worker HOME WEBHOOK_URL MEDIA_PORT``, until it is ended."""

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


async def work(home: Path, url: str, media_port: int) -> None:
    hook = Webhook(url, None, now)
    resolve = partial(public, media_port)
    async with Embedded(home, now, hook, resolve=resolve, lease=timedelta(seconds=1)) as engine:
        await engine.courier.run()


if __name__ == "__main__":
    anyio.run(work, Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
