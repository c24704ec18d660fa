"""The HTTP transports: Streamable HTTP at /mcp, and the older SSE at /sse; guarded, bounded, loopback by default."""

import hmac
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
import uvicorn
from anyio import CancelScope, create_task_group, sleep_forever
from mcp.server import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.workers import Kind
from server.app import build
from server.metrics import Metrics
from server.settings import PREFIX, Settings, SettingsError
from server.watching import Watched

log = structlog.get_logger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Enough for a file of 8 MB that a call carries itself, in base64.
MAX_BODY = 12 * 1024 * 1024


def refuse_open_door(host: str, token: SecretStr | None) -> None:
    """Refuse to listen beyond this machine without a token.

    Raises:
        SettingsError: the host is not a loopback one and there is no token.
    """
    if host not in LOOPBACK and token is None:
        raise SettingsError(
            f"{host} can be reached from other machines: set {PREFIX}HTTP_TOKEN to a long random text "
            f"(in a container: docker run --env {PREFIX}HTTP_TOKEN=...), or listen on 127.0.0.1."
        )


def http_app(server: Server[Any], settings: Settings, host: str) -> ASGIApp:
    """Build the Streamable HTTP application."""
    app = server.streamable_http_app(
        json_response=settings.http_responses == "json",
        max_request_body_size=MAX_BODY,
        transport_security=_security(settings, host),
    )
    return _guarded(app, settings)


def sse_app(server: Server[Any], settings: Settings, host: str) -> ASGIApp:
    """Build the SSE application: GET /sse opens the stream, POST /messages/ carries what the client says."""
    transport = SseServerTransport("/messages/", _security(settings, host), MAX_BODY)

    connect = _SseConnection(server, transport)
    app = Starlette(
        routes=[Route("/sse", connect, methods=["GET"]), Mount("/messages/", app=transport.handle_post_message)]
    )
    return _guarded(app, settings)


class _SseConnection:
    """The application behind GET /sse: one MCP connection for as long as the stream is open."""

    def __init__(self, server: Server[Any], transport: SseServerTransport) -> None:
        self._server = server
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The transport answers a request that fails its checks, and then says so by ValueError.
        with suppress(ValueError):
            async with self._transport.connect_sse(scope, receive, send) as (read, write):
                await self._server.run(read, write, self._server.create_initialization_options())


def watched_app(app: ASGIApp, watched: Watched, settings: Settings, host: str) -> ASGIApp:
    """Put ``/healthz``, open to all, and ``/metrics``, as guarded as the rest, before an application."""
    return watched.health(_guarded(watched.metrics(app, _security(settings, host)), settings))


async def listen(
    app: ASGIApp,
    host: str,
    port: int,
    on_ready: Callable[[int], Awaitable[None]] | None = None,
    *,
    signals: bool = True,
) -> None:
    """Serve until cancelled or told to stop by a signal; ``on_ready`` is given the port that was bound.

    Without ``signals`` these are left to whoever called.
    """
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3
    )
    server = _Uvicorn(config, on_ready, signals=signals)
    async with create_task_group() as group:
        group.start_soon(_stop_when_cancelled, server)
        # uvicorn closes its sockets only when it is told to stop, not when it is cancelled.
        with CancelScope(shield=True):
            await server.serve()
        group.cancel_scope.cancel()


async def _stop_when_cancelled(server: uvicorn.Server) -> None:
    try:
        await sleep_forever()
    finally:
        server.should_exit = True


class _Uvicorn(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[int], Awaitable[None]] | None, *, signals: bool
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._signals = signals

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        if not self._signals:
            yield
            return
        with super().capture_signals():
            yield

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready:
            await self._on_ready(self.servers[0].sockets[0].getsockname()[1])


def _security(settings: Settings, host: str) -> TransportSecuritySettings:
    """Allow the loopback names, the name listened on, and those that the settings add."""
    names = [*LOOPBACK[:2], "[::1]", *settings.http_allowed_hosts]
    if host not in (*LOOPBACK, "0.0.0.0", "::"):  # noqa: S104  (compared with, not listened on)
        names.append(host)
    hosts = [form for name in names for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{name}" for scheme in ("http", "https") for name in hosts]
    return TransportSecuritySettings(enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=origins)


def _guarded(app: ASGIApp, settings: Settings) -> ASGIApp:
    return _TokenGuard(app, settings.http_token.get_secret_value()) if settings.http_token else app


class _TokenGuard:
    """Lets requests through that carry the bearer token, compared in constant time."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
            if not hmac.compare_digest(given, self._expected):
                refusal = JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


_APPS: dict[str, Callable[[Server[Any], Settings, str], ASGIApp]] = {"http": http_app, "sse": sse_app}
_PATHS = {"http": "/mcp", "sse": "/sse"}


async def serve(settings: Settings, transport: str, host: str, port: int) -> None:
    """Build the server and serve it over one HTTP transport until a signal ends it."""

    async def say(bound: int) -> None:
        log.info("listening", url=f"http://{host}:{bound}{_PATHS[transport]}", transport=transport)

    metrics = Metrics()
    async with build(settings, kind=Kind(transport), meter=metrics) as app:
        watched = Watched(app.opened.lookout, app.opened.workers, metrics)
        served = watched_app(_APPS[transport](app.server, settings, host), watched, settings, host)
        await listen(served, host, port, say)
