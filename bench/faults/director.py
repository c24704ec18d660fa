"""Stands between real processes and a service, sees the instants go by, and lets each blow fall at its own."""

import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path

from anyio import Event, create_task_group, sleep
from anyio.abc import TaskGroup
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.faults.blows import Blow, Script
from bench.faults.living import Machine, Yard
from server.app import DATABASE

#: Requests that belong to no post: they are not counted as steps.
_BESIDE = ("/accounts", "/platform-connections", "/posts/validate")
#: Seconds between two looks at a disk.
_GLANCE = 0.0002


class Director:
    """Lets the blows of a script fall on one of the machines.

    ``struck`` is set with the first of them; ``tell`` is told what happens when.
    """

    def __init__(self, script: Script, machines: Sequence[Machine], tell: Callable[[str], None]) -> None:
        self._left = list(script.blows)
        self._number = script.victim
        self._machines = machines
        self._others: TaskGroup | None = None
        self.tell = tell
        self.struck = Event()
        self._over = threading.Event()

    @asynccontextmanager
    async def on_duty(self, home: Path, yard: Yard) -> AsyncGenerator[None]:
        """Let blows fall; afterwards none does, and all that was put to sleep is awake."""
        async with create_task_group() as self._others:
            self._others.start_soon(self._watch, home, yard)
            yield
            self._over.set()
        self._others = None

    def soon(self, instant: str) -> None:
        """Reach an instant, and do not wait for the blow that falls then."""
        if self._others:
            self._others.start_soon(self.reach, instant)

    async def reach(self, instant: str) -> Blow | None:
        """Let the blow fall that waits for an instant, if one does; give the one that fell."""
        self.tell(instant)
        blow = next((blow for blow in self._left if blow.at == instant), None)
        if blow is None or self._others is None:
            return None
        self._left.remove(blow)
        await sleep(blow.after)
        self._strike(blow)
        self._fell(blow)
        return blow

    async def _watch(self, home: Path, yard: Yard) -> None:
        """Wait for the instants that show on the disk; strike from the thread that sees them: it is close."""
        for blow in [blow for blow in self._left if blow.at in _ON_DISK]:
            if await yard.run(partial(self._strike_when_seen, home, blow)):
                self._fell(blow)

    def _strike_when_seen(self, home: Path, blow: Blow) -> bool:
        seen = _ON_DISK[blow.at]
        with closing(_Disk(home)) as disk:
            while not seen(disk):
                if self._over.wait(_GLANCE):
                    return False
        time.sleep(blow.after)
        self._strike(blow)
        return True

    def _strike(self, blow: Blow) -> None:
        victim = self._machines[self._number]
        if blow.asleep:
            victim.stop()
        else:
            victim.kill()

    def _fell(self, blow: Blow) -> None:
        self.tell(f"{blow} fell")
        self.struck.set()
        if blow.asleep and self._others:
            self._others.start_soon(self._wake, blow.asleep)

    async def _wake(self, seconds: float) -> None:
        await sleep(seconds)
        self.tell("woken")
        self._machines[self._number].go_on()


class Gate:
    """ASGI middleware before a service: requests and answers are held here while a blow falls."""

    def __init__(self, service: ASGIApp, director: Director) -> None:
        self._service = service
        self._director = director
        self._steps = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and its answer back, or lose the one or the other with its sender."""
        if scope["path"].endswith(_BESIDE):
            await self._service(scope, receive, send)
            return
        step, answer = f"step {self._steps}", list[Message]()
        self._steps += 1
        self._director.tell(f"{step} is {scope['method']} {scope['path']}")
        arrived = await _arrived(receive)

        async def hold(message: Message) -> None:
            answer.append(message)

        blow = await self._director.reach(f"{step} arrived")
        lost = blow is not None and not blow.asleep
        if not (blow and lost):
            await self._service(scope, arrived, hold)
        elif blow.late is not None:
            await sleep(blow.late)
            self._director.tell(f"{step} is acted on late")
            await self._service(scope, arrived, hold)
        blow = await self._director.reach(f"{step} acted") if not lost else blow
        if blow and not blow.asleep:
            await _gone(receive)
            return
        for message in answer:
            await send(message)
        await self._director.reach(f"{step} answered")


async def _arrived(receive: Receive) -> Receive:
    """Wait for a whole request, and give it again."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _gone(receive: Receive) -> None:
    """Wait until the sender of a request has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Disk:
    """A home as it is now, at a glance: never waits for a lock, and takes what it cannot read for what is not there."""

    def __init__(self, home: Path) -> None:
        self._outbox = home / "outbox"
        self._database = home / DATABASE
        self._connection: sqlite3.Connection | None = None

    def holds(self, query: str) -> bool:
        """Tell whether a query finds a row."""
        with suppress(sqlite3.OperationalError):
            if self._connection is None:
                self._connection = sqlite3.connect(f"{self._database.as_uri()}?mode=rw", timeout=0, uri=True)
            return self._connection.execute(query).fetchone() is not None
        return False

    def delivered(self) -> bool:
        """Tell whether a finished file is in the outbox."""
        with suppress(FileNotFoundError):
            return any(path.suffix == ".md" for path in self._outbox.iterdir())
        return False

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()


_ON_DISK: dict[str, Callable[[_Disk], bool]] = {
    "intent on the disk": lambda disk: disk.holds("SELECT 1 FROM intent"),
    "post on the disk": lambda disk: disk.holds("SELECT 1 FROM post"),
    "delivery under way": lambda disk: disk.holds("SELECT 1 FROM delivery WHERE state = 'sending'"),
    "file in the outbox": _Disk.delivered,
}
