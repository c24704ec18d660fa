"""The controls that only this stand-in has: what it recorded, its plan, its tokens, and which deliveries fail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.controls import ControlError, read_object
from sandbox.interceptor import CONTROLS
from sandbox.jsonvalue import JsonObject, is_object, reply
from sandbox.postpost.javascript import stamp
from sandbox.postpost.plans import FIELDS, changed
from sandbox.postpost.seeds import token_end
from sandbox.postpost.service import Service

#: A field of a steered error -> does a value fit?
ERROR_FIELDS: dict[str, Callable[[Any], bool]] = {
    "code": lambda value: isinstance(value, str) and value != "",
    "message": lambda value: isinstance(value, str),
    "platformStatusCode": lambda value: value is None or type(value) is int,
    "platformError": lambda value: isinstance(value, str | None),
    "retryable": lambda value: isinstance(value, bool),
}


@dataclass(frozen=True, slots=True)
class Steering:
    """The controls over one service's posts, deliveries, tokens and plan."""

    service: Service

    def routes(self) -> list[Route]:
        """List the routes, for the application to serve."""
        return [
            Route(f"{CONTROLS}/posts", self._show_posts, methods=["GET"]),
            Route(f"{CONTROLS}/media", self._show_media, methods=["GET"]),
            Route(f"{CONTROLS}/delivery", self._show_delivery, methods=["GET"]),
            Route(f"{CONTROLS}/delivery", self._steer_delivery, methods=["POST"]),
            Route(f"{CONTROLS}/tokens", self._show_tokens, methods=["GET"]),
            Route(f"{CONTROLS}/tokens", self._end_tokens, methods=["POST"]),
            Route(f"{CONTROLS}/limits", self._show_limits, methods=["GET"]),
            Route(f"{CONTROLS}/limits", self._set_limits, methods=["POST"]),
        ]

    async def _show_posts(self, request: Request) -> Response:
        self.service.worker.catch_up()
        urls = self.service.storage.urls
        return reply({"posts": [group.record(urls(group.id)) for group in self.service.groups.ever()]})

    async def _show_media(self, request: Request) -> Response:
        return reply({"media": self.service.storage.records()})

    async def _show_delivery(self, request: Request) -> Response:
        return reply({platform_id: {"fail": told} for platform_id, told in self.service.delivery.failures.items()})

    async def _steer_delivery(self, request: Request) -> Response:
        """Change what happens from now on; what is due already happens as it was to."""
        wishes = {name: _error(name, wish) for name, wish in (await self._of_connections(request)).items()}
        self.service.worker.catch_up()
        failures = self.service.delivery.failures
        for platform_id, told in wishes.items():
            if told is None:
                failures.pop(platform_id, None)
            else:
                failures[platform_id] = told
        return await self._show_delivery(request)

    async def _show_tokens(self, request: Request) -> Response:
        ends = {one.platform_id: one.expires_at for user in self.service.users for one in user.connections.values()}
        return reply({name: None if end is None else stamp(end) for name, end in ends.items()})

    async def _end_tokens(self, request: Request) -> Response:
        wishes: JsonObject = {}
        for platform_id, wish in (await self._of_connections(request)).items():
            try:
                wishes[platform_id] = token_end(wish)
            except ValueError as error:
                raise ControlError(f"{platform_id}: {error}.") from error
        self.service.worker.catch_up()
        for platform_id, end in wishes.items():
            connection = self.service.users.connection(platform_id)
            if connection is not None:
                connection.expires_at = end
        return await self._show_tokens(request)

    async def _show_limits(self, request: Request) -> Response:
        return reply(self.service.quota.plan.view())

    async def _set_limits(self, request: Request) -> Response:
        changes = await read_object(request, known=frozenset(FIELDS))
        self.service.worker.catch_up()
        try:
            self.service.quota.plan = changed(self.service.quota.plan, changes)
        except ValueError as error:
            raise ControlError(str(error)) from error
        return await self._show_limits(request)

    async def _of_connections(self, request: Request) -> JsonObject:
        body = await read_object(request)
        strangers = [name for name in body if self.service.users.connection(name) is None]
        if strangers:
            raise ControlError(f"Not connected: {', '.join(strangers)}.")
        return body


def _error(platform_id: str, wish: object) -> JsonObject | None:
    """Read ``{"fail": ...}``: an error's text, or its fields, or null for none."""
    told = wish["fail"] if is_object(wish) and wish.keys() == {"fail"} else ...
    if told is None:
        return None
    told = {"code": "UNKNOWN_ERROR", "message": told} if isinstance(told, str) else told
    if is_object(told) and "code" in told and all(_fits(name, value) for name, value in told.items()):
        return told
    raise ControlError(
        f'{platform_id}: {{"fail": null}}, {{"fail": "message"}}, or {{"fail": {{"code": ...}}}} '
        f"with some of {', '.join(ERROR_FIELDS)}."
    )


def _fits(name: str, value: Any) -> bool:
    return name in ERROR_FIELDS and ERROR_FIELDS[name](value)
