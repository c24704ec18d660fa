"""The controls that every sandbox has below ``/_sandbox``: faults, the clock, the log of requests.

==========================  ============================================================================
``POST   /faults``          ``{"method": "POST", "path": "/posts", "fault": "slow:2", "times": 1}``
``GET    /faults``          what is armed
``DELETE /faults``          disarm all
``POST   /clock``           ``{"advance_seconds": 3600}`` or ``{"now": "2030-01-01T09:00:00Z"}``
``GET    /clock``           the sandbox's time
``GET    /requests``        every request so far: method, path, status (null: never answered), fault
==========================  ============================================================================

A fault's ``path`` comes after the base path; ``{id}`` stands for any one segment. ``method`` may be left out
(any) and so may ``times`` (1). What cannot be understood is answered with 422 and ``{"error": "..."}``.
"""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock, instant, iso
from sandbox.faults import Armed, Faults, parse
from sandbox.interceptor import CONTROLS, FailureBody
from sandbox.jsonvalue import JsonObject, is_object, read, reply
from sandbox.traffic import Traffic

UNPROCESSABLE = 422


class ControlError(Exception):
    """A control that could not be understood; its text says why."""


async def refused(request: Request, error: Exception) -> Response:
    """Answer a control that could not be understood: Starlette's handler for `ControlError`."""
    return reply({"error": str(error)}, UNPROCESSABLE)


async def read_object(request: Request, *, known: frozenset[str] | None = None) -> JsonObject:
    """Read a JSON object, whose keys are among the ``known`` ones when these are given.

    Raises:
        ControlError: it is something else.
    """
    try:
        body = read(await request.body())
    except ValueError:
        raise ControlError("The body is not JSON.") from None
    if not is_object(body):
        raise ControlError("The body is not a JSON object.")
    strangers = [] if known is None else [key for key in body if key not in known]
    if strangers:
        raise ControlError(f"Unknown: {', '.join(strangers)}. Known: {', '.join(sorted(known or ()))}.")
    return body


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls over one sandbox's clock, faults and log; ``failure`` is the service's own envelope."""

    clock: Clock
    faults: Faults
    traffic: Traffic
    failure: FailureBody

    def routes(self) -> list[Route]:
        """List the routes, for the sandbox's application to serve."""
        return [
            Route(f"{CONTROLS}/faults", self._arm, methods=["POST"]),
            Route(f"{CONTROLS}/faults", self._show_faults, methods=["GET"]),
            Route(f"{CONTROLS}/faults", self._disarm, methods=["DELETE"]),
            Route(f"{CONTROLS}/clock", self._move_clock, methods=["POST"]),
            Route(f"{CONTROLS}/clock", self._show_clock, methods=["GET"]),
            Route(f"{CONTROLS}/requests", self._show_requests, methods=["GET"]),
        ]

    async def _arm(self, request: Request) -> Response:
        body = await read_object(request, known=frozenset({"method", "path", "fault", "times"}))
        armed = _armed(body)
        planned = armed.fault.reply
        if planned is not None:
            try:
                self.failure(planned.status, planned.error_code, planned.shape)
            except ValueError as error:
                raise ControlError(str(error)) from error
        self.faults.arm(armed)
        return reply({"armed": armed.view()}, 201)

    async def _show_faults(self, request: Request) -> Response:
        return reply({"faults": self.faults.view()})

    async def _disarm(self, request: Request) -> Response:
        self.faults.clear()
        return reply({"faults": []})

    async def _move_clock(self, request: Request) -> Response:
        body = await read_object(request, known=frozenset({"advance_seconds", "now"}))
        try:
            match body:
                case {"advance_seconds": int() | float() as seconds, **rest} if not rest:
                    self.clock.advance(seconds)
                case {"now": str() as text, **rest} if not rest and (moment := instant(text)) is not None:
                    self.clock.set(moment)
                case _:
                    raise ControlError('Either {"advance_seconds": number} or {"now": "2030-01-01T09:00:00Z"}.')
        except ValueError as error:
            raise ControlError(str(error)) from error
        return await self._show_clock(request)

    async def _show_clock(self, request: Request) -> Response:
        return reply({"now": iso(self.clock.now())})

    async def _show_requests(self, request: Request) -> Response:
        return reply({"total": self.traffic.total, "requests": self.traffic.view()})


def _armed(body: JsonObject) -> Armed:
    method, path, fault, times = (body.get(key) for key in ("method", "path", "fault", "times"))
    if not isinstance(method, str | None) or not re.fullmatch(r"[A-Z]+|[*]", method or "*"):
        raise ControlError("method is a method in capitals, or * for any.")
    if not isinstance(path, str) or not path.startswith("/"):
        raise ControlError("path is a path after the base, such as /posts or /posts/{id}.")
    if not isinstance(fault, str):
        raise ControlError("fault is a text, such as status:500 or accept_then_drop.")
    times = 1 if times is None else times
    if type(times) is not int or times < 1:
        raise ControlError("times is a whole number from 1.")
    try:
        return Armed(method or "*", path, parse(fault), times)
    except ValueError as error:
        raise ControlError(f"{error}.") from error
