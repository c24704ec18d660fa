"""A process that delivers: ``python -m bench.delivering DATABASE ACCOUNTS [URL]``.

It has so many accounts that take everything at once, or, given a URL, so many that are webhooks on it. It says
``ready`` once the database is open, delivers when it is sent a line, and at the next line ends, telling in JSON how
late each delivery was (without a URL), its resident memory in bytes, and the seconds of processor it took.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import anyio
import psutil
from anyio import create_task_group, to_thread

from bench.nowhere import Nowhere, accounts
from engine.clock import utc_now
from engine.courier import Courier
from providers.database import Database
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.local.roster import Roster
from providers.networks.catalogue import KINDS
from providers.networks.network import Network
from providers.networks.webhook.network import Webhook
from server import log

LATE, LEASE = timedelta(hours=1), timedelta(seconds=60)


async def deliver(path: Path, networks: Sequence[Network]) -> None:
    """Deliver between the first line and the second."""
    database = Database(path, {"local": LEDGER_MIGRATIONS})
    paces = {platform: kind.pace for platform, kind in KINDS.items()}
    lock = path.with_suffix(".lock")
    courier = Courier(database, utc_now, Roster(networks), lock, max_lateness=LATE, lease=LEASE, paces=paces)
    await courier.step()
    print("ready", flush=True)
    await to_thread.run_sync(sys.stdin.readline)
    began = time.process_time()
    async with create_task_group() as group:
        group.start_soon(courier.run)
        await to_thread.run_sync(sys.stdin.readline)
        group.cancel_scope.cancel()
    resident, processor = psutil.Process().memory_info().rss, time.process_time() - began
    late = [seconds for network in networks if isinstance(network, Nowhere) for seconds in network.late]
    print(json.dumps({"late": late, "resident": resident, "processor": processor}), flush=True)
    await database.aclose()


def _webhooks(url: str, number: int) -> list[Network]:
    return [Webhook(url, "whsec_YmVuY2g=", utc_now, account=account) for account in accounts("webhook", number)]


if __name__ == "__main__":
    log.configure("console", "critical", ())
    file, count, *hook = sys.argv[1:]
    places = _webhooks(hook[0], int(count)) if hook else [Nowhere(one) for one in accounts("nowhere", int(count))]
    anyio.run(deliver, Path(file), places)
