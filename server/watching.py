"""For whoever watches a process over HTTP: ``/healthz`` says whether all is well, ``/metrics`` everything in figures.

``/healthz`` needs no token and tells nothing but single words. ``/metrics`` needs the token of ``/mcp`` where one is
set; without one, the process listens on this machine alone.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable

import structlog
from anyio import Lock
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.overview import Lookout, Overview
from engine.workers import GONE_SECONDS, Workers
from server.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger(__name__)

#: Seconds for which one look at the database serves: who asks more often gets the same.
FRESH_SECONDS = 2.0


class Watched:
    """Answers the two paths, and hands everything else on to ``app``."""

    def __init__(self, lookout: Lookout, workers: Workers, metrics: Metrics) -> None:
        self._lookout = lookout
        self._workers = workers
        self._metrics = metrics
        self._found: Overview | None = None
        self._looked = -FRESH_SECONDS
        self._turn = Lock()

    def health(self, app: ASGIApp) -> ASGIApp:
        """Put ``/healthz`` before an application."""
        return _Path("/healthz", self._health, app)

    def metrics(self, app: ASGIApp, security: TransportSecuritySettings) -> ASGIApp:
        """Put ``/metrics`` before an application, for the names of this server alone."""
        middleware = TransportSecurityMiddleware(security)

        async def answer(request: Request) -> Response:
            return await middleware.validate_request(request) or await self._tell()

        return _Path("/metrics", answer, app)

    async def _overview(self) -> Overview | None:
        """Look, unless that was just done; ``None``: the database cannot be read."""
        async with self._turn:
            if time.monotonic() - self._looked >= FRESH_SECONDS:
                self._looked = time.monotonic()
                try:
                    self._found = await self._lookout.look(lately=False)
                except (sqlite3.Error, OSError) as error:
                    log.warning("overview_failed", error=str(error))
                    self._found = None
            return self._found

    async def _health(self, request: Request) -> Response:
        found = await self._overview()
        database = "failing" if found is None or not self._writes(found) else "ok"
        nobody = found is not None and any(entry.code == "nobody_delivers" for entry in found.wrong)
        delivery = "nobody" if nobody else "ok"
        well = database == delivery == "ok"
        body = {"status": "ok" if well else "failing", "database": database, "delivery": delivery}
        return JSONResponse(body, 200 if well else 503, {"Cache-Control": "no-store"})

    def _writes(self, found: Overview) -> bool:
        written = self._workers.written
        return written is not None and abs((found.now - written).total_seconds()) <= GONE_SECONDS

    async def _tell(self) -> Response:
        found = await self._overview()
        if found is None:
            return PlainTextResponse("the database cannot be read\n", 503)
        return Response(self._metrics.text(found), media_type=CONTENT_TYPE)


class _Path:
    """One path that is read with GET, before an application."""

    def __init__(self, path: str, answer: Callable[[Request], Awaitable[Response]], app: ASGIApp) -> None:
        self._path = path
        self._answer = answer
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        known = scope["method"] in ("GET", "HEAD")
        response = await self._answer(Request(scope, receive)) if known else Response(status_code=405)
        await response(scope, receive, send)


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """The application of a process that serves nothing else."""
    if scope["type"] == "http":
        await Response("not found\n", 404)(scope, receive, send)
