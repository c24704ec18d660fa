"""One history, played to its end in virtual time and judged: was anything doubled, lost, stuck, or wrongly reported?"""

import random
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from anyio import create_task_group, sleep, sleep_forever
from anyio.abc import TaskStatus

from bench.faults.agents import BEHAVIOURS
from bench.faults.machine import Trouble
from bench.faults.plan import CLOCKS, RACE, REUSED_KEY, TWO_TENANTS, Plan
from bench.faults.process import Surroundings, running
from bench.faults.services import Service
from bench.faults.virtual import WallClock, run
from schemas.jsonvalue import JsonObject, members

#: Everything that can be wrong at the end of a history.
WRONGS = ("doubled", "lost", "stuck", "wrong")


@dataclass(slots=True)
class Count:
    """How many histories there were, and which of them ended with what wrong."""

    histories: int = 0
    doubled: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    stuck: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, other: "Count") -> None:
        """Add another count to this one."""
        self.histories += other.histories
        for name in WRONGS:
            getattr(self, name).extend(getattr(other, name))

    @property
    def bad(self) -> list[str]:
        """All that went wrong."""
        return [f"{name}: {history}" for name in WRONGS for history in getattr(self, name)]


class Truth(Protocol):
    """What really came of a post."""

    async def made(self, caption: str, *, draft: bool) -> int:
        """Count the posts of a caption that are out or will go out; of a draft, those that are kept."""
        ...


class Records(Protocol):
    """What stands recorded of a post."""

    async def recorded(self, caption: str) -> list[str]:
        """Tell in which states the records of a caption ended."""
        ...


class Server(Records, Protocol):
    """What serves an agent: a postwright, or what is compared with it."""

    @property
    def trouble(self) -> Trouble:
        """What happens to it."""
        ...

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject | None:
        """Call a tool; ``None`` when the process died over it."""
        ...

    async def open_cases(self) -> int:
        """Count the posts of which it does not know what became."""
        ...


#: Starts a server with some trouble and some settings.
Start = Callable[[Surroundings, Trouble, dict[str, str]], AbstractAsyncContextManager[Server]]


@dataclass(slots=True)
class Want:
    """One post that is wanted once, and every answer that was given to it."""

    caption: str
    post: JsonObject
    said: list[JsonObject | None] = field(default_factory=list[JsonObject | None])


class Machine:
    """One agent's server: its client starts another one when it has died."""

    def __init__(self, around: Surroundings, start: Start, settings: dict[str, str], trouble: Trouble) -> None:
        self._around = around
        self._start = start
        self._settings = settings
        self._trouble = trouble
        self._server: Server | None = None

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject | None:
        """Call a tool."""
        return await (await self._living()).call(tool, arguments)

    async def open_cases(self) -> int:
        """Count the posts of which nobody knows what became."""
        return await (await self._living()).open_cases()

    async def recorded(self, caption: str) -> list[str]:
        """Tell what stands in the journal of a post."""
        return await (await self._living()).recorded(caption)

    async def _living(self) -> Server:
        server = self._server
        if server is None or server.trouble.dead:
            server = self._server = await self._around.others.start(self._serve)
        return server

    async def _serve(self, *, task_status: TaskStatus[Server]) -> None:
        trouble, self._trouble = self._trouble, Trouble()
        async with self._start(self._around, trouble, self._settings) as server:
            task_status.started(server)
            await sleep_forever()


