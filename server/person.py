"""Asks the person at the client, by elicitation, as each protocol era has it (reference engine 3.3, mcp 1.1).

Up to 2025-11-25 the question goes to the client while the call waits. From 2026-07-28 on the call is answered with the
question, and made again with the answer and a state that we gave. That state is only a name: the id of the held action
and its seal, a secret that nobody was given but the client that was asked. What a yes is worth stands in the database,
bound to the digest of what was shown, and is good for one run: a state that is changed, of another action or used
before leads to nothing.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from anyio import move_on_after
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from engine.desk import Desk
from engine.held import Answer, Held
from engine.showing import lines
from schemas.result import Result

Context = ServerRequestContext[Any, Any]


class Asked(Exception):  # noqa: N818  (it is the answer to a call in the newer era, not an error)
    """Raised through a call that has to be answered with a question."""

    def __init__(self, question: types.InputRequiredResult) -> None:
        super().__init__("a person is asked")
        self.question = question


class AtTheClient:
    """The person at the client that made a call, asked for ``seconds`` at most (0: not at all)."""

    def __init__(
        self,
        desk: Desk,
        ctx: Context,
        params: types.CallToolRequestParams,
        seconds: float,
        *,
        again: Callable[[Held], Awaitable[Result]],
        note: Callable[[Held, Answer], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._ctx = ctx
        self._params = params
        self._seconds = seconds
        self._again = again
        self._note = note

    async def ask(self, held: Held) -> Answer:
        """Show an action and ask whether it is to be done.

        Raises:
            Asked: the call must be answered with the question.
        """
        if not self._seconds or not _can_show_forms(self._ctx):
            return Answer.NONE
        modern = self._ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        answer = self._brought(held) if modern else await self._heard(held)
        await self._note(held, answer)
        return answer

    async def carry_out(self, held: Held) -> Result:
        """Make the call of a held action again, with the person's authority."""
        return await self._again(held)

    def _brought(self, held: Held) -> Answer:
        state = f"{held.id}.{held.seal}"
        if not hmac.compare_digest((self._params.request_state or "").encode(), state.encode()):
            question = types.ElicitRequest(params=self._form(held))
            raise Asked(types.InputRequiredResult(input_requests={_NAME: question}, request_state=state))
        return _answer((self._params.input_responses or {}).get(_NAME))

    async def _heard(self, held: Held) -> Answer:
        session, form = self._ctx.session, self._form(held)
        if not session.can_send_request:
            return Answer.NONE
        try:
            with move_on_after(self._seconds):
                return _answer(await session.elicit_form(form.message, form.requested_schema, self._ctx.request_id))
        except (MCPError, ValidationError):
            return Answer.NONE
        return Answer.NONE

    def _form(self, held: Held) -> types.ElicitRequestFormParams:
        message = "\n".join(["An agent asks to do this in your name:", *lines(self._desk, held, _LONGEST_TEXT)])
        return types.ElicitRequestFormParams(message=message, requested_schema=_SCHEMA)


def _can_show_forms(ctx: Context) -> bool:
    """Tell whether the client said so; a bare ``elicitation`` is from before there was anything but forms."""
    capabilities = ctx.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _answer(said: types.InputResponse | None) -> Answer:
    """Read an answer: only a plain yes is one, and only a plain no declines."""
    if not isinstance(said, types.ElicitResult) or said.action == "cancel":
        return Answer.NONE
    if said.action == "decline":
        return Answer.NO
    chosen = (said.content or {}).get(_FIELD)
    return {True: Answer.YES, False: Answer.NO}[chosen] if isinstance(chosen, bool) else Answer.NONE


_NAME = "approval"
_FIELD = "approve"
_LONGEST_TEXT = 4_000
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        _FIELD: {"type": "boolean", "title": "Do it", "description": "Yes: it is done now. No: it is declined."}
    },
    "required": [_FIELD],
}
