"""One postwright process in virtual time: from the tools down it is the real thing, but for its disk and its net."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

from anyio import create_task_group
from anyio.abc import TaskGroup

from bench.faults.machine import Disk, ProcessDied, Trouble
from bench.faults.network import Net, Weather
from bench.faults.services import Kind, Service
from bench.faults.virtual import WallClock
from engine.call import Call
from engine.desk import Desk
from providers.store import Connection
from schemas.jsonvalue import JsonObject
from server.app import DATABASE, Opened, open_desk
from server.settings import load
from tools.catalogue import TOOLS
from tools.tool import Reader

#: The reader of every tool, by provider: they are the same in every process.
_READERS: dict[str, dict[str, Reader[Any]]] = {}
_OPEN = "SELECT count(*) FROM intent WHERE state IN ('sending', 'unknown')"
_ALL = "SELECT state, json_extract(request, '$.caption') AS caption FROM intent"
_RUN = {tool.name: tool.run for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the processes of one history share: service, folder, clocks, weather; ``others`` is what goes on beside."""

    kind: Kind
    service: Service
    home: Path
    clock: WallClock
    true_clock: WallClock
    weather: Weather
    others: TaskGroup


#: Calls one tool; ``None`` when the process died over it.
CallTool = Callable[[str, JsonObject], Awaitable[JsonObject | None]]


class Process:
    """A process that serves one agent, and settles open cases beside it until it dies."""

    def __init__(self, desk: Desk, disk: Disk, provider: str, trouble: Trouble) -> None:
        self._desk = desk
        self._disk = disk
        self._readers = _READERS.setdefault(provider, _make_readers(desk))
        self.trouble = trouble

    async def call(self, tool: str, arguments: JsonObject) -> JsonObject | None:
        """Call a tool as the server does."""
        try:
            reading = self._readers[tool].read(arguments)
            result = await _RUN[tool](self._desk, reading, Call(_silent))
        except ProcessDied:
            return None
        return result.wire()

    async def open_cases(self) -> int:
        """Count the intents of which nobody knows what became, whoever opened them."""
        return await self._disk.read(open_cases)

    async def recorded(self, caption: str) -> list[str]:
        """Tell in which states the intents of a caption ended."""
        return await self._disk.read(partial(recorded, caption=caption))


def open_cases(connection: Connection) -> int:
    """Count the intents in a journal of which nobody knows what became."""
    return connection.execute(_OPEN).fetchone()[0]


def recorded(connection: Connection, caption: str) -> list[str]:
    """Tell in which states the intents of a caption stand in a journal."""
    return [state for state, words in connection.execute(_ALL) if normalize("NFC", words) == caption]


@asynccontextmanager
async def opened(
    around: Surroundings, trouble: Trouble, settings: dict[str, str]
) -> AsyncGenerator[tuple[Opened, Disk]]:
    """Open the desk of one process, with its own way to the disk and to the net."""
    given = {"HOME": str(around.home), "PROBE_URLS": "off", **around.kind.settings, **settings}
    loaded = load({f"POSTWRIGHT_{name}": value for name, value in given.items()})
    disk = Disk(around.home / DATABASE, trouble)
    wire, clock = around.service.wire, around.true_clock
    net = Net(wire, around.weather, trouble, around.others, clock) if wire else None
    async with open_desk(loaded, around.clock, database=disk, transport=net) as desk:
        yield desk, disk


@asynccontextmanager
async def running(around: Surroundings, trouble: Trouble, settings: dict[str, str]) -> AsyncGenerator[Process]:
    """Start a process. It ends with the context, without a word if it has died."""
    async with opened(around, trouble, settings) as (found, disk), create_task_group() as group:

        async def settle() -> None:
            with suppress(ProcessDied):
                await found.settle()

        group.start_soon(settle)
        yield Process(found.desk, disk, around.kind.provider, trouble)
        group.cancel_scope.cancel()


def _make_readers(desk: Desk) -> dict[str, Reader[Any]]:
    rules = [provider.rules for provider in desk.providers.values()]
    return {tool.name: tool.reader(rules) for tool in TOOLS}


async def _silent(done: float, total: float, message: str) -> None:
    """Tell no progress."""
