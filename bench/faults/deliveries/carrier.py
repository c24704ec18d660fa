"""A process that takes orders and delivers: ``python -m bench.faults.deliveries.carrier DATABASE LOCK PLACE``.

It says ``ready``; then each line on its input, in JSON, is an order ({"key", "account", "caption"}), whose key it says
once the order is taken in. It delivers whenever it is elected by the lock file, and ends with its input, in good order.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import anyio
from anyio import create_task_group, to_thread

from bench.faults.deliveries.networks import networks
from bench.faults.deliveries.stores import opened
from engine.clock import utc_now
from engine.courier import Courier
from providers.alarms.alarm import Rousing
from providers.alarms.by_procrastinate import Procrastinate
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.local.state import Settling
from providers.postgres import Postgres
from providers.protocol import Failure
from schemas.post import Order
from server import log

#: Short, so that hours become seconds. Five seconds after it was decided to send something nothing leaves any more, it
#: is acted on at most one second later and shows after another: the last look that may say "not sent" comes later.
LEASE, LATE = timedelta(seconds=2), timedelta(hours=1)
SETTLING = Settling(first=timedelta(seconds=6), between=timedelta(seconds=1), looks=3)


async def carry(where: str, lock: Path, place: str) -> None:
    """Take orders and deliver until the input ends."""
    roster, database = Roster(networks(place)), opened(where)
    clock = database.clock(utc_now)
    rouse = Rousing(database, where, Procrastinate(where)).run if isinstance(database, Postgres) else None
    courier = Courier(database, clock, roster, lock, max_lateness=LATE, lease=LEASE, settling=SETTLING, rouse=rouse)
    local = Local(database, clock, roster, wake=courier.wake)
    accounts = {account.id: account for account in await local.accounts()}
    async with create_task_group() as group:
        group.start_soon(courier.run)

        async def take(wanted: dict[str, str]) -> None:
            order = Order(caption=wanted["caption"], accounts=(accounts[wanted["account"]],), key=wanted["key"])
            try:
                await local.create(order)
            except Failure as failure:
                print(f"not taken: {failure.message}", file=sys.stderr)
            else:
                print(wanted["key"], flush=True)

        print("ready", flush=True)
        while line := await to_thread.run_sync(sys.stdin.readline):
            group.start_soon(take, json.loads(line))
        group.cancel_scope.cancel()
    await local.aclose()
    await database.aclose()


if __name__ == "__main__":
    log.configure("console", "critical", ())
    file, elects, address = sys.argv[1:]
    anyio.run(carry, file, Path(elects), address)
