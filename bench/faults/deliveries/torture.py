"""Orders that are taken in and delivered by processes which are killed and put to sleep, to a place that fails.

Four processes on one database, two to a machine, as far as a lock file is one: so two deliver at a time. What came of
it is counted at the place: nothing may be there twice, nothing be missing, and of each account all in its order. A
webhook can neither tell nor know a repeat: what may have been sent there is sent no second time, and told as unknown.
"""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import CancelScope, Semaphore, create_task_group, move_on_after, sleep

from bench.faults.deliveries.networks import accounts
from bench.faults.deliveries.place import Place, open_place
from bench.faults.deliveries.stores import File, Keep, Server
from bench.faults.deliveries.yard import Berth
from bench.rows.create_post import MEMORY
from schemas.account import Account
from tests.postgres import Cluster

#: Seconds after the last blow within which everything has come to its end.
SETTLED_WITHIN = 400.0
#: Seconds between two blows; how often one is a sleep, and how long.
PAUSES, SLEEPS, ASLEEP = (0.02, 0.8), 0.12, (0.3, 7.0)
#: Seconds between two absences of the store, and how long they last.
ABSENCES, AWAY = (2.0, 6.0), (0.2, 3.0)
#: Blows and absences without which it has not been much of a torture: it goes on until there were so many.
KILLS, OUTAGES = 8, 1
#: Who was sending so many seconds before a kill was delivering.
_ACTIVE = 0.5
_PROCESSES = 4
#: Orders that are given before each blow, so that there is something to deliver when it falls.
_BETWEEN = 6
_GLANCE = 0.25
_OPEN = "('draft', 'scheduled', 'queued', 'leased', 'sending', 'settling', 'reconciling')"


@dataclass(slots=True)
class Tally:
    """What came of it.

    ``recovery`` are the seconds from the kill of one who was delivering to the next request of another who lived then.
    """

    orders: int = 0
    kills: int = 0
    sleeps: int = 0
    outages: int = 0
    doubled: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    disordered: list[str] = field(default_factory=list[str])
    stuck: list[str] = field(default_factory=list[str])
    unknown: int = 0
    recovery: list[float] = field(default_factory=list[float])
    faults: Counter[str] = field(default_factory=Counter[str])

    @property
    def bad(self) -> list[str]:
        """All that went wrong."""
        return [f"{name}: {what}" for name in _WRONGS for what in getattr(self, name)]

    def __str__(self) -> str:
        """Say it on one line, and how fast others went on."""
        told = ", ".join(f"{len(getattr(self, name))} {name}" for name in _WRONGS)
        gaps = sorted(self.recovery)
        recovered = f"others went on after {gaps[len(gaps) // 2]:.2f} s (p50), {gaps[-1]:.2f} s (max)" if gaps else ""
        return (
            f"{self.orders} deliveries by processes that met {self.kills} SIGKILLs and {self.sleeps} SIGSTOPs,"
            f" and whose database went away {self.outages} times: {told};"
            f" {self.unknown} unknown at webhooks, for a person; {recovered}."
        )


_WRONGS = ("doubled", "lost", "wrong", "disordered", "stuck")


def torture(orders: int, seed: int = 0, *, machines: int = 2, cluster: Cluster | None = None) -> Tally:
    """Let so many orders be delivered, spread over the accounts; the processes are on so many machines.

    They share one SQLite file, or a database of the ``cluster``; either goes away now and then.
    """
    folder = Path(tempfile.mkdtemp(prefix="torture-", dir=MEMORY if MEMORY.is_dir() else None))
    keep = Server(cluster) if cluster else File(folder / "postwright.db")
    tally = anyio.run(_torture, folder, orders, seed, machines, keep)
    if not tally.bad:
        shutil.rmtree(folder)
    return tally


