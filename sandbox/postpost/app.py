"""The application: every route of the stand-in, and the controls over it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.controls import ControlError, Controls, refused
from sandbox.faults import Faults
from sandbox.interceptor import Interceptor
from sandbox.jsonvalue import JsonObject, is_array, is_object, read, reply
from sandbox.postpost.checkups import list_connections, test_connection
from sandbox.postpost.keys import authorize
from sandbox.postpost.limits import LIMITS, sample
from sandbox.postpost.listing import get_post, list_posts, post_logs
from sandbox.postpost.plans import PLANS, PlanName
from sandbox.postpost.publishing import create_post, delete_post, update_post
from sandbox.postpost.refusals import Refusal, written
from sandbox.postpost.seeds import DEFAULT, DEFAULT_MANAGED, default, read_connections
from sandbox.postpost.service import Call, Handler, Service
from sandbox.postpost.steering import Steering
from sandbox.postpost.uploads import STORAGE, create_upload, give, store
from sandbox.postpost.workspace import create_user, detach_user, list_users
from sandbox.traffic import Traffic

BASE_PATH = "/api/v1"
WORKER_DELAY = 1.0

#: Method, path, status of a success, handler.
ROUTES: tuple[tuple[str, str, int, Handler], ...] = (
    ("POST", "/create-post", 200, create_post),
    ("GET", "/get-post/{id}", 200, get_post),
    ("GET", "/list-posts", 200, list_posts),
    ("PUT", "/update-post/{id}", 200, update_post),
    ("DELETE", "/delete-post/{id}", 200, delete_post),
    ("POST", "/get-upload-url", 200, create_upload),
    ("GET", "/platform-connections", 200, list_connections),
    ("POST", "/test-connection/{id}", 200, test_connection),
    ("GET", "/post-logs/{id}", 200, post_logs),
    ("GET", "/workspace/users", 200, list_users),
    ("POST", "/workspace/users", 201, create_user),
    ("DELETE", "/workspace/users/{id}", 200, detach_user),
)

Endpoint = Callable[[Request], Awaitable[Response]]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>{text}</pre>
</body>
</html>
"""


def create_app(
    connections: Sequence[Mapping[str, Any]] | None = None,
    *,
    keys: Collection[str] | None = None,
    plan: PlanName = "Pro",
    worker_delay: float = WORKER_DELAY,
    clock: Clock | None = None,
    files_at: str = "",
) -> Starlette:
    """Build a stand-in with its own state, for `sandbox.serve` to serve.

    Args:
        connections: the owner's, in the shape of platform-connections' ``connections``; None for the default set.
        keys: the API keys that are accepted; None for any.
        plan: what may be done, and how much of it.
        worker_delay: seconds between a post's time and its publication.
        clock: what the service's time is told by; None for this machine's.
        files_at: the origin under which stored files are said to be, as in life they are on another host than the API;
            empty for this server's own.

    Raises:
        ConnectionsError: a connection is malformed or occurs twice.
    """
    clock, faults, traffic = clock or Clock(), Faults(), Traffic()
    owned = default(DEFAULT, clock.now()) if connections is None else read_connections(list(connections))
    managed = default(DEFAULT_MANAGED, clock.now())
    service = Service(clock, owned, managed, PLANS[plan], worker_delay, files_at=files_at)
    failure = partial(_failure, clock)
    app = Starlette(
        routes=[
            *(
                Route(BASE_PATH + path, _api(service, keys, status, handle), methods=[method])
                for method, path, status, handle in ROUTES
            ),
            Route(f"{STORAGE}/{{folder}}/{{name}}", partial(store, service), methods=["PUT"]),
            Route(f"{STORAGE}/{{folder}}/{{name}}", partial(give, service), methods=["GET"]),
            *Controls(clock, faults, traffic, failure).routes(),
            *Steering(service).routes(),
        ],
        middleware=[
            Middleware(Interceptor, base=BASE_PATH, clock=clock, faults=faults, traffic=traffic, failure=failure)
        ],
        exception_handlers={ControlError: refused, HTTPException: _no_route},
    )
    app.router.redirect_slashes = False
    return app


def _api(service: Service, keys: Collection[str] | None, status: int, handle: Handler) -> Endpoint:
    """Make an endpoint of a handler: the body first, as Express has it, then the key, the worker, the handler."""

    async def respond(request: Request) -> Response:
        try:
            body = await _body(request)
        except ValueError:
            return HTMLResponse(_PAGE.format(text="Bad Request"), 400)
        try:
            key, user = authorize(request.headers, service, keys)
            service.worker.catch_up()
            origin = f"http://{request.headers.get('host', '127.0.0.1')}"
            answer = handle(service, Call(key, user, body, request.path_params, request.query_params, origin))
        except Refusal as refusal:
            return reply(refusal.body, refusal.status)
        return reply(answer, status)

    return respond


async def _body(request: Request) -> JsonObject:
    """Read a body, which counts only when it says that it is JSON; an array has none of the fields.

    Raises:
        ValueError: it is not JSON, or neither an object nor an array.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    if kind != "application/json" or not content:
        return {}
    value = read(content)
    if is_object(value):
        return value
    if is_array(value):
        return {}
    raise ValueError("neither an object nor an array")


def _failure(clock: Clock, status: int, name: str | None, shape: str | None) -> JsonObject:
    """Write any failure for a fault: a limit by its code, another by its name in `REFUSALS`.

    Raises:
        ValueError: ``shape`` is none that this failure has.
    """
    if name is not None and name in LIMITS:
        return sample(name, shape, clock.now())
    return written(status, name, shape, clock.now())


async def _no_route(request: Request, error: Exception) -> Response:
    """Answer as Express does where there is no route: with a page, and 404 for a wrong method too."""
    path = escape(request.scope["raw_path"].decode("latin-1"))
    return HTMLResponse(_PAGE.format(text=f"Cannot {request.method} {path}"), 404)
