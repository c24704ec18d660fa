"""A process that only delivers, to one account: ``python -m tests.local.deliverer HOME AHEAD``, until it is ended.

Its clock is so many seconds ahead: whatever others have in hand may have lapsed by it, and nobody has to wait for that.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import anyio

from engine.clock import utc_now
from providers.local.state import Settling
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from schemas.account import Account
from tests.local.embedded import Embedded
from tests.local.networked import means

ROOT = Path(__file__).parents[2]
#: Seconds by which a clock must be ahead for the leases of others to be over.
PAST_LEASES = 70


@contextmanager
def delivering(home: Path, login: Login, *, ahead: int = 0) -> Generator[subprocess.Popen[bytes]]:
    """Run one for a login, and kill it at the end of the block."""
    told = {"account": asdict(login.account), "settings": dict(login.settings), "secrets": dict(login.secrets)}
    told["account"].pop("capabilities")
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.local.deliverer", home, str(ahead)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        # No file: the folder is searched for secrets.
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


async def deliver(home: Path, ahead: timedelta) -> None:
    def clock() -> datetime:
        return utc_now() + ahead

    told = json.load(sys.stdin)
    login = Login(Account(**told["account"]), told["settings"], told["secrets"])
    network = KINDS[login.account.platform].connect(login, means(home))
    second = timedelta(seconds=1)
    async with Embedded(home, clock, network, settling=Settling(second, second, 2)) as engine:
        await engine.courier.run()


if __name__ == "__main__":
    anyio.run(deliver, Path(sys.argv[1]), timedelta(seconds=float(sys.argv[2])))
