"""The application: every route of the stand-in, and the controls over it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, refused
from sandbox.faults import Faults
from sandbox.interceptor import Interceptor
from sandbox.jsonvalue import reply
from sandbox.socialapi.accounts import DEFAULT, read_accounts
from sandbox.socialapi.bodies import Reader, file, json, nothing, perhaps_json
from sandbox.socialapi.connections import (
    connect_account,
    disconnect_account,
    get_creator_info,
    get_limits,
    get_oauth_url,
    list_accounts,
    list_boards,
    list_brands,
    list_pages,
    update_page,
)
from sandbox.socialapi.envelope import Answer, Refusal, failure
from sandbox.socialapi.front import Front
from sandbox.socialapi.keys import authorize
from sandbox.socialapi.limits import PLANS, Limits
from sandbox.socialapi.listing import get_post, list_posts
from sandbox.socialapi.publishing import create_post, publish_post, retry_post, update_post
from sandbox.socialapi.removal import delete_post, unpublish_post
from sandbox.socialapi.service import Call, Handler, Service, new_service
from sandbox.socialapi.steering import Steering
from sandbox.socialapi.uploads import (
    STORAGE,
    delete_media,
    get_storage,
    get_upload_url,
    list_media,
    store,
    upload_media,
    verify_media,
)
from sandbox.socialapi.validating import get_constraints, validate_post
from sandbox.socialapi.workspace import get_usage, get_user, list_events, provision
from sandbox.traffic import Traffic

BASE_PATH = "/v1"
WORKER_DELAY = 1.0
PLAN = "starter"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: the scope that a key needs for it, how its body is read, what is done.

    Attributes:
        unpaid: whether it works while a bill is past due.
    """

    method: str
    path: str
    scope: str | None
    read: Reader
    handle: Handler
    unpaid: bool = False


#: Scopes and what stays open to every key: reference socialapi 12. A path with words stands before one with an id.
OPERATIONS = (
    Operation("GET", "/accounts", "accounts:read", nothing, list_accounts),
    Operation("POST", "/accounts/connect", "accounts:manage", json, connect_account),
    Operation("DELETE", "/accounts/{id}", "accounts:manage", nothing, disconnect_account),
    Operation("GET", "/accounts/{id}/pages", "accounts:read", nothing, list_pages),
    Operation("PATCH", "/accounts/{id}/pages/{page_id}", "accounts:manage", json, update_page),
    Operation("GET", "/accounts/{id}/limits", "accounts:read", nothing, get_limits),
    Operation("GET", "/accounts/{id}/creator-info", "accounts:read", nothing, get_creator_info),
    Operation("GET", "/accounts/{id}/boards", "accounts:read", nothing, list_boards),
    Operation("GET", "/oauth/url", "accounts:manage", nothing, get_oauth_url),
    Operation("GET", "/brands", "accounts:read", nothing, list_brands),
    Operation("POST", "/posts", "posts:write", json, create_post),
    Operation("GET", "/posts", "posts:read", nothing, list_posts),
    Operation("POST", "/posts/validate", "posts:read", json, validate_post),
    Operation("GET", "/posts/validate", "posts:read", nothing, get_constraints),
    Operation("GET", "/posts/{id}", "posts:read", nothing, get_post),
    Operation("PATCH", "/posts/{id}", "posts:write", json, update_post),
    Operation("DELETE", "/posts/{id}", "posts:write", nothing, delete_post),
    Operation("POST", "/posts/{id}/publish", "posts:write", nothing, publish_post),
    Operation("POST", "/posts/{id}/retry", "posts:write", nothing, retry_post),
    Operation("POST", "/posts/{id}/unpublish", "posts:write", perhaps_json, unpublish_post),
    Operation("POST", "/media/upload", "media:write", file, upload_media),
    Operation("GET", "/media/upload-url", "media:write", nothing, get_upload_url),
    Operation("POST", "/media/{id}/verify", "media:write", nothing, verify_media),
    Operation("GET", "/media/storage", "media:read", nothing, get_storage),
    Operation("GET", "/media", "media:read", nothing, list_media),
    Operation("DELETE", "/media/{id}", "media:write", nothing, delete_media),
    Operation("GET", "/events", "analytics:read", nothing, list_events),
    Operation("GET", "/usage", None, nothing, get_usage),
    Operation("GET", "/users/me", None, nothing, get_user, unpaid=True),
    Operation("POST", "/users/provision", None, nothing, provision),
)

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    accounts: Sequence[Mapping[str, Any]] | None = None,
    *,
    tokens: Collection[str] | None = None,
    worker_delay: float = WORKER_DELAY,
    plan: str = PLAN,
    schedules_drafts: bool = False,
    clock: Clock | None = None,
) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve.

    Args:
        accounts: the connected accounts in the shape of GET /accounts' ``data``; None for the default set.
        tokens: the keys that are accepted; None for any API key.
        worker_delay: seconds between the start of a delivery and its end.
        plan: one of `PLANS`.
        schedules_drafts: whether a draft that gets a time by PATCH is scheduled; else it stays a draft.
        clock: what the service's time is told by; None for this machine's.

    Raises:
        AccountsError: an account is malformed or occurs twice.
        ValueError: there is no such plan.
    """
    if plan not in PLANS:
        raise ValueError(f"{plan!r} is not a plan: {', '.join(PLANS)}")
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    known = read_accounts(list(DEFAULT if accounts is None else accounts))
    limits = Limits(plan, PLANS[plan])
    service = new_service(clock, known, limits, worker_delay, schedules_drafts=schedules_drafts)
    return Starlette(
        routes=[
            *(Route(BASE_PATH + one.path, _api(service, tokens, one), methods=[one.method]) for one in OPERATIONS),
            Route(f"{STORAGE}/{{id}}", partial(store, service), methods=["PUT"]),
            *Controls(clock, faults, traffic, failure).routes(),
            *Steering(service).routes(),
        ],
        middleware=[
            Middleware(Front, base=BASE_PATH),
            Middleware(Interceptor, base=BASE_PATH, clock=clock, faults=faults, traffic=traffic, failure=failure),
        ],
        exception_handlers={ControlError: refused, HTTPException: _no_route},
    )


def _api(service: Service, tokens: Collection[str] | None, operation: Operation) -> Endpoint:
    """Make an endpoint of an operation: the key and the plan first, then the body, then what is due, then the rest."""

    async def respond(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            scopes = authorize(request.headers.get("authorization"), tokens)
            answer = await _answer(service, operation, scopes, request)
        except Refusal as refusal:
            code = refusal.body["error"]["code"]
            if not code.startswith("auth."):
                headers = service.headers()
            return reply(refusal.body, refusal.status, headers)
        headers = service.headers() | dict(answer.headers)
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return reply(answer.body, answer.status, headers)

    return respond


async def _answer(service: Service, operation: Operation, scopes: frozenset[str], request: Request) -> Answer:
    limits = service.meter.limits
    if limits.past_due and not operation.unpaid:
        raise Refusal("billing.past_due", plan=limits.name)
    service.meter.admit()
    if operation.scope is not None and operation.scope not in scopes:
        raise Refusal("auth.insufficient_scope", required_scope=operation.scope)
    body, upload = await operation.read(request)
    service.worker.catch_up()
    origin = f"http://{request.headers.get('host', '127.0.0.1')}"
    call = Call(body, upload, request.path_params, request.query_params, origin)
    return operation.handle(service, call)


async def _no_route(request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    return reply(failure(status, None, None), status, headers)