async def _torture(folder: Path, orders: int, seed: int, machines: int, keep: Keep) -> Tally:
    tally = Tally()
    async with open_place(seed) as (place, url):
        berths = [
            Berth((_CARRIER, keep.where, str(folder / f"{number % machines}.lock"), url), folder / f"{number}.log")
            for number in range(_PROCESSES)
        ]
        async with create_task_group() as group:
            for berth in berths:
                group.start_soon(berth.live)
            director = _Director(berths, random.Random(f"torture {seed}"), place, tally, keep)
            await director.direct(-(-orders // len(accounts())))
            if not await _settled(keep):
                tally.stuck += keep.rows(f"state IN {_OPEN}")
            for berth in berths:
                await berth.end()
        tally.kills = sum(berth.kills for berth in berths)
    _judge(keep, place, tally)
    if tally.bad:
        tally.stuck.append(f"(what is left of it is in {folder})")
    return tally


class _Director:
    """Gives the orders and the blows."""

    def __init__(self, berths: Sequence[Berth], chance: random.Random, place: Place, tally: Tally, keep: Keep) -> None:
        self._berths = berths
        self._chance = chance
        self._place = place
        self._tally = tally
        self._keep = keep
        self._permits = Semaphore(0)

    async def direct(self, each: int) -> None:
        """Give so many orders for each account, and blows for as long as that takes, but some in any case."""
        killed: list[tuple[float, int]] = []
        async with create_task_group() as group:
            group.start_soon(self._strike, killed)
            group.start_soon(self._take_away)
            async with create_task_group() as feeding:
                for account in accounts():
                    feeding.start_soon(self._feed, account, each)
            while not self._has_struck():  # noqa: ASYNC110  (counts set no event)
                await sleep(_GLANCE)
            group.cancel_scope.cancel()
        for at, pid in killed:
            arrivals = self._place.arrivals
            if any(sender == pid and at - _ACTIVE < when <= at for when, sender in arrivals):
                gap = next((when - at for when, sender in arrivals if when > at and sender != pid), None)
                self._tally.recovery += [gap] if gap is not None else []

    def _has_struck(self) -> bool:
        """Tell whether there were as many blows and absences as there must be."""
        return sum(berth.kills for berth in self._berths) >= KILLS and self._tally.outages >= OUTAGES

    async def _take_away(self) -> None:
        """Let the store go away for a while, again and again, and be there at the end."""
        while True:
            await sleep(self._chance.uniform(*ABSENCES))
            with CancelScope(shield=True):
                self._tally.outages += await self._keep.vanish(self._chance.uniform(*AWAY))

    async def _feed(self, account: Account, each: int) -> None:
        """Order one after the other; what no process took in for sure is ordered again of another, by the same key."""
        for number in range(each):
            await self._permits.acquire()
            while not await self._chance.choice(self._berths).take(f"{account.id} {number}", account.id, str(number)):
                pass
            self._tally.orders += 1

    async def _strike(self, killed: list[tuple[float, int]]) -> None:
        """Let some orders be given, and soon after them a blow fall; again and again."""
        while True:
            for _ in range(_BETWEEN):
                self._permits.release()
            await sleep(self._chance.uniform(*PAUSES))
            victim = self._chance.choice(self._berths)
            await victim.ready.wait()
            if self._chance.random() < SLEEPS:
                self._tally.sleeps += 1
                victim.stop()
                try:
                    await sleep(self._chance.uniform(*ASLEEP))
                finally:
                    victim.go_on()
            else:
                if any(berth.ready.is_set() for berth in self._berths if berth is not victim):
                    killed.append((time.monotonic(), victim.pid))
                victim.kill()


async def _settled(keep: Keep) -> bool:
    with move_on_after(SETTLED_WITHIN):
        while keep.rows(f"state IN {_OPEN}"):  # noqa: ASYNC110  (other processes set no event)
            await sleep(_GLANCE)
        return True
    return False


def _judge(keep: Keep, place: Place, tally: Tally) -> None:
    """Hold what the place has against what was ordered and what is told."""
    tally.faults = place.faults
    there = Counter((commit.account, commit.number) for commit in place.commits)
    tally.doubled += [f"{account} {number}" for (account, number), count in there.items() if count > 1]
    told = {state: set(keep.rows(f"state = '{state}'")) for state in ("published", "unknown")}
    tally.unknown = sum(name.startswith("local:hook") for name in told["unknown"])
    names = {f"{account} {number}" for account, number in there}
    for name in keep.rows("state IS NOT NULL"):
        if name in told["published"] and name not in names:
            tally.lost.append(f"{name} is told as published")
        elif name not in told["published"] and (name in names and name not in told["unknown"]):
            tally.wrong.append(f"{name} is there and not told as published")
        elif name not in told["published"] and not (name in told["unknown"] and name.startswith("local:hook")):
            tally.lost.append(f"{name} is not published")
    for account in accounts():
        order = [commit.number for commit in place.commits if commit.account == account.id]
        if account.platform != "hook" and order != sorted(order):
            tally.disordered.append(f"{account.id} {order}")


_CARRIER = "bench.faults.deliveries.carrier"
