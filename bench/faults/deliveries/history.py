"""Histories of the delivery engine in virtual time: two couriers on one file, which die and sleep, and a town."""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import create_task_group, current_time, sleep

from bench.faults.deliveries.town import Stand, Town
from bench.faults.machine import Disk, ProcessDied, Trouble
from bench.faults.virtual import WallClock, run
from bench.rows.create_post import MEMORY
from engine.courier import Courier
from providers.database import Work
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.local.state import State
from schemas.account import Account
from schemas.post import Order, Post, Query

T = TypeVar("T")
#: The steps at which a process sleeps, and for how long.
Sleepy = tuple[Sequence[str], Sequence[float]]

#: One that tells, one that knows a repeat, and one that does neither; and how many posts each gets.
ACCOUNTS = tuple(Account(id=f"local:{name}", platform=name, name=name) for name in ("told", "keyed", "hook"))
EACH = 5
_STEPS = ("write", "wrote", "send", "sent", "look", "looked")
#: Where processes sleep in a history, and for how long in seconds: past the window, past the lease, past all looks.
THEMES = {
    "anywhere": (_STEPS, (10.0, 70.0, 900.0)),
    "sending": (("send",), (10.0, 900.0)),
    "sent": (("sent",), (70.0, 900.0)),
    "looked": (("looked",), (70.0,)),
}
#: A courier looks around so often; a history ends when nothing is open any more, or after a day.
_ROUND_SECONDS, _LONGEST = 1.0, 86_400.0
_PATIENCE, _LEASE = timedelta(days=2), timedelta(seconds=60)
_ENDS = (State.PUBLISHED, State.UNKNOWN, State.FAILED, State.MISSED, State.CANCELLED)


class _Sleeper(Trouble):
    """Trouble of a process that sleeps as a whole, now and again: while one thing of it stands still, so does all."""

    chance: random.Random | None = None
    sleepy: Sleepy = (), ()
    _until: float = 0.0

    async def step(self, kind: str) -> int:
        """Take one step once nobody sleeps any more, or die, or put the process to sleep."""
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        if self.chance and self.stall_at == (kind, number):
            self._until = current_time() + self.stall_seconds
            self.draw_sleep(self.chance)
        while current_time() < self._until:  # noqa: ASYNC110  (it may be put to sleep for longer meanwhile)
            await sleep(self._until - current_time())
        if self.dead or self.die_at == (kind, number):
            self.dead = True
            raise ProcessDied
        return number

    def draw_sleep(self, chance: random.Random) -> None:
        """Draw the step at which it sleeps next, and for how long."""
        kinds, seconds = self.sleepy
        kind = chance.choice(kinds)
        self.stall_at = kind, self.counts.get(kind, 0) + chance.randrange(3)
        self.stall_seconds = chance.choice(seconds)


class _Disk(Disk):
    """A disk that a sleeping process does not read either."""

    async def read(self, work: Work[T]) -> T:
        """Read, as a step."""
        await self._trouble.step("read")
        return await super().read(work)


def theme(seed: int) -> str:
    """Tell where the processes of a history sleep."""
    return list(THEMES)[seed % len(THEMES)]


def play(seed: int) -> list[str]:
    """Play one history; tell what was wrong at its end."""
    home = Path(tempfile.mkdtemp(prefix="deliveries-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        return [f"{wrong} (deliveries {seed})" for wrong in run(partial(_play, seed, home))]
    finally:
        shutil.rmtree(home)


async def _play(seed: int, home: Path) -> list[str]:
    chance, clock = random.Random(f"deliveries {seed}"), WallClock()
    disk, wrongs = Disk(home / "postwright.db", Trouble()), list[str]()
    async with create_task_group() as others:
        town = Town(chance, others)
        desk = Local(disk, clock, Roster([Stand(account, town, Trouble) for account in ACCOUNTS]))
        for number in range(EACH):
            for account in ACCOUNTS:
                at = clock() + timedelta(seconds=1 + 30 * number)
                await desk.create(Order(str(number), (account,), f"{account.id} {number}", scheduled_at=at))
        for _ in range(2):
            others.start_soon(_live, town, home, clock, THEMES[theme(seed)])
        while (posts := await _open(desk)) and current_time() < _LONGEST:
            await sleep(60.0)
            town.calm = current_time() > _LONGEST / 4
        wrongs += [f"stuck: {post.deliveries[0].account} {post.caption}" for post in posts]
        wrongs += _judged((await desk.posts(Query(limit=100))).posts, town)
        others.cancel_scope.cancel()
    await disk.aclose()
    return wrongs


async def _open(desk: Local) -> list[Post]:
    posts = (await desk.posts(Query(limit=100))).posts
    return [post for post in posts if post.deliveries[0].provider_status not in _ENDS]


async def _live(town: Town, home: Path, clock: WallClock, sleepy: Sleepy) -> None:
    """Be one machine: a courier on it, and another when that has died."""
    while True:
        trouble = _trouble(town, sleepy)
        disk = _Disk(home / "postwright.db", trouble)
        stands = [Stand(account, town, lambda trouble=trouble: trouble) for account in ACCOUNTS]
        roster, lock = Roster(stands), home / "unused.lock"
        courier = Courier(disk, clock, roster, lock, max_lateness=_PATIENCE, lease=_LEASE, spread=lambda most: most / 2)
        try:
            while True:
                await courier.step()
                await sleep(_ROUND_SECONDS)
        except* ProcessDied:
            await sleep(1.0)
        finally:
            await disk.aclose()


def _trouble(town: Town, sleepy: Sleepy) -> Trouble:
    """Draw at which steps a process sleeps, and at which it dies."""
    chance, trouble = town.chance, _Sleeper()
    if not town.calm:
        trouble.chance, trouble.sleepy = chance, sleepy
        trouble.draw_sleep(chance)
        trouble.die_at = chance.choice(_STEPS), chance.randrange(4, 40)
    return trouble


def _judged(posts: Sequence[Post], town: Town) -> list[str]:
    """Hold what the town has against what is told."""
    there = Counter((commit.account, commit.number) for commit in town.commits)
    wrongs = [f"doubled: {account} {number}" for (account, number), count in there.items() if count > 1]
    for post in posts:
        [delivery] = post.deliveries
        name, state = f"{delivery.account} {post.caption}", delivery.provider_status
        is_there = (delivery.account, int(post.caption)) in there
        if state == State.PUBLISHED and not is_there:
            wrongs.append(f"lost: {name}")
        elif state == State.FAILED or (state != State.PUBLISHED and not delivery.account.endswith("hook")):
            wrongs.append(f"{'wrong' if is_there else 'lost'}: {name} is {state}")
    for account in ACCOUNTS[:2]:
        order = [commit.number for commit in town.commits if commit.account == account.id]
        if order != sorted(order):
            wrongs.append(f"out of order: {account.id} {order}")
    return wrongs
