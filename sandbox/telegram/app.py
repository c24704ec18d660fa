"""The application: a token in the path, a method, and arguments in any of four forms."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, read_object, refused
from sandbox.faults import Faults
from sandbox.interceptor import CONTROLS, Interceptor
from sandbox.jsonvalue import JsonObject, is_object, read, reply
from sandbox.telegram.methods import METHODS, Call, Upload
from sandbox.telegram.state import Chat, Refusal, State, bad
from sandbox.traffic import Traffic

TOKEN = "7000000001:AAE_sandbox-of-postwright-s3cret"  # noqa: S105  (it opens the sandbox alone)

CHATS = (
    Chat(-1001000000001, "channel", "Sandbox news", "sandbox_news"),
    Chat(-1001000000002, "channel", "Sandbox members only"),
    Chat(-1000000003, "group", "Sandbox group", status="member"),
    Chat(-1001000000004, "supergroup", "Sandbox talk", "sandbox_talk", status="member"),
    Chat(42, "private", "Ada"),
)


def create_app(chats: Sequence[Chat] = CHATS, *, clock: Clock | None = None) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve; it tells the time by ``clock``."""
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    state = State(clock, {chat.id: replace(chat, sent=chat.sent.copy()) for chat in chats})

    async def call(request: Request) -> Response:
        try:
            return reply({"ok": True, "result": await _call(state, request)})
        except Refusal as refusal:
            return reply(_told(refusal), 200 if state.errors_with_200 else refusal.code)

    async def messages(request: Request) -> Response:
        return reply({"messages": state.messages})

    async def steer_chats(request: Request) -> Response:
        for name, changes in (await read_object(request)).items():
            chat = next((chat for chat in state.chats.values() if str(chat.id) == name), None)
            if chat is None or not is_object(changes):
                raise ControlError(f"{name} is not a chat with changes.")
            _change(chat, changes, {"status", "can_post_messages", "can_send_messages", "migrated_to", "blocked"})
        return reply({"chats": [chat.view() for chat in state.chats.values()]})

    async def steer_bot(request: Request) -> Response:
        _change(state, await read_object(request), {"revoked", "errors_with_200", "limited"})
        return reply({"revoked": state.revoked})

    return Starlette(
        routes=[
            Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
            Route(f"{CONTROLS}/messages", messages, methods=["GET"]),
            Route(f"{CONTROLS}/chats", steer_chats, methods=["POST"]),
            Route(f"{CONTROLS}/bot", steer_bot, methods=["POST"]),
            *Controls(clock, faults, traffic, _failure).routes(),
        ],
        middleware=[Middleware(Interceptor, base="", clock=clock, faults=faults, traffic=traffic, failure=_failure)],
        exception_handlers={ControlError: refused, 404: _no_route, 405: _no_route},
    )


def _change(thing: object, changes: JsonObject, known: set[str]) -> None:
    for name, value in changes.items():
        if name not in known:
            raise ControlError(f"Unknown: {name}. Known: {', '.join(sorted(known))}.")
        setattr(thing, name, value)


async def _call(state: State, request: Request) -> object:
    token, name = request.path_params["token"], request.path_params["method"].lower()
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", token):
        raise Refusal(404, "Not Found")
    if token != TOKEN or state.revoked:
        raise Refusal(401, "Unauthorized")
    if name not in METHODS:
        raise Refusal(404, "Not Found: method not found")
    return METHODS[name](state, await _arguments(request))


async def _arguments(request: Request) -> Call:
    arguments: dict[str, Any] = dict(request.query_params)
    files: dict[str, Upload] = {}
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type == "application/json":
        try:
            body = read(await request.body())
        except ValueError:
            raise bad("can't parse JSON object") from None
        arguments |= body if is_object(body) else {}
    elif media_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files[name] = Upload(value.filename or "", value.content_type or "", content)
                else:
                    arguments[name] = value
    return Call(arguments, files)


def _told(refusal: Refusal) -> JsonObject:
    more = {"parameters": refusal.parameters} if refusal.parameters else {}
    return {"ok": False, "error_code": refusal.code, "description": refusal.description, **more}


def _failure(status: int, error_code: str | None, shape: str | None) -> JsonObject:
    return _told(Refusal(status, error_code or _WORDS.get(status, "Internal Server Error")))


async def _no_route(request: Request, error: Exception) -> Response:
    return reply(_failure(404, None, None), 404)


_WORDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
