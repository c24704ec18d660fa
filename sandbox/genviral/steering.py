"""The controls that only this stand-in has: what it recorded, and which deliveries fail."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.controls import ControlError, read_object
from sandbox.genviral.service import Service
from sandbox.interceptor import CONTROLS
from sandbox.jsonvalue import JsonObject, reply


@dataclass(frozen=True, slots=True)
class Steering:
    """The controls over one service's posts and deliveries."""

    service: Service

    def routes(self) -> list[Route]:
        """List the routes, for the application to serve."""
        return [
            Route(f"{CONTROLS}/posts", self._show_posts, methods=["GET"]),
            Route(f"{CONTROLS}/posts", self._mark_posts, methods=["POST"]),
            Route(f"{CONTROLS}/delivery", self._show_delivery, methods=["GET"]),
            Route(f"{CONTROLS}/delivery", self._steer_delivery, methods=["POST"]),
        ]

    async def _show_posts(self, request: Request) -> Response:
        self.service.worker.catch_up()
        return reply({"posts": self.service.posts.records()})

    async def _mark_posts(self, request: Request) -> Response:
        """Give posts a status that only the dashboard can: no call of the API makes a draft or cancels."""
        wishes: JsonObject = await read_object(request)
        self.service.worker.catch_up()
        for post_id, wish in wishes.items():
            post = self.service.posts.find(post_id)
            match wish:
                case {"status": "draft" | "canceled" as status, **rest} if not rest and post is not None:
                    post.mark(status)
                    post.due = None
                case _:
                    raise ControlError(f'{post_id}: a post and {{"status": "draft"}} or {{"status": "canceled"}}.')
        return await self._show_posts(request)

    async def _show_delivery(self, request: Request) -> Response:
        return reply({account: {"fail": message} for account, message in self.service.worker.failures.items()})

    async def _steer_delivery(self, request: Request) -> Response:
        """Change what happens from now on; what is due already happens as it was to."""
        wishes: dict[str, str | None] = {}
        for account_id, wish in (await read_object(request)).items():
            match wish:
                case {"fail": str() | None as message, **rest} if not rest and account_id in self.service.accounts:
                    wishes[account_id.lower()] = message
                case _:
                    raise ControlError(f'{account_id}: an account and {{"fail": "message"}} or {{"fail": null}}.')
        self.service.worker.catch_up()
        for account_id, message in wishes.items():
            if message is None:
                self.service.worker.failures.pop(account_id, None)
            else:
                self.service.worker.failures[account_id] = message
        return await self._show_delivery(request)
