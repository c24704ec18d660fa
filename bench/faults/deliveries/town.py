"""A place in virtual time: what is published there, and everything that can go wrong on the way."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio import current_time, sleep
from anyio.abc import TaskGroup

from bench.faults.deliveries.place import Commit
from bench.faults.machine import Trouble
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode

#: Within what a network may be looked at by default, with room: commits come late, and show late, by a minute each.
LATEST, LONGEST_LAG = 50.0, 60.0

_LOST = Failure(ErrorCode.UNEXPECTED_ANSWER, "It gave no whole answer.", doubt=True)


@dataclass(slots=True)
class Town:
    """The truth of one history; ``others`` is where things happen that nobody waits for."""

    chance: random.Random
    others: TaskGroup
    commits: list[Commit] = field(default_factory=list[Commit])
    calm: bool = False

    def commit(self, account: Account, parcel: Parcel) -> None:
        """Publish, unless the account knows the delivery."""
        known = any(commit.delivery == parcel.delivery_id for commit in self.commits)
        if account.platform == "keyed" and known:
            return
        shows_at = current_time() + self.chance.choice((0.0, 0.0, 8.0, LONGEST_LAG))
        self.commits.append(Commit(account.id, int(parcel.caption), parcel.delivery_id, shows_at))

    def draw(self) -> str:
        """Draw what happens to a request."""
        return "taken" if self.calm else self.chance.choices(list(_FAULTS), list(_FAULTS.values()))[0]


class Stand:
    """One account in the town, as one process has it, with that process's trouble."""

    takes_files = False
    takes_back = False

    def __init__(self, account: Account, town: Town, trouble: Callable[[], Trouble]) -> None:
        self.account = account
        self.exact = account.platform == "keyed"
        self.tells = account.platform != "hook"
        self._town = town
        self._trouble = trouble

    async def prepare(self, parcel: Parcel) -> Step:
        """Return the one step there is."""

        async def publish(window: Window) -> Published:
            await self._trouble().step("send")
            if not self.exact:
                window.check()
            await sleep(self._town.chance.choice(_SECONDS))
            failure = self._happens(parcel)
            await sleep(self._town.chance.choice(_SECONDS))
            await self._trouble().step("sent")
            if failure:
                raise failure
            return Published(remote_id=parcel.delivery_id)

        return publish

    async def find(self, parcel: Parcel) -> Published | None:
        """Look for a parcel; it shows late, and looks fail."""
        await self._trouble().step("look")
        town = self._town
        await sleep(town.chance.choice(_SECONDS))
        if not town.calm and town.chance.random() < _UNREADABLE:
            raise Failure(ErrorCode.PROVIDER_UNREACHABLE, "It could not be reached.")
        found = any(
            commit.delivery == parcel.delivery_id and commit.shows_at <= current_time() for commit in town.commits
        )
        await self._trouble().step("looked")
        return Published(remote_id=parcel.delivery_id) if found else None

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back."""

    async def greet(self) -> str:
        """Tell the account's name."""
        return self.account.name

    async def aclose(self) -> None:
        """Let go of nothing."""

    def _happens(self, parcel: Parcel) -> Failure | None:
        """Do what the town does with a parcel; tell what its sender hears instead of a yes."""
        town, what = self._town, self._town.draw()
        if what.startswith("taken"):
            town.commit(self.account, parcel)
        if what == "late":
            town.others.start_soon(self._commit_late, parcel)
        if what == "429":
            return Failure(ErrorCode.RATE_LIMITED, "Slowly.", after_seconds=5)
        if what == "refused":
            return Failure(ErrorCode.PROVIDER_UNREACHABLE, "It could not be reached; nothing was sent.")
        return None if what == "taken" else _LOST

    async def _commit_late(self, parcel: Parcel) -> None:
        await sleep(self._town.chance.uniform(1.0, LATEST))
        self._town.commit(self.account, parcel)


#: What happens to a request, and how often.
_FAULTS = {"taken": 65, "taken, then lost": 10, "lost": 10, "late": 5, "429": 5, "refused": 5}
#: How long a way takes.
_SECONDS = (0.1, 0.1, 14.0)
#: How often a look fails.
_UNREADABLE = 0.1
