"""What of the calls over MCP lands in the audit trail: every call of a tool that writes, and what a person answers."""

from typing import Any

import mcp_types as types
from anyio import CancelScope

from engine.desk import Desk
from engine.held import Answer, Held
from schemas.jsonvalue import JsonObject, items
from schemas.result import Result
from server.audit import Audit, entry, unaudited
from server.caller import Caller
from tools.tool import Tool


class Trail:
    """Writes the lines of one server; without an audit, none."""

    def __init__(self, desk: Desk, audit: Audit | None) -> None:
        self._desk = desk
        self._audit = audit

    async def told(
        self,
        caller: Caller,
        tool: Tool[Any] | None,
        params: types.CallToolRequestParams,
        request_id: str,
        result: Result,
    ) -> Result:
        """Write the line of a call that ended, and tell the result, with a warning if that could not be done."""
        line = self._line(caller, tool, params, request_id, result)
        return result if line is None or await self._write(line) else unaudited(result)

    async def broke_off(
        self,
        caller: Caller,
        tool: Tool[Any] | None,
        params: types.CallToolRequestParams,
        request_id: str,
        outcome: str,
    ) -> None:
        """Write the line of a call that ended without a result: it was cancelled, or answered with a question."""
        line = self._line(caller, tool, params, request_id, None)
        if line is not None:
            with CancelScope(shield=True):
                await self._write({**line, "outcome": outcome})

    async def decided(self, caller: Caller, held: Held, answer: Answer) -> None:
        """Write what a person at the client answered."""
        verb = {Answer.YES: "approve", Answer.NO: "decline"}.get(answer)
        if verb:
            mode = self._desk.modes.of(held.accounts)
            await self._write(entry(caller, verb, mode, held.arguments, None, held=held.id))

    def _line(
        self,
        caller: Caller,
        tool: Tool[Any] | None,
        params: types.CallToolRequestParams,
        request_id: str,
        result: Result | None,
    ) -> JsonObject | None:
        if tool is None or tool.hints.read_only or self._audit is None:
            return None
        arguments = params.arguments or {}
        named = [name for name in items(arguments.get("accounts")) if isinstance(name, str)]
        mode = self._desk.modes.of(named or [""])
        return entry(caller, tool.name, mode, arguments, result, request_id=request_id)

    async def _write(self, line: JsonObject) -> bool:
        return self._audit is None or await self._audit.write(line)
