"""A process that only delivers, to one account: ``python -m tests.local.deliverer HOME``, until it is ended."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import anyio

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from schemas.account import Account
from tests.local.embedded import Embedded
from tests.local.networked import means

ROOT = Path(__file__).parents[2]
_LOGIN = "login.json"


@contextmanager
def delivering(home: Path, login: Login) -> Generator[subprocess.Popen[bytes]]:
    """Run one for a login, and kill it at the end of the block."""
    told = {"account": asdict(login.account), "settings": dict(login.settings), "secrets": dict(login.secrets)}
    told["account"].pop("capabilities")
    home.mkdir(parents=True, exist_ok=True)
    (home / _LOGIN).write_text(json.dumps(told), encoding="utf-8")
    command = [sys.executable, "-m", "tests.local.deliverer", home]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def deliver(home: Path) -> None:
    told = json.loads((home / _LOGIN).read_text(encoding="utf-8"))
    login = Login(Account(**told["account"]), told["settings"], told["secrets"])
    network = KINDS[login.account.platform].connect(login, means(home))
    async with Embedded(home, utc_now, network, lease=timedelta(seconds=1)) as engine:
        await engine.courier.run()


if __name__ == "__main__":
    anyio.run(deliver, Path(sys.argv[1]))
