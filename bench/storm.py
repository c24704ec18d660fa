"""Many HTTP clients at one server, and what that costs the server's processor."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import anyio
import httpx2
import psutil

from bench.program import MeasurementError
from bench.session import HANDSHAKE, PATIENCE

CLIENTS = 16

#: Makes the parameters of the next tools/call.
Ask = Callable[[], dict[str, Any]]


class Storm:
    """Sixteen MCP sessions over Streamable HTTP with one server process."""

    def __init__(self, url: str, pid: int) -> None:
        self._url = url
        self._process = psutil.Process(pid)
        self._stack = AsyncExitStack()
        self._clients: list[httpx2.AsyncClient] = []

    async def __aenter__(self) -> Self:
        """Open the sessions."""
        for _ in range(CLIENTS):
            client = await self._stack.enter_async_context(httpx2.AsyncClient(headers=_HEADERS, timeout=PATIENCE))
            answer = await client.post(self._url, json=_message("initialize", HANDSHAKE))
            client.headers["Mcp-Session-Id"] = answer.headers["mcp-session-id"]
            await client.post(self._url, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
            self._clients.append(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close their connections."""
        await self._stack.aclose()

    async def blow(self, ask: Ask, calls: int) -> float:
        """Make so many calls, sixteen at a time; tell the server's processor seconds for one.

        Raises:
            MeasurementError: an answer was not a success.
        """
        before = self._cpu()
        async with anyio.create_task_group() as group:
            for client in self._clients:
                group.start_soon(self._repeat, client, ask, calls // CLIENTS)
        return (self._cpu() - before) / (calls // CLIENTS * CLIENTS)

    async def _repeat(self, client: httpx2.AsyncClient, ask: Ask, calls: int) -> None:
        for _ in range(calls):
            answer = await client.post(self._url, json=_message("tools/call", ask()))
            result = _body(answer).get("result", {})
            if not result.get("structuredContent", {}).get("ok"):
                raise MeasurementError(f"HTTP {answer.status_code}: {answer.text[:2000]}")

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


def _message(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def _body(answer: httpx2.Response) -> dict[str, Any]:
    """Read a reply in either form: JSON, or the last event of a stream."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        return answer.json()
    data = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    return json.loads(data[-1]) if data else {}


_HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": str(HANDSHAKE["protocolVersion"]),
}
