"""Stands before a sandbox's application: notes every request and lets armed faults happen to it."""

from collections.abc import Callable
from http.client import responses

import anyio
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.clock import Clock, iso
from sandbox.faults import Ending, Fault, Faults, Reply
from sandbox.jsonvalue import reply
from sandbox.traffic import Exchange, Traffic

#: Paths below this one steer the sandbox: they are neither noted nor broken.
CONTROLS = "/_sandbox"

#: Writes the service's envelope for a failure: status, error code, shape.
#: Raises ValueError for a shape that the service does not know.
FailureBody = Callable[[int, str | None, str | None], object]

_PAGE = "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{phrase}</h1></body></html>"


class Interceptor:
    """ASGI middleware around one service.

    Args:
        app: what answers when nothing is armed.
        base: the service's base path; faults name paths after it.
        clock: stamps the log.
        faults: what is armed.
        traffic: the log.
        failure: writes a failure in the service's envelope.
    """

    def __init__(
        self, app: ASGIApp, *, base: str, clock: Clock, faults: Faults, traffic: Traffic, failure: FailureBody
    ) -> None:
        self._app = app
        self._base = base
        self._clock = clock
        self._faults = faults
        self._traffic = traffic
        self._failure = failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or let its fault happen."""
        if scope["type"] != "http" or scope["path"].startswith(f"{CONTROLS}/"):
            await self._app(scope, receive, send)
            return
        exchange = self._traffic.open(iso(self._clock.now()), scope["method"], scope["path"])
        fault = self._faults.take(scope["method"], scope["path"].removeprefix(self._base))
        try:
            if fault is None:
                await self._app(scope, receive, _noting(exchange, send))
            else:
                exchange.fault = fault.text
                await self._strike(fault, scope, receive, _noting(exchange, send))
        except ClientDisconnect:
            return  # the caller left in the middle of its own request: there is nobody to answer

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        receive = await _arrived(receive)
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        if fault.acts:
            await self._app(scope, receive, hold)
        await anyio.sleep(fault.wait)
        if fault.drop is not None:
            await _hang_up(fault.drop, scope, receive)
        elif fault.reply is not None:
            await self._write(fault.reply)(scope, receive, send)
        elif fault.acts:
            for message in answer:
                await send(message)
        else:
            await self._app(scope, receive, send)

    def _write(self, wanted: Reply) -> Response:
        if wanted.page is not None:
            page = _PAGE.format(status=wanted.status, phrase=responses.get(wanted.status, "Error"))
            return PlainTextResponse(wanted.page, wanted.status) if wanted.page else HTMLResponse(page, wanted.status)
        headers = {} if wanted.retry_after is None else {"Retry-After": wanted.retry_after}
        return reply(self._failure(wanted.status, wanted.error_code, wanted.shape), wanted.status, headers)


def _noting(exchange: Exchange, send: Send) -> Send:
    """Note in the log with which status a request was answered."""

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
        await send(message)

    return note


async def _arrived(receive: Receive) -> Receive:
    """Wait for the whole request and give it again, so that it can be acted on when its caller has gone.

    Raises:
        ClientDisconnect: the caller left before the end of its request.
    """
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
        if messages[-1]["type"] == "http.disconnect":
            raise ClientDisconnect

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _hang_up(ending: Ending, scope: Scope, receive: Receive) -> None:
    """Close the connection, and stay until it is closed: a server answers 500 for an application that returns early."""
    hang_up: Callable[[Ending], None] | None = scope.get("state", {}).get("hang_up")
    if hang_up is None:
        raise ConnectionResetError("this server cannot drop a connection; sandbox.serve can")
    hang_up(ending)
    while (await receive())["type"] != "http.disconnect":
        pass
