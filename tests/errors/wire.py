"""What goes over the wire: how a sandbox is told to give an answer, and what it then really sent."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.postpost.refusals import REFUSALS
from tests.errors.facts import Answer

FAILURE = 400


class Tap:
    """Lies around a sandbox and keeps every answer of the service as it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: list[tuple[int, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, content = 0, bytearray()

        async def note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            content.extend(message.get("body", b""))
            # Before it is sent: who has heard it may ask at once what it was.
            if message["type"] == "http.response.body" and not message.get("more_body") and noted:
                self.answers.append((status, _read(bytes(content))))
            await send(message)

        noted = "/_sandbox/" not in scope["path"]
        await self._app(scope, receive, note)

    def refusal(self) -> Any:
        """The body of the last answer that was a refusal."""
        return next(body for status, body in reversed(self.answers) if status >= FAILURE)


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def by_code(answer: Answer, status: int) -> list[str]:
    """The faults for an answer that is known by its code, its status, or as a proxy's."""
    if answer.body is not None:
        return [f"page:{status}{'' if answer.body == 'page' else f':{answer.body}'}"]
    shape = f":{answer.field}" if answer.field else ""
    return [f"status:{status}:{code}{shape}" for code in answer.spoken] or [f"status:{status}"]


def by_words(answer: Answer, status: int) -> list[str]:
    """The faults for one of PostPost's texts, one for each shape of a body; a text with a second one has but one."""
    if answer.message is None:
        return by_code(answer, status)
    names = [name for name, row in REFUSALS.items() if row == (status, answer.message)]
    assert names, f"the sandbox cannot say {answer.message!r}"
    shapes = ("error",) if "message" in answer.fields else ("error", "message", "both")
    return [f"status:{status}:{names[0]}:{shape}" for shape in shapes]
