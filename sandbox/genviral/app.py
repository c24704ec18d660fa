"""The application: every route of the stand-in, and the controls over it."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import controls
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.genviral import batch, listing, publishing, uploads
from sandbox.genviral.accounts import Accounts, read_accounts
from sandbox.genviral.envelope import Refusal, encode, failure, wrap
from sandbox.genviral.keys import authorize
from sandbox.genviral.service import Call, Handler, Service
from sandbox.genviral.v1 import V1
from sandbox.genviral.worker import Worker
from sandbox.interceptor import CONTROLS, Interceptor
from sandbox.jsonvalue import JsonObject
from sandbox.traffic import Traffic

BASE_PATH = "/api/partner/v1"
WORKER_DELAY = 1.0

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/accounts", listing.list_accounts),
    ("POST", "/posts", publishing.create_post),
    ("GET", "/posts", listing.list_posts),
    ("POST", "/posts/retry", batch.retry_posts),
    ("POST", "/posts/delete", batch.delete_posts),
    ("GET", "/posts/{id}", listing.get_post),
    ("PATCH", "/posts/{id}", publishing.update_post),
    ("POST", "/files", uploads.create_file),
    ("GET", "/files", uploads.list_files),
    ("GET", "/subscription", listing.get_subscription),
)

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    accounts: Sequence[Mapping[str, Any]] | None = None,
    *,
    tokens: Collection[str] | None = None,
    worker_delay: float = WORKER_DELAY,
) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve.

    Args:
        accounts: the connected accounts in the shape of GET /accounts' ``accounts``; None for the default set.
        tokens: the keys that are accepted; None for any.
        worker_delay: seconds between a post's time and its delivery.

    Raises:
        AccountsError: an account is malformed or occurs twice.
    """
    clock, faults, traffic = Clock(), Faults(), Traffic()
    known = Accounts() if accounts is None else read_accounts(list(accounts))
    service = Service(clock, V1, known, Worker(clock, worker_delay))
    return Starlette(
        routes=[
            *(Route(BASE_PATH + path, _api(service, tokens, do), methods=[method]) for method, path, do in ROUTES),
            Route(f"{uploads.STORAGE}/{{id}}", partial(uploads.store, service), methods=["PUT"]),
            *controls.Controls(clock, faults, traffic, failure).routes(),
            Route(f"{CONTROLS}/posts", _show_posts(service), methods=["GET"]),
            Route(f"{CONTROLS}/delivery", _show_delivery(service), methods=["GET"]),
            Route(f"{CONTROLS}/delivery", _steer_delivery(service), methods=["POST"]),
        ],
        middleware=[
            Middleware(Interceptor, base=BASE_PATH, clock=clock, faults=faults, traffic=traffic, failure=failure)
        ],
        exception_handlers={controls.ControlError: controls.refused, HTTPException: _no_route},
    )


def _api(service: Service, tokens: Collection[str] | None, handle: Handler) -> Endpoint:
    """Make an endpoint of a handler: key first, then the worker catches up, then the body, then the handler."""

    async def respond(request: Request) -> Response:
        try:
            authorize(request.headers.get("authorization"), tokens)
            body = None if request.method == "GET" else _parse(await request.body())
            service.worker.catch_up()
            origin = str(request.base_url).rstrip("/")
            answer = handle(service, Call(body, request.path_params, request.query_params, origin))
        except Refusal as refusal:
            return _json(refusal.status, refusal.body)
        return _json(answer.status, wrap(answer))

    return respond


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise Refusal("invalid_json") from None


def _not_json(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would read."""
    raise ValueError(constant)


def _json(status: int, body: JsonObject) -> Response:
    return Response(encode(body), status, media_type="application/json")


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _json(status, failure(status, "not_found" if status == 404 else None, None))  # noqa: PLR2004  (HTTP's own)


def _show_posts(service: Service) -> Endpoint:
    async def show(request: Request) -> Response:
        service.worker.catch_up()
        return JSONResponse({"posts": service.posts.records()})

    return show


def _show_delivery(service: Service) -> Endpoint:
    async def show(request: Request) -> Response:
        return JSONResponse({account: {"fail": message} for account, message in service.worker.failures.items()})

    return show


def _steer_delivery(service: Service) -> Endpoint:
    """Change what happens to deliveries from now on; those already due are made before."""

    async def steer(request: Request) -> Response:
        wanted = await controls.read_object(request)
        for account_id, wish in wanted.items():
            match wish:
                case {"fail": str() | None, **rest} if not rest and account_id in service.accounts:
                    pass
                case _:
                    raise controls.ControlError(f'{account_id}: an account\'s id and {{"fail": "message" or null}}.')
        service.worker.catch_up()
        for account_id, wish in wanted.items():
            if wish["fail"] is None:
                service.worker.failures.pop(account_id.lower(), None)
            else:
                service.worker.failures[account_id.lower()] = wish["fail"]
        return await _show_delivery(service)(request)

    return steer
