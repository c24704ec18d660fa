"""A machine that fell asleep between recording a post and sending it sends nothing, however far it had come."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from math import inf

import pytest
from pydantic import SecretStr

from providers.protocol import Failure
from providers.wire import Answer, Wire
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline

pytestmark = pytest.mark.anyio

EVENING = datetime(2026, 12, 1, 18, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=14)
LEAVE_BY = Deadline(EVENING + timedelta(seconds=10), inf)
POST = {"caption": "Good evening"}
HELD_BACK = (ErrorCode.PROVIDER_UNREACHABLE, False)
ANSWER = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Service:
    """A service that answers as soon as it has a whole request, and what it got."""

    url: str = ""
    got: bytes = b""
    open: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def whole(self) -> bool:
        return self.got.endswith(b'"}') or b"content-length: 0" in self.got.lower()

    async def left(self) -> None:
        if self.open:
            await self.closed.wait()


@asynccontextmanager
async def listening(on_accept: Callable[[], None] = lambda: None) -> AsyncGenerator[Service]:
    """Serve on loopback; ``on_accept`` is called as soon as a connection stands, before its client can use it."""
    service = Service()

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def connection_lost(self, exc: Exception | None) -> None:
            service.closed.set()

        def data_received(self, data: bytes) -> None:
            service.got += data
            if service.whole:
                assert isinstance(self.transport, asyncio.Transport)
                self.transport.write(ANSWER)

    def accept() -> Connection:
        on_accept()
        service.open += 1
        return Connection()

    async with await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0) as server:
        service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield service


async def send(service: Service, clock: Clock, body: dict[str, str] | None) -> Answer:
    wire = Wire(service.url, SecretStr("a-key-of-a-test"), clock, timeout=60.0, concurrency=1, user_agent="test")
    try:
        return await wire.send("POST", "/posts", body=body, leave_by=LEAVE_BY)
    finally:
        await wire.aclose()


async def test_nothing_is_sent_when_the_machine_slept_while_it_connected() -> None:
    moments = [EVENING]
    async with listening(lambda: moments.append(MORNING)) as service:
        with pytest.raises(Failure) as refused:
            await send(service, lambda: moments[-1], POST)
        await service.left()
    assert (refused.value.code, refused.value.doubt) == HELD_BACK
    assert (service.got, moments) == (b"", [EVENING, MORNING])


@pytest.mark.parametrize("body", [POST, None])
async def test_wherever_the_machine_slept_the_failure_says_whether_the_service_can_have_acted(
    body: dict[str, str] | None,
) -> None:
    reached = set[tuple[bool, bool]]()
    for awake in range(8):
        looks = count()
        async with listening() as service:
            failures = list[Failure]()
            try:
                await send(service, lambda looks=looks, awake=awake: EVENING if next(looks) < awake else MORNING, body)
            except Failure as failure:
                failures.append(failure)
            await service.left()
        assert [(error.code, error.doubt) for error in failures] == ([] if service.whole else [HELD_BACK])
        reached.add((bool(service.got), service.whole))
    # A request with a body is held back even when its headers have left: nobody can act on them alone.
    assert reached == {(False, False), (True, True)} | ({(True, False)} if body else set[tuple[bool, bool]]())
