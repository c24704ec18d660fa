"""Calls to SocialAPI: JSON in, JSON out, and a failure from the error table for every refusal."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import anyio

from providers import payload
from providers.protocol import Failure
from providers.retrying import Kind, Try
from providers.socialapi import refusals
from providers.socialapi.records import is_post
from providers.wire import Wire, segment
from schemas.asset import Asset, Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline
from schemas.jsonvalue import JsonObject, is_list, members, text

#: The service takes no larger page (reference socialapi 4.2).
MAX_PAGE = 100
#: How long a look after a write may take, in seconds.
LOOK_SECONDS = 5.0
#: Checks a post and makes nothing, though it is sent one (reference socialapi 4.10).
VALIDATE = "/posts/validate"


class Api:
    """Speaks to SocialAPI through one ``Wire``."""

    def __init__(self, http: Wire, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: dict[str, Any] | None = None,
        leave_by: Deadline | None = None,
        check: Callable[[JsonObject], None] | None = None,
        delivers: bool = False,
    ) -> JsonObject:
        """Send one request, but not after ``leave_by``; again after failures that allow it.

        An answer without a body is an empty object; ``check`` raises a ``Failure`` for one that is not what was wanted.
        What ``delivers`` is answered with its post under 422 as well, when all its targets failed (reference 4.1);
        under that status anything else is refused, whatever the body.

        Raises:
            Failure: refused, or not sent, or (``doubt``) nobody knows.
        """

        async def attempt(this: Try) -> JsonObject:
            answer = await self._http.send(method, path, body=body, query=query, leave_by=leave_by, until=this.until)
            found = refusals.body(answer)
            if answer.status not in _SUCCESS and not (delivers and answer.status == _UNPROCESSABLE and is_post(found)):
                raise refusals.failure(answer, self._http, self._clock)
            if not found and answer.status != _NO_CONTENT:
                raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered without a JSON object.", doubt=True)
            if check:
                check(found)
            return found

        harmless = method == "GET" or path.endswith(_HARMLESS)
        return await self._http.tried(Kind.READ if harmless else Kind.WRITE, attempt, leave_by)

    async def post(
        self, method: str, path: str, *, body: JsonObject | None = None, leave_by: Deadline | None = None
    ) -> JsonObject:
        """Send one request that is answered with a post: 200, 201, 207, or 422 when all its targets failed.

        Raises:
            Failure: as ``call``.
        """
        return await self.call(method, path, body=body, leave_by=leave_by, check=_check_post, delivers=True)

    async def look(self, post_id: str) -> JsonObject | None:
        """Read a post after a write, to see what became of that; ``None``: it cannot be told now.

        Raises:
            Failure: ``not_found``: the post is gone.
        """
        with anyio.move_on_after(LOOK_SECONDS):
            try:
                return await self.post("GET", post_path(post_id))
            except Failure as error:
                if is_gone(error):
                    raise
        return None

    async def put_in(self, asset: Asset, *, seconds: float, progress: Progress) -> JsonObject:
        """Send a file as a form to POST /media/upload; it is never sent again by itself.

        Raises:
            Failure: it is not there, or (``doubt``) nobody knows.
        """
        size, media_type = asset.measures.bytes, asset.measures.media_type
        answer = await self._http.send_file(
            "/media/upload", asset.path, asset.name, media_type, size, seconds=seconds, progress=progress
        )
        if answer.status not in _SUCCESS:
            raise refusals.failure(answer, self._http, self._clock)
        return refusals.body(answer)

    async def put_at(self, url: str, asset: Asset, *, seconds: float, progress: Progress) -> None:
        """Send a file to a link that GET /media/upload-url gave.

        Raises:
            Failure: it did not arrive, or nobody knows.
        """
        size, media_type = asset.measures.bytes, asset.measures.media_type
        await self._http.upload(url, asset.path, media_type, size, seconds=seconds, progress=progress)

    async def accounts(self) -> list[JsonObject]:
        """Read GET /accounts.

        Raises:
            Failure: as ``page``.
        """
        return _listed(await self.call("GET", "/accounts", check=lambda found: _check_list(found, "accounts")))

    async def page(self, query: dict[str, Any]) -> tuple[list[JsonObject], str | None]:
        """Read one page of GET /posts, newest first: the posts, and the cursor of the next page if there is one.

        Raises:
            Failure: as ``call``; an answer without a list is none, and proves nothing.
        """
        given = {name: value for name, value in {"sort": "created_desc", **query}.items() if value}
        found = await self.call("GET", "/posts", query=given, check=lambda found: _check_list(found, "posts"))
        pagination = members(found.get("pagination"))
        cursor = text(pagination.get("next_cursor")) if pagination.get("has_more") is not False else None
        if cursor and len(cursor) > _LONGEST_CURSOR:
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI's cursor is too long to be one.", doubt=True)
        return _listed(found), cursor or None

    def service_time(self) -> datetime:
        """Tell the time by the service's clock."""
        return self._http.service_time()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _check_post(found: JsonObject) -> None:
    if not is_post(found):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered without a post.", doubt=True)


def _check_list(found: JsonObject, what: str) -> None:
    if not is_list(found.get("data")):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"SocialAPI answered without a list of {what}.", doubt=True)


def _listed(found: JsonObject) -> list[JsonObject]:
    return payload.objects(found.get("data"))


@asynccontextmanager
async def within(seconds: float) -> AsyncGenerator[None]:
    """Give up when the time is over; what was under way then may have happened.

    Raises:
        Failure: ``provider_timeout``, in doubt.
    """
    try:
        with anyio.fail_after(seconds):
            yield
    except TimeoutError as error:
        message = f"SocialAPI took longer than {seconds:g} s."
        raise Failure(ErrorCode.PROVIDER_TIMEOUT, message, doubt=True) from error


def is_gone(error: Failure) -> bool:
    """Tell whether a failure proves that a post is not there; any other 404, such as a proxy's, proves nothing."""
    return error.provider_error is not None and error.provider_error.code == "post.not_found"


def post_path(post_id: str, action: str = "") -> str:
    """Write the path of one post, or of an action on it.

    Raises:
        Failure: ``not_found``: no post can have this id.
    """
    return f"/posts/{segment(post_id)}{action}"


# Requests to POST that change nothing, or the same once and for all.
_HARMLESS = (VALIDATE, "/verify")
_SUCCESS, _UNPROCESSABLE, _NO_CONTENT = range(200, 300), 422, 204
_LONGEST_CURSOR = 4_000
