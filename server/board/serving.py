"""``postwright board``: the page and its posts for the browsers of one user of this machine, and nothing else.

Whoever knows the address may look. It has a long random part, which other users of the machine cannot guess; and since
they can see with what a browser was started, that is given an address which opens once and leads on.
"""

import hmac
import os
import secrets as tokens
import signal
import sqlite3
import sys
import webbrowser
from collections.abc import Callable, Sequence
from hashlib import sha256

import structlog
from anyio import CancelScope, create_task_group, open_signal_receiver, to_thread
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.desk import Desk
from engine.workers import Kind
from server.app import open_desk
from server.board.page import page
from server.board.reading import lasting, read, written
from server.http import LOOPBACK, listen
from server.settings import Settings

log = structlog.get_logger(__name__)

_HOST = LOOPBACK[0]
_NAMES = [f"{name}:*" for name in (_HOST, LOOPBACK[1], "[::1]")]
_SECURITY = TransportSecuritySettings(allowed_hosts=_NAMES, allowed_origins=[f"http://{name}" for name in _NAMES])
#: What every answer carries.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Doors:
    """The two ways in: the lasting address, and the one that a browser is started with."""

    def __init__(self) -> None:
        self.lasting = tokens.token_urlsafe(32)
        self.once = tokens.token_urlsafe(32)

    def fits(self, given: str) -> bool:
        """Tell whether this is the lasting key, in a time that does not depend on what was given."""
        return hmac.compare_digest(given.encode(), self.lasting.encode())

    def opens(self, given: str) -> bool:
        """Tell whether this is the key for once, and use it up."""
        fits = bool(self.once) and hmac.compare_digest(given.encode(), self.once.encode())
        if fits:
            self.once = ""
        return fits


def board_app(desk: Desk, secrets: Sequence[str], doors: Doors) -> ASGIApp:
    """Build the application: three addresses that are read, for the names of this machine alone."""

    async def enter(request: Request) -> Response:
        return RedirectResponse(f"/{doors.lasting}/", 303) if doors.opens(request.path_params["key"]) else _nothing()

    async def show(request: Request) -> Response:
        if not doors.fits(request.path_params["key"]):
            return _nothing()
        return HTMLResponse(page().html, headers={"Content-Security-Policy": page().policy})

    async def tell(request: Request) -> Response:
        if not doors.fits(request.path_params["key"]):
            return _nothing()
        return await _posts(desk, secrets, request)

    routes = [Route("/once/{key}", enter), Route("/{key}/", show), Route("/{key}/board.json", tell)]
    return _Guarded(Router(routes, redirect_slashes=False))


async def _posts(desk: Desk, secrets: Sequence[str], request: Request) -> Response:
    try:
        found = await read(desk, dict(request.query_params))
    except ValueError as error:
        return PlainTextResponse(f"{error}\n", 400)
    except (sqlite3.Error, OSError) as error:
        log.warning("board_failed", error=str(error))
        return PlainTextResponse("The database cannot be read: postwright doctor says more.\n", 503)
    tag = f'"{sha256(lasting(found, secrets).encode()).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(written(found, secrets), media_type="application/json", headers={"ETag": tag})


class _Guarded:
    """Answers for the names of this machine alone, whatever the path, and seals every answer with the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._guard = TransportSecurityMiddleware(_SECURITY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = await self._guard.validate_request(Request(scope, receive))
        await (refused or self._app)(scope, receive, sealed)


def _nothing() -> Response:
    return PlainTextResponse("not found\n", 404)


async def serve(settings: Settings, port: int, say: Callable[[str], None], *, opens: bool) -> None:
    """Serve the board until a signal ends it; ``say`` is told its address, ``opens``: a browser is started with it.

    Raises:
        InUseError: a restore is at work on the home.
    """
    doors = Doors()

    async def ready(bound: int) -> None:
        say(f"http://{_HOST}:{bound}/{doors.lasting}/")
        if opens and _has_screen():
            await to_thread.run_sync(webbrowser.open, f"http://{_HOST}:{bound}/once/{doors.once}")

    async with open_desk(settings, kind=Kind.COMMAND) as opened, create_task_group() as group:
        # Windows has no such receiver: there Ctrl-C cancels everything by itself.
        if os.name != "nt":
            group.start_soon(_stop_on_signal, group.cancel_scope)
        await listen(board_app(opened.desk, settings.hidden, doors), _HOST, port, ready, signals=False)


def _has_screen() -> bool:
    """Tell whether a browser would have a window: one of text would take the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _stop_on_signal(scope: CancelScope) -> None:
    with open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return
