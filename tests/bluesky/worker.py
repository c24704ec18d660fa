"""A process with one account, told on stdin: ``python -m tests.bluesky.worker HOME deliver|renew``.

It delivers until it is ended; or it renews its session, says whose that is, and ends.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from engine.clock import utc_now
from providers.fetch import Fetcher
from providers.networks.bluesky.kind import KIND
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel
from schemas.account import Account
from tests.local.embedded import Embedded, loopback


def packed(login: Login) -> bytes:
    """Write a login for another process."""
    account = {"id": login.account.id, "platform": login.account.platform, "name": login.account.name}
    return json.dumps({"account": account, "settings": dict(login.settings), "secrets": dict(login.secrets)}).encode()


def unpacked(told: bytes) -> Login:
    found = json.loads(told)
    return Login(Account(**found["account"]), found["settings"], found["secrets"])


def parcel(caption: str = "Hello", media: dict[str, Any] | None = None, **more: Any) -> Parcel:
    return Parcel("dlv_01K9ZJ8Y4Q0000000000000001", "pst_1", "", caption, media, datetime.now(UTC), **more)


async def forget(account: str, secrets: Mapping[str, str]) -> None:
    """Keep nothing: the process ends soon."""


def means(home: Path) -> Means:
    """Make what a network works with. Modules that tests share import far more than a process should that is timed."""
    return Means(utc_now, partial(Fetcher, utc_now, permitted=loopback), home / "scratch", forget)


async def deliver(home: Path, login: Login) -> None:
    network = KIND.connect(login, means(home))
    async with Embedded(home, utc_now, network) as engine:
        await engine.courier.run()


async def renew(home: Path, login: Login) -> None:
    network = KIND.connect(login, means(home))
    await network.prepare(parcel())
    print(await network.greet())  # noqa: T201
    await network.aclose()


if __name__ == "__main__":
    work = {"deliver": deliver, "renew": renew}[sys.argv[2]]
    anyio.run(work, Path(sys.argv[1]), unpacked(sys.stdin.buffer.read()))
