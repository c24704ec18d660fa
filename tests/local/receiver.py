"""A little HTTP server on loopback whose every answer is a function of the test."""

import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came over the socket."""

    target: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


#: What the server does with a request: write what it likes to the stream.
Handler = Callable[[Seen, ByteStream], Awaitable[None]]


@dataclass
class Receiver:
    """A running server: where it listens, and what it saw."""

    port: int
    seen: list[Seen] = field(default_factory=list[Seen])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def answers(
    status: int = 200, body: bytes = b"", *, media_type: str = "application/json", headers: dict[str, str] | None = None
) -> Handler:
    """Answer every request the same."""

    async def handle(_: Seen, stream: ByteStream) -> None:
        fields = {"content-type": media_type, "content-length": str(len(body)), "connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**fields, **(headers or {})}.items())
        await stream.send(f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body)

    return handle


@asynccontextmanager
async def receiver(
    handler: Handler, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Receiver]:
    """Serve on a free port of a loopback address until the block ends."""
    listener = await anyio.create_tcp_listener(local_host=host)
    server = Receiver(listener.extra(SocketAttribute.local_port))

    async def serve(stream: ByteStream) -> None:
        async with stream:
            try:
                seen = await _read(stream)
                server.seen.append(seen)
                await handler(seen, stream)
            except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead):
                pass

    async with listener, anyio.create_task_group() as group:
        secured = TLSListener(listener, tls, standard_compatible=False) if tls else listener
        group.start_soon(secured.serve, serve)
        yield server
        group.cancel_scope.cancel()


@contextmanager
def shut_port(host: str = "127.0.0.1") -> Generator[int]:
    """Hold a port on which nobody listens, nor can, until the block ends: whoever connects is turned away."""
    with socket.socket() as held:
        held.bind((host, 0))
        yield held.getsockname()[1]


async def _read(stream: ByteStream) -> Seen:
    buffered = BufferedByteReceiveStream(stream)
    head = (await buffered.receive_until(b"\r\n\r\n", 65_536)).decode()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await buffered.receive_exactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    return Seen(target, headers, body, method)
