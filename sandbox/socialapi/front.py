"""The front door: the proxies before the service, and the id of every request (seed 004, reference socialapi 1)."""

import re
import secrets
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.jsonvalue import is_object, read, reply

#: The proxy turns away what announces itself as Python's own urllib.
UNWELCOME = "Python-urllib/"

#: The largest body that the proxy lets through; the reference knows only that there is such a limit.
LARGEST_BODY = 100 * 1024 * 1024

FAILURE = 400

_OWN_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_TOO_LARGE = "<html>\n<head><title>413 Request Entity Too Large</title></head>\n<body></body>\n</html>\n"


class Front:
    """ASGI middleware outside of everything else, faults included.

    It echoes the caller's ``X-Request-ID`` or makes one of 8 hexadecimal digits, and completes every error with it;
    a page in HTML comes from a proxy, which knows of no id.
    Where an error says in ``meta`` how long to wait, the header ``Retry-After`` says the same.

    Args:
        app: what answers.
        base: the service's base path; whatever lies elsewhere is let through as it is.
    """

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, unless a proxy would not."""
        if scope["type"] != "http" or not scope["path"].startswith(self._base):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if headers.get("user-agent", "").startswith(UNWELCOME):
            await PlainTextResponse("error code: 1010", 403)(scope, receive, send)
        elif length.isdecimal() and int(length) > LARGEST_BODY:
            await HTMLResponse(_TOO_LARGE, 413, {"Connection": "close"})(scope, receive, send)
        else:
            given = headers.get("x-request-id", "")
            request_id = given if _OWN_ID.fullmatch(given) else secrets.token_hex(4)
            await self._app(scope, receive, _identified(request_id, send))


def _identified(request_id: str, send: Send) -> Send:
    """Hold back the start of an answer until its body is there, then send both with the id in them."""
    held: list[Message] = []

    async def respond(message: Message) -> None:
        if message["type"] == "http.response.start":
            held.append(message)
            return
        if held:
            start = held.pop()
            headers = MutableHeaders(raw=start["headers"])
            if start["status"] >= FAILURE and headers.get("content-type") == "application/json":
                message["body"] = _completed(message["body"], headers, request_id)
            if not headers.get("content-type", "").startswith("text/html"):
                headers["X-Request-ID"] = request_id
            start["headers"] = headers.raw
            await send(start)
        await send(message)

    return respond


def _completed(body: bytes, headers: MutableHeaders, request_id: str) -> bytes:
    """Complete an error; anything else, the older form of an error too, stays as it is."""
    found = read(body)
    error: Any = found.get("error") if is_object(found) else None
    if not is_object(error):
        return body
    meta: Any = error.get("meta", {})
    if "retry_after_seconds" in meta:
        if "retry-after" in headers:
            seconds = float(headers["retry-after"])
            meta["retry_after_seconds"] = int(seconds) if seconds.is_integer() else seconds
        else:
            headers["Retry-After"] = str(meta["retry_after_seconds"])
    completed = bytes(reply({"error": error, "request_id": request_id}).body)
    headers["Content-Length"] = str(len(completed))
    return completed
