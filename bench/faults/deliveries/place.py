"""Where posts go: one server on loopback for every account, which fails in all the ways that servers fail.

What it commits is the truth. An account whose name begins with ``keyed`` commits each ``idempotency-key`` once; one
of ``told`` commits whatever comes, and tells of it when asked; one of ``hook`` commits whatever comes.
"""

import json
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio import create_task_group, sleep
from anyio.abc import ByteStream, SocketAttribute, TaskGroup
from anyio.streams.buffered import BufferedByteReceiveStream

from schemas.jsonvalue import JsonObject, members

#: A commit comes at most so many seconds after the request was lost, and shows at most so many seconds later.
LATEST_COMMIT, LONGEST_LAG = 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Commit:
    """One post that is out: which of its account, which delivery, and when it shows."""

    account: str
    number: int
    delivery: str
    shows_at: float


@dataclass(frozen=True, slots=True)
class Request:
    """What came: from which process, for which account; ``query`` asks for a delivery."""

    method: str
    sender: int
    account: str
    query: str
    number: int = 0
    delivery: str = ""
    key: str | None = None


#: The body of an answer with its status; ``None``: the connection is dropped.
Said = tuple[int, JsonObject] | None


@dataclass(slots=True)
class Place:
    """The truth: every commit, and when which process sent something."""

    chance: random.Random
    commits: list[Commit] = field(default_factory=list[Commit])
    arrivals: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    faults: Counter[str] = field(default_factory=Counter[str])
    late: TaskGroup | None = None
    keys: set[str] = field(default_factory=set[str])

    async def answer(self, request: Request) -> Said:
        """Do what is asked, or fail at it."""
        if request.method == "GET":
            return self._look(request)
        self.arrivals.append((time.monotonic(), request.sender))
        names = list(_FAULTS)
        [name] = self.chance.choices(names, [_FAULTS[name][0] for name in names])
        self.faults[name] += 1
        return await _FAULTS[name][1](self, request)

    def commit(self, request: Request) -> None:
        """Publish, unless the key is known."""
        if request.key is not None:
            if request.key in self.keys:
                return
            self.keys.add(request.key)
        shows_at = time.monotonic() + self.chance.choice((0.0, 0.0, LONGEST_LAG / 2, LONGEST_LAG))
        self.commits.append(Commit(request.account, request.number, request.delivery, shows_at))

    def _look(self, request: Request) -> Said:
        luck = self.chance.random()
        if luck < _UNREADABLE:
            return None if luck < _UNREADABLE / 2 else (500, {})
        now = time.monotonic()
        found = any(commit.delivery == request.query and commit.shows_at <= now for commit in self.commits)
        return 200, {"found": found}


async def _takes(place: Place, request: Request) -> Said:
    place.commit(request)
    return 200, {}


async def _takes_slowly(place: Place, request: Request) -> Said:
    place.commit(request)
    await sleep(place.chance.uniform(0.05, 0.4))
    return 200, {}


async def _thinks(place: Place, request: Request) -> Said:
    await sleep(place.chance.uniform(0.05, 0.4))
    place.commit(request)
    return 200, {}


async def _throttles(place: Place, request: Request) -> Said:
    return 429, {}


async def _is_busy(place: Place, request: Request) -> Said:
    return 503, {}


async def _takes_and_fails(place: Place, request: Request) -> Said:
    place.commit(request)
    return 502, {}


async def _takes_and_drops(place: Place, request: Request) -> Said:
    place.commit(request)
    return None


async def _drops(place: Place, request: Request) -> Said:
    return None


async def _takes_later(place: Place, request: Request) -> Said:
    async def later() -> None:
        await sleep(place.chance.uniform(0.1, LATEST_COMMIT))
        place.commit(request)

    if place.late:
        place.late.start_soon(later)
    return None


#: How often what happens to a request (reference engine 1.10, with more that takes time: there kills find something).
_FAULTS: dict[str, tuple[float, Callable[[Place, Request], Awaitable[Said]]]] = {
    "taken": (75, _takes),
    "taken, answered slowly": (7, _takes_slowly),
    "taken slowly": (7, _thinks),
    "429": (3, _throttles),
    "503 with Retry-After": (2, _is_busy),
    "taken, then 502": (1.5, _takes_and_fails),
    "taken, then dropped": (2, _takes_and_drops),
    "dropped": (1, _drops),
    "dropped, taken later": (1.5, _takes_later),
}
#: How often a look fails.
_UNREADABLE = 0.08


@asynccontextmanager
async def open_place(seed: int) -> AsyncGenerator[tuple[Place, str]]:
    """Open a place on a free port until the block ends; give its address too."""
    place = Place(random.Random(f"place {seed}"))
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", backlog=256)
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610  (no database of Django's)

    async def serve(stream: ByteStream) -> None:
        async with stream:
            try:
                said = await place.answer(await _read(stream))
                if said:
                    await stream.send(_written(*said))
            except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead):
                pass  # whoever asked is gone

    async with listener, create_task_group() as group:
        place.late = group
        group.start_soon(listener.serve, serve)
        yield place, f"http://127.0.0.1:{port}"
        group.cancel_scope.cancel()


async def _read(stream: ByteStream) -> Request:
    """Read one request, whole: what breaks off is not acted on."""
    buffered = BufferedByteReceiveStream(stream)
    first, *lines = (await buffered.receive_until(b"\r\n\r\n", 65_536)).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?delivery=")
    _, sender, account = path.split("/")
    if method == "GET":
        return Request(method, int(sender), account, query)
    body = members(json.loads(await buffered.receive_exactly(int(headers["content-length"]))))
    data = members(body.get("data")) or body
    number, delivery = int(data["caption"]), data["delivery_id"]
    return Request(method, int(sender), account, query, number, delivery, headers.get("idempotency-key"))


def _written(status: int, body: JsonObject) -> bytes:
    content = json.dumps(body).encode()
    later = "retry-after: 1\r\n" if status in (429, 503) else ""
    head = f"HTTP/1.1 {status} Said\r\n{later}content-type: application/json\r\ncontent-length: {len(content)}\r\n"
    return f"{head}connection: close\r\n\r\n".encode() + content
