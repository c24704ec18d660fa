"""A service that is silent is given up at once: the time that its caller would wait passes by itself.

So a test may give a call a time-out that no slow machine meets by chance.
"""

import anyio
from anyio.lowlevel import checkpoint
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.local.passing import pass_time

#: A time-out in seconds that three tries of a call have room for, and what passes where an answer does not come.
GIVES_UP, PASSES = 8.0, 9.0
#: Turns of the event loop after which a stand-in, which waits for nothing by itself, would have begun to answer.
_TURNS = 100


class Silence:
    """Lies around a stand-in in this event loop: lets ``seconds`` pass when a request that is there has no answer."""

    def __init__(self, app: ASGIApp, seconds: float = PASSES) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived, answered = anyio.Event(), False

        async def take() -> Message:
            message = await receive()
            if not message.get("more_body"):
                arrived.set()
            return message

        async def tell(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        async def watch() -> None:
            await arrived.wait()
            for _ in range(_TURNS):
                await checkpoint()
            if not answered:
                pass_time(self._seconds)

        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            await self._app(scope, take, tell)
            group.cancel_scope.cancel()
