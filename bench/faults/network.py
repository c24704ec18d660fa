"""The net between a process and a service: requests that are refused, lost, late, or whose answers are."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
from anyio import sleep
from anyio.abc import TaskGroup

from bench.faults.machine import Trouble
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, is_list, members, text


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: the service acts at once, ``late`` seconds later or never, and then the answer.

    ``answer`` of ``None`` is the true one, after ``wait`` seconds; ``error`` is raised instead of one.
    """

    acts: bool = False
    late: float = 0.0
    wait: float = 0.0
    answer: Callable[[httpx2.Request], httpx2.Response] | None = None
    error: type[httpx2.TransportError] | None = None


def _status(status: int, body: object, **headers: str) -> Callable[[httpx2.Request], httpx2.Response]:
    page = body if isinstance(body, str) else json.dumps(body)
    return lambda request: httpx2.Response(status, text=page, headers=headers, request=request)


_HTML = "<html><h1>Bad gateway</h1></html>"
_ERROR = {"error": "Internal server error", "message": "Internal server error"}
_SLOWLY = {"error": "Too many requests", "message": "Too many requests"}

#: Longer than any time-out of ours.
_TOO_LONG = 120.0

#: Every fault of the net by its name; the names are the rows of the table that is printed.
FAULTS: dict[str, Fault] = {
    "connection refused": Fault(error=httpx2.ConnectError),
    "dropped before": Fault(error=httpx2.ReadError),
    "accepted, then dropped": Fault(acts=True, error=httpx2.ReadError),
    "500 after accepting": Fault(acts=True, answer=_status(500, _ERROR)),
    "HTML 500 after accepting": Fault(acts=True, answer=_status(500, _HTML)),
    "HTML 502, not accepted": Fault(answer=_status(502, _HTML)),
    "accepted, answer too slow": Fault(acts=True, wait=_TOO_LONG),
    "acts after the time-out": Fault(acts=True, late=50.0, wait=_TOO_LONG),
    "429": Fault(answer=_status(429, _SLOWLY)),
    "429 with Retry-After": Fault(answer=_status(429, _SLOWLY, **{"Retry-After": "7"})),
    "reset in the answer": Fault(acts=True, error=httpx2.RemoteProtocolError),
    "200 with half a body": Fault(acts=True, answer=_status(200, '{"success": tr')),
}


@dataclass(slots=True)
class Weather:
    """What the net does to requests, in order, by the names of faults (``None``: nothing).

    ``lag`` is how long a new post does not show in lists; ``seconds`` is how long a request takes otherwise.
    """

    writes: list[str | None] = field(default_factory=list[str | None])
    reads: list[str | None] = field(default_factory=list[str | None])
    lag: timedelta = timedelta()
    seconds: float = 0.2

    def take(self, method: str) -> Fault | None:
        """Use up the fault that waits for a request."""
        waiting = self.reads if method == "GET" else self.writes
        name = waiting.pop(0) if waiting else None
        return FAULTS[name] if name else None

    def clear_up(self) -> None:
        """End all trouble."""
        self.writes.clear()
        self.reads.clear()
        self.lag = timedelta()


class Net(httpx2.AsyncBaseTransport):
    """Carries one process's requests to a service.

    ``late`` is where the service goes on when nobody waits any more; ``clock`` is the service's.
    """

    def __init__(
        self,
        service: httpx2.AsyncBaseTransport,
        weather: Weather,
        trouble: Trouble,
        late: TaskGroup,
        clock: Callable[[], datetime],
    ) -> None:
        self._service = service
        self._weather = weather
        self._trouble = trouble
        self._late = late
        self._clock = clock

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry one request there and its answer back, as the weather has it."""
        fault = self._weather.take(request.method)
        if request.method != "GET":
            await self._trouble.step("send")
        await sleep(self._weather.seconds / 2)
        answer = await self._answer(request, fault)
        await sleep(self._weather.seconds / 2)
        if request.method != "GET":
            await self._trouble.step("sent")
        return answer

    async def _answer(self, request: httpx2.Request, fault: Fault | None) -> httpx2.Response:
        if fault is None:
            return await self._told(request)
        true: httpx2.Response | None = None
        if fault.late:
            self._late.start_soon(self._act_late, request, fault.late)
        elif fault.acts:
            true = await self._told(request)
        await sleep(fault.wait)
        if fault.error:
            raise fault.error("the net failed", request=request)
        return fault.answer(request) if fault.answer else true or await self._told(request)

    async def _act_late(self, request: httpx2.Request, seconds: float) -> None:
        await sleep(seconds)
        await self._told(request)

    async def _told(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._service.handle_async_request(request)
        content = await answer.aread()
        if request.method == "GET" and self._weather.lag:
            content = json.dumps(self._without_young(json.loads(content))).encode()
        kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
        kept["date"] = format_datetime(self._clock(), usegmt=True)
        return httpx2.Response(answer.status_code, headers=kept, content=content, request=request)

    def _without_young(self, body: Any) -> Any:
        """Leave out of every list the posts that are younger than the lag."""
        if is_list(body):
            return [self._without_young(item) for item in body if not self._is_young(members(item))]
        kept = {name: self._without_young(value) for name, value in members(body).items()}
        return kept or body

    def _is_young(self, record: JsonObject) -> bool:
        created_at = parse(text(record.get("created_at")) or text(record.get("createdAt")) or "")
        return created_at is not None and self._clock() - created_at < self._weather.lag
