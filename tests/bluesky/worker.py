"""A process with one account, told on stdin: ``python -m tests.bluesky.worker HOME deliver|renew``.

It delivers until it is ended; or it renews its session, says whose that is, and ends.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import anyio

from engine.clock import utc_now
from providers.networks.bluesky.login import KIND
from providers.networks.kind import Login
from schemas.account import Account
from tests.bluesky.desk import parcel
from tests.local.chatting import means
from tests.local.embedded import Embedded


def packed(login: Login) -> bytes:
    """Write a login for another process."""
    account = {"id": login.account.id, "platform": login.account.platform, "name": login.account.name}
    return json.dumps({"account": account, "settings": dict(login.settings), "secrets": dict(login.secrets)}).encode()


def unpacked(told: bytes) -> Login:
    found = json.loads(told)
    return Login(Account(**found["account"]), found["settings"], found["secrets"])


async def deliver(home: Path, login: Login) -> None:
    network = KIND.connect(login, means(home, utc_now))
    async with Embedded(home, utc_now, network) as engine:
        await engine.courier.run()


async def renew(home: Path, login: Login) -> None:
    network = KIND.connect(login, means(home, utc_now))
    await network.prepare(replace(parcel(), account=login.account.id))
    print(await network.greet())  # noqa: T201
    await network.aclose()


if __name__ == "__main__":
    work = {"deliver": deliver, "renew": renew}[sys.argv[2]]
    anyio.run(work, Path(sys.argv[1]), unpacked(sys.stdin.buffer.read()))
