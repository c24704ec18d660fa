"""A service that says whatever it is told to, byte for byte: a raw socket, since no HTTP server would send all this."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

#: Writes an answer by itself; the connection ends with it.
Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Script


def said(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer in good order: status, length and these headers, whose underscores are hyphens."""
    lines = {"content-type": "application/json", "content-length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return head(status, lines) + body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """What listens: ``honest`` is answered by the method and the end of the path, all else with ``answer``."""

    honest: dict[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    answer: Answer = b""
    asked: list[Asked] = field(default_factory=list[Asked], repr=False)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        self.asked.append(request)
        answer = next((known for to, known in self.honest.items() if _meant(to, request)), self.answer)
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return b"content-length" in answer[:400] and b"connection: close" not in answer[:400]
        await answer(writer)
        return False


def _meant(to: tuple[str, str], request: Asked) -> bool:
    method, path = to
    return request.method == method and request.path.partition("?")[0].endswith(path)


async def _read(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def listening(service: Service) -> AsyncGenerator[Service]:
    """Let a service listen on a free port of the loopback interface; at the end its connections are dropped."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(service.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
