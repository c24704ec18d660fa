"""Serve a sandbox on loopback, with connections that can be dropped."""

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sandbox.faults import Ending

LOOPBACK = "127.0.0.1"

#: Seconds that an idle connection is kept: longer than clients keep theirs, so that none is dropped by accident.
KEEP_ALIVE = 300

#: Closing with "linger for 0 seconds" resets a connection instead of ending it in order.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


async def serve(app: ASGIApp, *, host: str = LOOPBACK, port: int = 0, on_ready: Callable[[int], None]) -> None:
    """Serve ``app`` until cancelled; ``on_ready`` is told the port as soon as connections are taken.

    Raises:
        OSError: the port is taken, or the host is not one of this machine.
    """
    async with _listening(app, host, port) as bound:
        on_ready(bound)
        await asyncio.Event().wait()


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncGenerator[str]:
    """Serve ``app`` on a free port of the loopback interface; yields its URL, such as ``http://127.0.0.1:49152``."""
    async with _listening(app, LOOPBACK, 0) as port:
        yield f"http://{LOOPBACK}:{port}"


@contextmanager
def running_in_thread(app: ASGIApp) -> Generator[str]:
    """Do what `running` does for a caller without an event loop, in a thread with a loop of its own."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running(app)) as url:
        yield url


class _Connection(H11Protocol):
    """One connection, which the application may drop; it stays out of the access log, which may go to stdout."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  (as uvicorn has it)
        super().connection_made(transport)
        self.access_log = False
        self.app_state = {**self.app_state, "hang_up": self._hang_up}

    def _hang_up(self, ending: Ending) -> None:
        if ending == "reset":
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()
        else:
            self.transport.close()


@asynccontextmanager
async def _listening(app: ASGIApp, host: str, port: int) -> AsyncGenerator[int]:
    """Take connections; at the end drop what is still open, since nothing of a sandbox is worth waiting for."""

    async def until_cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError):  # only the end below cancels, when nobody is left to answer
            await app(scope, receive, send)

    config = uvicorn.Config(
        until_cancelled,
        http=_Connection,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE,
    )
    config.load()
    state = ServerState()

    def connect() -> asyncio.Protocol:
        return _Connection(config, state, app_state={})

    server = await asyncio.get_running_loop().create_server(connect, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await _end(state)


async def _end(state: ServerState) -> None:
    connections: list[Any] = list(state.connections)
    for connection in connections:
        connection.transport.abort()
    await asyncio.sleep(0)  # by its next turn the loop has told every connection that it is lost
    tasks = list(state.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
