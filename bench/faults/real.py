"""Histories of real processes: SIGKILL and SIGSTOP at every instant of a post, over all four providers.

Each has a service of its own on a socket of loopback, a home of its own, and ``python -m server`` on stdio. The seed
decides all that is drawn; how threads and processes take turns is the machine's affair.
"""

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
from anyio import CancelScope, CapacityLimiter, create_task_group, move_on_after, open_signal_receiver, sleep

from bench.faults.agents import BEHAVIOURS
from bench.faults.blows import Script, draw
from bench.faults.director import Director, Gate
from bench.faults.history import WRONGS, Count, Truth, Want, judge
from bench.faults.living import JournalFile, Machine, Yard
from bench.faults.outbox import Hook, Outbox
from bench.faults.plan import Plan
from bench.faults.services import HOST, Service
from bench.program import MeasurementError, Program, postwright
from engine.clock import utc_now
from sandbox.serve import running
from schemas.jsonvalue import JsonObject

#: Short, so that thousands of seconds of waiting become dozens. A lease is 32 s by it, a look's lease 60 s always.
SETTINGS = {"send_timeout": 1, "settle_seconds": 0.4, "settle_reads": 3, "breaker_failures": 0, "log_level": "info"}
#: Seconds that living processes are given to settle what is open: both leases, one after the other, and some.
SETTLED_WITHIN = 400.0
#: Seconds between two looks at what is still open.
_GLANCE = 0.25
#: Seconds that a partner waits for the first blow before it acts all the same.
_BLOW_WITHIN = 5.0


def real(histories: int, workers: int, first: int = 0) -> tuple[Count, int]:
    """Play so many histories, ``workers`` at a time; give what came of them, and the number of SIGKILLs given.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM came; no process is left.
    """
    return anyio.run(_all, range(first, first + histories), workers)


async def _all(seeds: range, workers: int) -> tuple[Count, int]:
    total, told = _Total(), False
    yard = Yard(CapacityLimiter(os.cpu_count() or 1), CapacityLimiter(8 * workers))
    left = iter(seeds)
    async with create_task_group() as group:

        async def interrupted() -> None:
            nonlocal told
            with open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for _ in signals:
                    told = True
                    group.cancel_scope.cancel()

        group.start_soon(interrupted)
        async with create_task_group() as work:
            for _ in range(workers):
                work.start_soon(_work, yard, left, total)
        group.cancel_scope.cancel()
    if told:
        raise KeyboardInterrupt
    return total.count, total.kills


@dataclass(slots=True)
class _Total:
    count: Count = field(default_factory=Count)
    kills: int = 0


async def _work(yard: Yard, left: Iterator[int], total: _Total) -> None:
    """Play one history after the other; what is left of one that ended badly is kept, to be looked into."""
    for seed in left:
        plan, script = draw(seed, utc_now().replace(microsecond=0))
        history = _History(plan, script, yard, Path(tempfile.mkdtemp(prefix=f"history-{seed}-")))
        count = Count(histories=1)
        try:
            await history.play(count)
        except* MeasurementError as errors:
            history.tell(f"{errors.exceptions}")
            count.wrong.append(plan.name)
        total.kills += sum(machine.kills for machine in history.machines)
        if count.bad:
            (history.home / "story.txt").write_text("\n".join(history.story), encoding="utf-8")
            for name in WRONGS:
                found: list[str] = getattr(count, name)
                found[:] = [f"real {one} {script}, see {history.home}" for one in found]
        else:
            shutil.rmtree(history.home)
        total.count.add(count)


class _History:
    """One history; ``story`` tells it."""

    def __init__(self, plan: Plan, script: Script, yard: Yard, home: Path) -> None:
        self._plan = plan
        self._script = script
        self._yard = yard
        self._began = time.monotonic()
        self.home = home
        self.machines: list[Machine] = []
        self.story = [f"{plan.name} {script}"]

    def tell(self, what: str) -> None:
        """Note what happened, and when."""
        self.story.append(f"{time.monotonic() - self._began:8.3f} {what}")

    async def play(self, count: Count) -> None:
        """Play it to its end and judge it."""
        plan, hook = self._plan, Hook()
        service = Service(plan.kind, self.home, utc_now)
        truth: Truth = service if service.app else Outbox(self.home, hook)
        journal = JournalFile(self._yard, self.home)
        want = Want(plan.captions[0], plan.post(plan.captions[0]))
        director = Director(self._script, self.machines, self.tell)
        async with running(Gate(service.app or hook, director)) as url, self._started(url):
            await self._arm(service)
            async with director.on_duty(self.home, self._yard):
                await self._act(director, want)
                await self._calm_down(journal)
            if not await self._calm_down(journal):
                count.stuck.append(plan.name)
            await judge(plan, truth, journal, [want], count)
            self.tell(f"made: {await truth.made(want.caption, draft=plan.shape == 'draft')}")

    @asynccontextmanager
    async def _started(self, url: str) -> AsyncGenerator[None]:
        """Start the processes; at the end none is left, however it comes."""
        program, orderly = self._program(url), False
        try:
            for name in ("one", "two") if self._script.partner else ("one",):
                self.machines.append(Machine(self._yard, program, self.home / f"{name}.log", self.tell))
                await self.machines[-1].living()
            yield
            orderly = True
        finally:
            with CancelScope(shield=True):
                for machine in self.machines:
                    await machine.end(by_force=not orderly)

    def _program(self, url: str) -> Program:
        settings = {name.lower(): value.replace(HOST, url) for name, value in self._plan.kind.settings.items()}
        hook = {} if self._plan.kind.app else {"webhook_url": f"{url}/hook"}
        return postwright(self.home, **SETTINGS, **settings, **hook)

    async def _arm(self, service: Service) -> None:
        async with httpx2.AsyncClient(transport=service.wire, base_url=HOST) as http:
            for path, fault in self._script.faults:
                body = {"method": "POST", "path": path, "fault": fault}
                (await http.post("/_sandbox/faults", json=body)).raise_for_status()

    async def _act(self, director: Director, want: Want) -> None:
        """Let the agents do what they do."""
        async with create_task_group() as agents:
            for number in range(len(self.machines)):
                agents.start_soon(self._pursue, director, number, want)

    async def _pursue(self, director: Director, number: int, want: Want) -> None:
        plan, script, machine = self._plan, self._script, self.machines[number]
        if number and script.partner == "lives":
            return
        if number and script.partner == "follows":
            with move_on_after(_BLOW_WITHIN):
                await director.struck.wait()

        async def call(tool: str, arguments: JsonObject) -> JsonObject | None:
            self.tell(f"agent {number} calls {tool} {arguments}")
            answer = await machine.call(tool, arguments)
            self.tell(f"agent {number} is told {answer}")
            return answer

        if number == script.victim:
            director.soon("called")
        chance = random.Random(f"real {plan.kind.provider} {plan.seed} {number}")
        want.said += await BEHAVIOURS[plan.behaviour](call, want.post, chance, script.pauses)

    async def _calm_down(self, journal: JournalFile) -> bool:
        """Let a living process settle what is open; tell whether it did in time."""
        until = time.monotonic() + SETTLED_WITHIN
        while time.monotonic() < until:
            await self.machines[0].living()
            if not await journal.open_cases():
                return True
            await sleep(_GLANCE)
        return False
