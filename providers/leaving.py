"""Nothing leaves too late: a machine may fall asleep at any moment, and somebody else look into its post meanwhile."""

from collections.abc import Callable
from typing import Any

# What httpcore2 reports right before it writes to the socket.
_HEADERS, _BODY = "http11.send_request_headers.started", "http11.send_request_body.started"


def held_back(check: Callable[[], None], *, body: bool) -> dict[str, Any]:
    """Make the extensions of a request that ``check`` can stop for as long as nobody can act on it.

    It is called when the connection stands, and again when all but the ``body`` has left, if there is one.
    """
    moments = (_HEADERS, _BODY) if body else (_HEADERS,)

    async def trace(event: str, _: dict[str, Any]) -> None:
        if event in moments:
            check()

    return {"trace": trace}
