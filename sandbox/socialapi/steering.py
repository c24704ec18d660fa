"""The controls that only this stand-in has: what it recorded, how deliveries go, logins, limits."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.controls import ControlError, read_object
from sandbox.interceptor import CONTROLS
from sandbox.jsonvalue import JsonObject, is_array, is_object, reply
from sandbox.socialapi.accounts import Account
from sandbox.socialapi.connections import CONSENT, consent
from sandbox.socialapi.limits import PLANS, Limits
from sandbox.socialapi.posts import when
from sandbox.socialapi.service import Service
from sandbox.socialapi.worker import Behaviour

#: The platform that asks for the customer's own app.
BYOK = "twitter"


def is_seconds(value: object) -> bool:
    """Tell whether a value is a number of seconds, of which a year is enough."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 366 * 86400


def is_count(value: object) -> bool:
    """Tell whether a value is a whole number from 0, or null for none."""
    return value is None or (type(value) is int and value >= 0)


@dataclass(frozen=True, slots=True)
class Steering:
    """The controls over one service."""

    service: Service

    def routes(self) -> list[Route]:
        """List the routes, for the application to serve."""
        return [
            Route(f"{CONTROLS}/posts", self._show_posts, methods=["GET"]),
            Route(f"{CONTROLS}/delivery", self._show_delivery, methods=["GET"]),
            Route(f"{CONTROLS}/delivery", self._steer_delivery, methods=["POST"]),
            Route(f"{CONTROLS}/accounts", self._show_accounts, methods=["GET"]),
            Route(f"{CONTROLS}/accounts", self._steer_accounts, methods=["POST"]),
            Route(f"{CONTROLS}/limits", self._show_limits, methods=["GET"]),
            Route(f"{CONTROLS}/limits", self._steer_limits, methods=["POST"]),
            Route(CONSENT, partial(consent, self.service), methods=["GET"]),
        ]

    async def _show_posts(self, request: Request) -> Response:
        self.service.worker.catch_up()
        return reply({"posts": self.service.posts.records()})

    async def _show_delivery(self, request: Request) -> Response:
        return reply({account: asdict(one) for account, one in self.service.worker.behaviours.items()})

    async def _steer_delivery(self, request: Request) -> Response:
        """Change what happens from now on; what is due already happens as it was to."""
        wishes: dict[str, Behaviour] = {}
        for account_id, wish in (await self._by_account(request, "fail", "message", "seconds")).items():
            texts = all(isinstance(wish.get(name), str | None) for name in ("fail", "message"))
            if not texts or not (wish.get("seconds") is None or is_seconds(wish["seconds"])):
                raise ControlError(f'{account_id}: {{"fail": "a.code", "message": "text", "seconds": number}}.')
            wishes[account_id] = Behaviour(**wish)
        self.service.worker.catch_up()
        for account_id, behaviour in wishes.items():
            self.service.worker.behaviours.pop(account_id, None)
            if behaviour != Behaviour():
                self.service.worker.behaviours[account_id] = behaviour
        return await self._show_delivery(request)

    async def _show_accounts(self, request: Request) -> Response:
        return reply({account.id: _state(account) for account in self.service.accounts})

    async def _steer_accounts(self, request: Request) -> Response:
        """Let logins end, come back, or be without an app of the customer's own."""
        wishes = await self._by_account(request, "token_expires_in", "own_app")
        for account_id, wish in wishes.items():
            expires = wish.get("token_expires_in")
            if not (expires is None or is_seconds(expires)) or not isinstance(wish.get("own_app", True), bool):
                raise ControlError(f'{account_id}: {{"token_expires_in": seconds or null, "own_app": true or false}}.')
            if "own_app" in wish and self.service.accounts.get(account_id).platform != BYOK:
                raise ControlError(f"{account_id}: only accounts of {BYOK} need an app of their own.")
        self.service.worker.catch_up()
        for account_id, wish in wishes.items():
            account = self.service.accounts.get(account_id)
            account.own_app = wish.get("own_app", account.own_app)
            if "token_expires_in" in wish:
                account.reconnect()
                expires = wish["token_expires_in"]
                if expires is not None:
                    account.token_expires_at = self.service.clock.now() + timedelta(seconds=expires)
        return await self._show_accounts(request)

    async def _show_limits(self, request: Request) -> Response:
        limits = self.service.meter.limits
        found = asdict(limits.plan) | {
            "plan": limits.name,
            "posts_used": self.service.meter.posts_used,
            "platforms": None if limits.platforms is None else sorted(limits.platforms),
            "past_due": limits.past_due,
            "requests_per_minute": limits.requests_per_minute,
            "velocity": limits.velocity,
        }
        return reply(found)

    async def _steer_limits(self, request: Request) -> Response:
        """Change the plan, or single limits; what is not named stays, and a plan brings its own numbers."""
        body = await read_object(request, known=frozenset(LIMITS))
        for name, value in body.items():
            fits, form = LIMITS[name]
            if not fits(value):
                raise ControlError(f"{name} is {form}.")
        meter = self.service.meter
        meter.limits = _changed(meter.limits, body)
        if "posts_used" in body:
            meter.start_over(body["posts_used"])
        return await self._show_limits(request)

    async def _by_account(self, request: Request, *known: str) -> dict[str, JsonObject]:
        """Read an object that says something about some accounts."""
        body = await read_object(request)
        for account_id, wish in body.items():
            if account_id not in self.service.accounts:
                raise ControlError(f"{account_id} is not an account.")
            if not is_object(wish) or not wish.keys() <= set(known):
                raise ControlError(f"{account_id}: an object is needed, with some of {', '.join(known)}.")
        return body


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_plan(value: object) -> bool:
    return isinstance(value, str) and value in PLANS


def _are_platforms(value: object) -> bool:
    return value is None or (is_array(value) and all(isinstance(one, str) for one in value))


def _is_used(value: object) -> bool:
    return value is not None and is_count(value)


#: What a POST to limits may say -> whether a value will do, and what it should be.
LIMITS: dict[str, tuple[Any, str]] = {
    "plan": (_is_plan, f"one of {', '.join(PLANS)}"),
    "posts": (is_count, "a whole number, or null"),
    "storage_bytes": (is_count, "a whole number, or null"),
    "brands": (is_count, "a whole number, or null"),
    "posts_used": (_is_used, "a whole number"),
    "platforms": (_are_platforms, "a list of platforms, or null"),
    "past_due": (_is_flag, "true or false"),
    "requests_per_minute": (is_count, "a whole number, or null"),
    "velocity": (_is_flag, "true or false"),
}


def _changed(limits: Limits, body: JsonObject) -> Limits:
    if "plan" in body:
        limits = replace(limits, name=body["plan"], plan=PLANS[body["plan"]])
    numbers = {name: body[name] for name in ("posts", "storage_bytes", "brands") if name in body}
    others = {name: body[name] for name in ("past_due", "requests_per_minute", "velocity") if name in body}
    if "platforms" in body:
        others["platforms"] = None if body["platforms"] is None else frozenset(body["platforms"])
    return replace(limits, plan=replace(limits.plan, **numbers), **others)


def _state(account: Account) -> JsonObject:
    return {
        "status": account.status,
        "token_expires_at": when(account.token_expires_at),
        "own_app": account.own_app,
    }
