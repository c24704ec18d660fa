"""The application: every route of the stand-in, and the controls over it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, refused
from sandbox.faults import Faults
from sandbox.genviral.accounts import Accounts, read_accounts
from sandbox.genviral.batch import delete_posts, retry_posts
from sandbox.genviral.envelope import Refusal, failure, wrap
from sandbox.genviral.generation import Generation
from sandbox.genviral.keys import authorize
from sandbox.genviral.listing import get_post, get_subscription, list_accounts, list_posts
from sandbox.genviral.publishing import create_post, update_post
from sandbox.genviral.service import Call, Handler, Service
from sandbox.genviral.steering import Steering
from sandbox.genviral.uploads import STORAGE, create_file, list_files, store
from sandbox.genviral.v1 import V1
from sandbox.genviral.v2 import V2
from sandbox.genviral.worker import Worker
from sandbox.interceptor import Interceptor
from sandbox.jsonvalue import read, reply
from sandbox.traffic import Traffic

BASE_PATH = "/api/partner/v1"
WORKER_DELAY = 1.0

NOT_FOUND = 404
WITH_BODY = ("POST", "PATCH")

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/accounts", list_accounts),
    ("POST", "/posts", create_post),
    ("GET", "/posts", list_posts),
    ("POST", "/posts/retry", retry_posts),
    ("POST", "/posts/delete", delete_posts),
    ("GET", "/posts/{id}", get_post),
    ("PATCH", "/posts/{id}", update_post),
    ("POST", "/files", create_file),
    ("GET", "/files", list_files),
    ("GET", "/subscription", get_subscription),
)

GenerationName = Literal["v1", "v2"]
GENERATIONS: dict[GenerationName, Generation] = {"v1": V1, "v2": V2}

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    accounts: Sequence[Mapping[str, Any]] | None = None,
    *,
    generation: GenerationName = "v1",
    tokens: Collection[str] | None = None,
    worker_delay: float = WORKER_DELAY,
    clock: Clock | None = None,
) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve.

    Args:
        accounts: the connected accounts in the shape of GET /accounts' ``accounts``; None for the generation's own set.
        generation: the API that is spoken: ``v1``, that of the seeds, or ``v2``, that of May 2026 on.
        tokens: the keys that are accepted; None for any.
        worker_delay: seconds between a post's time and its delivery.
        clock: what the service's time is told by; None for this machine's.

    Raises:
        AccountsError: an account is malformed or occurs twice.
    """
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    spoken = GENERATIONS[generation]
    known = Accounts(spoken.accounts) if accounts is None else read_accounts(list(accounts))
    service = Service(clock, spoken, known, Worker(clock, worker_delay))
    return Starlette(
        routes=[
            *(Route(BASE_PATH + path, _api(service, tokens, do), methods=[method]) for method, path, do in ROUTES),
            Route(f"{STORAGE}/{{id}}", partial(store, service), methods=["PUT"]),
            *Controls(clock, faults, traffic, failure).routes(),
            *Steering(service).routes(),
        ],
        middleware=[
            Middleware(Interceptor, base=BASE_PATH, clock=clock, faults=faults, traffic=traffic, failure=failure)
        ],
        exception_handlers={ControlError: refused, HTTPException: _no_route},
    )


def _api(service: Service, tokens: Collection[str] | None, handle: Handler) -> Endpoint:
    """Make an endpoint of a handler: key first, then the worker catches up, then the body, then the handler."""

    async def respond(request: Request) -> Response:
        try:
            authorize(request.headers.get("authorization"), tokens)
            body = await _body(request) if request.method in WITH_BODY else None
            service.worker.catch_up()
            origin = f"http://{request.headers.get('host', '127.0.0.1')}"
            answer = handle(service, Call(body, request.path_params, request.query_params, origin))
        except Refusal as refusal:
            return reply(refusal.body, refusal.status)
        return reply(wrap(answer), answer.status)

    return respond


async def _body(request: Request) -> Any:
    try:
        return read(await request.body())
    except ValueError:
        raise Refusal("invalid_json") from None


async def _no_route(request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    return reply(failure(status, "not_found" if status == NOT_FOUND else None, None), status, headers)
