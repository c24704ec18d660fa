"""A listener between postwright and a real server, that can lose what the server said after it had done its work."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteStream, SocketAttribute

#: Judges by what a connection has said so far, the client and then the server, whether its end is lost.
Loses = Callable[[bytes, bytes], bool]


@dataclass
class Between:
    """Passes connections on, ``url`` instead of the server's.

    What the server says is lost from the moment on that ``loses`` says so: the connection breaks, or with ``holds``
    it stays open and silent. ``lost`` counts, and each loss sets ``happened``. What ``instead`` returns to the first
    that a client says is its answer, and the server is not asked.
    """

    url: str
    loses: Loses = lambda asked, answered: False
    instead: Callable[[bytes], bytes] = lambda asked: b""
    holds: bool = False
    lost: int = 0
    happened: anyio.Event = field(default_factory=anyio.Event)


@asynccontextmanager
async def between(server: str) -> AsyncGenerator[Between]:
    """Listen on a free port of loopback and pass connections on to the server at a URL."""
    parts = urlsplit(server)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    found = Between(parts._replace(netloc=f"127.0.0.1:{port}").geturl())

    async def serve(client: ByteStream) -> None:
        async with client:
            first = await client.receive()
            if answer := found.instead(first):
                await client.send(answer)
                return
            async with await anyio.connect_tcp(parts.hostname or "", parts.port or 0) as upstream:
                await upstream.send(first)
                await _pass(found, first, client, upstream)

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield found
        group.cancel_scope.cancel()


async def _pass(found: Between, first: bytes, client: ByteStream, upstream: ByteStream) -> None:
    asked, answered = bytearray(first), bytearray()

    async def there() -> None:
        try:
            async for chunk in client:
                asked.extend(chunk)
                await upstream.send(chunk)
            await upstream.send_eof()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass

    async with anyio.create_task_group() as group:
        group.start_soon(there)
        try:
            async for chunk in upstream:
                answered.extend(chunk)
                if found.loses(bytes(asked), bytes(answered)):
                    found.lost += 1
                    found.happened.set()
                    if found.holds:
                        await anyio.sleep_forever()
                    break
                await client.send(chunk)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        group.cancel_scope.cancel()