def play(plan: Plan, start: Start = running) -> Count:
    """Play one history and judge it."""
    home = Path(tempfile.mkdtemp(prefix="history-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        return run(lambda: _play(plan, home, start))
    finally:
        shutil.rmtree(home)


async def _play(plan: Plan, home: Path, start: Start) -> Count:
    chance, clock, true_clock = random.Random(f"play {plan.kind.provider} {plan.seed}"), WallClock(), WallClock()
    service, count = Service(plan.kind, home, true_clock), Count(histories=1)
    async with create_task_group() as others:
        around = Surroundings(plan.kind, service, home, clock, true_clock, plan.weather(chance), others)
        machines = [Machine(around, start, {}, plan.trouble_of(chance))]
        if plan.trouble == RACE or plan.keys == TWO_TENANTS:
            machines.append(Machine(around, start, _other_key(plan), Trouble()))
        wants = [Want(caption, plan.post(caption)) for caption in plan.captions]
        await _act(plan, around, machines, wants, chance)
        around.weather.clear_up()
        if await _calm_down(machines):
            count.stuck.append(plan.name)
        await judge(plan, service, machines[0], wants, count)
        others.cancel_scope.cancel()
    return count


async def _act(
    plan: Plan, around: Surroundings, machines: list[Machine], wants: list[Want], chance: random.Random
) -> None:
    """Let the agents do what they do, at once or one after the other."""
    behave = BEHAVIOURS[plan.behaviour]
    hours = CLOCKS.get(plan.trouble, 0) * chance.choice((1, 20))
    moment = chance.choice((0.1, 0.25, 5.0, 40.0, 200.0))

    async def pursue(machine: Machine, want: Want) -> None:
        want.said += await behave(machine.call, want.post, chance)

    async def set_clock() -> None:
        await sleep(moment)
        around.clock.set_by(timedelta(hours=hours))

    async with create_task_group() as group:
        if hours:
            group.start_soon(set_clock)
        if plan.keys == TWO_TENANTS:
            for machine, want in zip(machines, wants, strict=True):
                group.start_soon(pursue, machine, want)
        else:
            for machine in machines:
                group.start_soon(pursue, machine, wants[0])
    if plan.keys == REUSED_KEY:
        await pursue(machines[0], wants[1])
    for want in wants:
        if _refused_for_its_key(want):
            want.post["idempotency_key"] = "launch-2"
            await pursue(machines[-1], want)


def _refused_for_its_key(want: Want) -> bool:
    return bool(want.said) and members(want.said[-1]).get("error_code") == "idempotency_conflict"


def _other_key(plan: Plan) -> dict[str, str]:
    """Give the second machine an API key of its own where there are two tenants."""
    if plan.keys != TWO_TENANTS:
        return {}
    return {name: f"{value}.two" for name, value in plan.kind.settings.items() if name.endswith("_API_KEY")}


async def _calm_down(machines: list[Machine]) -> bool:
    """Let processes that live settle what is open; tell whether something still is after a day and more."""
    for _ in range(_ROUNDS):
        await sleep(_ROUND_SECONDS)
        # Each starts a process if it has none that lives; they share a journal.
        if not any([await machine.open_cases() for machine in machines]):
            return False
    return True


async def judge(plan: Plan, truth: Truth, records: Records, wants: list[Want], count: Count) -> None:
    """Hold what was said, and what stands in the journal, against what is there."""
    for want in wants:
        made = await truth.made(want.caption, draft=plan.shape == "draft")
        last = members(next((body for body in reversed(want.said) if body is not None), None))
        recorded = await records.recorded(want.caption)
        if made > 1:
            count.doubled.append(plan.name)
        if not made and (last.get("ok") or "accepted" in recorded or plan.behaviour == "looks first"):
            count.lost.append(plan.name)
        if made and (_denied(last) or (recorded and "accepted" not in recorded and not count.stuck)):
            count.wrong.append(plan.name)


def _denied(body: JsonObject) -> bool:
    """Tell whether an answer says that a post is not there."""
    there_already = ("duplicate_post", "idempotency_conflict")
    return body.get("outcome") in ("nothing_sent", "rejected", "failed") and body.get("error_code") not in there_already


#: A file system in memory, where there is one: no history waits for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of its own is made in it)
#: How long processes are given to settle what is open: more than a day of looks.
_ROUNDS, _ROUND_SECONDS = 500, 200.0
