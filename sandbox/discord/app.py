"""The application: one webhook's link, and what is below it."""

from collections.abc import Awaitable, Callable
from math import ceil
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, read_object, refused
from sandbox.discord.message import read_body, written
from sandbox.discord.state import CHANNEL, GUILD, TOKEN, WEBHOOK, Refusal, State
from sandbox.faults import Faults
from sandbox.interceptor import CONTROLS, Interceptor
from sandbox.jsonvalue import JsonObject, reply
from sandbox.traffic import Traffic

Handler: TypeAlias = Callable[[State, Request], Awaitable[Response]]


def create_app(*, clock: Clock | None = None) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve; it tells the time by ``clock``."""
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    state = State(clock)
    handlers = {"GET": _show_webhook, "POST": _execute}
    of_messages = {"GET": _show_message, "DELETE": _delete_message}

    async def webhook(request: Request) -> Response:
        return await _answered(state, request, handlers[request.method])

    async def message(request: Request) -> Response:
        return await _answered(state, request, of_messages[request.method])

    async def messages(request: Request) -> Response:
        return reply({"messages": state.messages})

    async def steer(request: Request) -> Response:
        known = frozenset({"deleted", "limited", "type"})
        for name, value in (await read_object(request, known=known)).items():
            setattr(state, name, value)
        return reply({"deleted": state.deleted})

    async def steer_threads(request: Request) -> Response:
        state.threads |= await read_object(request)
        return reply({"threads": state.threads})

    base = "/api/v{version:int}/webhooks/{id}/{token}"
    return Starlette(
        routes=[
            *(
                route
                for path in (base, base.replace("/v{version:int}", ""))
                for route in (
                    Route(path, webhook, methods=["GET", "POST"]),
                    Route(f"{path}/messages/{{message}}", message, methods=["GET", "DELETE"]),
                )
            ),
            Route(f"{CONTROLS}/messages", messages, methods=["GET"]),
            Route(f"{CONTROLS}/webhook", steer, methods=["POST"]),
            Route(f"{CONTROLS}/threads", steer_threads, methods=["POST"]),
            *Controls(clock, faults, traffic, _failure).routes(),
        ],
        middleware=[
            Middleware(Interceptor, base="/api", clock=clock, faults=faults, traffic=traffic, failure=_failure)
        ],
        exception_handlers={ControlError: refused},
    )


async def _answered(state: State, request: Request, handle: Handler) -> Response:
    try:
        state.open(request)
        return await handle(state, request)
    except Refusal as refusal:
        wait = refusal.body.get("retry_after")
        headers = {"Retry-After": str(ceil(wait)), "X-RateLimit-Scope": "user"} if wait is not None else {}
        return reply(refusal.body, refusal.status, headers)


async def _show_webhook(state: State, request: Request) -> Response:
    shown = {"id": WEBHOOK, "type": state.type, "name": "Sandbox announcements", "channel_id": CHANNEL}
    return reply({**shown, "guild_id": GUILD, "avatar": None, "application_id": None, "token": TOKEN})


async def _execute(state: State, request: Request) -> Response:
    headers = state.take_turn()
    waits = request.query_params.get("wait") == "true"
    try:
        thread = _thread(state, request)
        body, files = await read_body(request)
        message = written(state, body, files, thread)
    except Refusal:
        if waits:
            raise
        return Response(status_code=204, headers=headers)
    state.messages.append({"message": message, "deleted": False})
    return reply(message, 200, headers) if waits else Response(status_code=204, headers=headers)


async def _show_message(state: State, request: Request) -> Response:
    return reply(_found(state, request)["message"])


async def _delete_message(state: State, request: Request) -> Response:
    _found(state, request)["deleted"] = True
    return Response(status_code=204)


def _found(state: State, request: Request) -> JsonObject:
    thread, number = _thread(state, request), request.path_params["message"]
    for known in state.messages:
        named = known["message"]["id"] == number and known["message"]["channel_id"] == (thread or CHANNEL)
        if named and not known["deleted"]:
            return known
    raise Refusal(10008)


def _thread(state: State, request: Request) -> str | None:
    thread = request.query_params.get("thread_id")
    if thread is None:
        return None
    if thread not in state.threads:
        raise Refusal(10003)
    if state.threads[thread] != "open" and request.method == "POST":
        raise Refusal(50083 if state.threads[thread] == "archived" else 160005)
    return thread


def _failure(status: int, error_code: str | None, shape: str | None) -> JsonObject:
    if error_code and not error_code.isdigit():
        raise ValueError("an error code of Discord is a number")
    return {"message": f"{status}: {shape or 'Something went wrong'}", "code": int(error_code or 0)}
