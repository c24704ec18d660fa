"""The application: every route of the stand-in, behind its tokens and its limit, and the controls over it."""

from collections.abc import Awaitable, Callable
from functools import partial
from http.client import responses

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, read_object, refused
from sandbox.faults import Faults
from sandbox.interceptor import CONTROLS, Interceptor
from sandbox.jsonvalue import JsonObject, reply
from sandbox.mastodon.entrance import authorize, credentials, instance, register, sign_in, token_for_code
from sandbox.mastodon.files import give, look, upload
from sandbox.mastodon.profiles import MASTODON, No, Profile
from sandbox.mastodon.state import Refusal, State
from sandbox.mastodon.statuses import create, delete, edit, listed, reschedule, show, source, unschedule, waiting
from sandbox.traffic import Traffic

TOKEN = "sandbox-token-of-ada-s3cret"  # noqa: S105  (it opens the sandbox alone)
USER = "ada"

#: A handler: the server's state, and a request to it.
Handler = Callable[[State, Request], Awaitable[Response]]

_OPEN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/v1/instance", instance),
    ("GET", "/api/v2/instance", instance),
    ("POST", "/api/v1/apps", register),
    ("GET", "/oauth/authorize", authorize),
    ("GET", "/auth/sign_in", sign_in),
    ("POST", "/auth/sign_in", sign_in),
    ("POST", "/oauth/token", token_for_code),
    ("GET", "/files/{id}", give),
)
_GUARDED: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/v1/accounts/verify_credentials", credentials),
    ("GET", "/api/v1/accounts/{id}/statuses", listed),
    ("POST", "/api/v2/media", upload),
    ("GET", "/api/v1/media/{id}", look),
    ("POST", "/api/v1/statuses", create),
    ("GET", "/api/v1/statuses/{id}", show),
    ("PUT", "/api/v1/statuses/{id}", edit),
    ("DELETE", "/api/v1/statuses/{id}", delete),
    ("GET", "/api/v1/statuses/{id}/source", source),
)
#: Only where scheduling is.
_SCHEDULED: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/v1/scheduled_statuses", waiting),
    ("PUT", "/api/v1/scheduled_statuses/{id}", reschedule),
    ("DELETE", "/api/v1/scheduled_statuses/{id}", unschedule),
)


def create_app(profile: Profile = MASTODON, *, token: str = TOKEN, clock: Clock | None = None) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve.

    Args:
        profile: the implementation whose behaviour it has.
        token: the access token of its one account.
        clock: what its time is told by; None for this machine's.
    """
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    state = State(profile, clock, {token}, USER)
    guarded = (*_GUARDED, *(_SCHEDULED if profile.scheduling else ()))

    async def told(request: Request) -> Response:
        return reply({"statuses": [state.told(status) for status in state.statuses]})

    async def steer_tokens(request: Request) -> Response:
        for name, works in (await read_object(request)).items():
            (state.tokens.add if works is True else state.tokens.discard)(name)
        return reply({"tokens": len(state.tokens)})

    return Starlette(
        routes=[
            *(Route(path, partial(_answer, state, handle), methods=[method]) for method, path, handle in _OPEN),
            *(
                Route(path, partial(_answer, state, partial(_guarded, handle)), methods=[method])
                for method, path, handle in guarded
            ),
            Route(f"{CONTROLS}/statuses", told, methods=["GET"]),
            Route(f"{CONTROLS}/tokens", steer_tokens, methods=["POST"]),
            *Controls(clock, faults, traffic, _failure).routes(),
        ],
        middleware=[Middleware(Interceptor, base="", clock=clock, faults=faults, traffic=traffic, failure=_failure)],
        exception_handlers={
            ControlError: refused,
            404: partial(_no_route, profile),
            405: partial(_no_route, profile),
        },
    )


async def _answer(state: State, handle: Handler, request: Request) -> Response:
    try:
        return await handle(state, request)
    except Refusal as refusal:
        return _written(refusal.no, str(refusal))


async def _guarded(handle: Handler, state: State, request: Request) -> Response:
    """Let a request pass that has a token and is within the limit; as behind a proxy, once it has come in whole."""
    await request.body()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token not in state.tokens:
        raise Refusal(state.profile.bad_token)
    headers, passes = state.rate(token)
    answer = await _answer(state, handle, request) if passes else _written(No(429), "rate limit reached")
    answer.headers.update(headers)
    return answer


def _written(no: No, words: str) -> Response:
    if no.form == "json":
        return reply({"error": words or responses.get(no.status, "Error")}, no.status)
    if no.form == "html":
        phrase = responses.get(no.status, "Error")
        page = f"<!DOCTYPE html><html><head><title>{phrase}</title></head><body><h1>{phrase}</h1></body></html>"
        return HTMLResponse(page, no.status)
    return HTMLResponse(words, no.status) if no.form == "words" else Response(status_code=no.status)


def _failure(status: int, error_code: str | None, shape: str | None) -> JsonObject:
    return {"error": error_code or responses.get(status, "Error")}


async def _no_route(profile: Profile, request: Request, error: Exception) -> Response:
    return _written(profile.no_status if profile.no_status.form == "html" else No(404), "Not Found")
