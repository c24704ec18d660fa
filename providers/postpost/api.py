"""One call to PostPost: the object of a success, or the ``Failure`` that the error table makes of anything else."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from providers import payload
from providers.errors import doubtful
from providers.postpost import records
from providers.postpost.errors import TABLE
from providers.postpost.limits import remedy
from providers.protocol import Failure
from providers.retrying import Kind, Try
from providers.wire import Answer, Wire, retry_after
from schemas.account import Account
from schemas.asset import Progress
from schemas.errors import ErrorCode
from schemas.instant import Clock, Deadline
from schemas.jsonvalue import JsonObject, is_list, text
from schemas.result import ProviderError


class Api:
    """Speaks JSON over one ``Wire``."""

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
        accounts: tuple[Account, ...] = (),
        fixed: bool = False,
        leave_by: Deadline | None = None,
        check: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """Make one call, but not after ``leave_by``; again after failures that allow it.

        ``accounts`` are those of the post that it is about, for limits to name them; ``fixed``: it cannot be given
        others. ``check`` raises a ``Failure`` for an answer that is not what was asked for.

        Raises:
            Failure: not sent, refused, or (``doubt``) nobody knows.
        """

        async def attempt(this: Try) -> JsonObject:
            answer = await self._http.send(method, path, body=body, query=query, leave_by=leave_by, until=this.until)
            found = payload.read(answer.body)
            if answer.status in _GOOD and found is not None and _succeeded(method, found):
                if check:
                    check(found)
                return found
            raise self._failure(answer, found, accounts, fixed=fixed)

        return await self._http.tried(Kind.READ if method == "GET" else Kind.WRITE, attempt, leave_by)

    async def listing(self, path: str, name: str, query: dict[str, Any] | None = None) -> JsonObject:
        """Read an answer that has a list of this name.

        Raises:
            Failure: as ``call``, or there is none in it: then it is no answer, and proves nothing.
        """
        return await self.call("GET", path, query=query, check=lambda found: _check_list(found, name))

    async def group(self, post_id: str) -> JsonObject:
        """Read one group of posts.

        Raises:
            Failure: as ``listing`` and ``group_path``.
        """
        return await self.listing(group_path("get-post", post_id), "posts")

    async def put(
        self, url: str, path: str, media_type: str, size: int, *, seconds: float, progress: Progress | None = None
    ) -> None:
        """Bring a file of ``size`` bytes to a link that ``get-upload-url`` gave.

        Raises:
            Failure: they did not arrive, or nobody knows; either way nothing was published.
        """
        await self._http.upload(url, path, media_type, size, seconds=seconds, progress=progress)

    def service_time(self) -> datetime:
        """Tell the time by the service's clock."""
        return self._http.service_time()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _failure(
        self, answer: Answer, body: JsonObject | None, accounts: tuple[Account, ...], *, fixed: bool
    ) -> Failure:
        found = body or {}
        code, message = text(found.get("code")), self._http.redact(_words(answer, body))
        row = TABLE.find(answer.status, code, message)
        help_, asked = remedy(found, accounts, self._clock(), fixed=fixed), retry_after(answer.headers, self._clock)
        return Failure(
            help_.code or row.code,
            f"PostPost: {message}",
            doubt=doubtful(row, answer.status, asked),
            provider_error=ProviderError(
                http_status=answer.status,
                code=self._http.redact(code, 80) if code else None,
                message=message,
                request_id=self._http.redact(answer.headers.get("x-request-id", ""), 80) or None,
            ),
            problems=help_.problems or records.problems(found),
            after_seconds=asked or help_.after_seconds,
            not_before=help_.not_before,
            advice=None if help_.code else help_.advice or row.advice,
        )


def group_path(verb: str, post_id: str) -> str:
    """Write the path of a group of posts, whose id is one: of any other the service says 500 (reference postpost 5).

    Raises:
        Failure: ``not_found``: it is none, and nothing was asked.
    """
    if records.GROUP_ID.fullmatch(post_id) is None:
        message = "Ids of PostPost's posts have 24 characters out of 0-9 and a-f."
        raise Failure(ErrorCode.NOT_FOUND, message)
    return f"/{verb}/{post_id}"


def _succeeded(method: str, found: JsonObject) -> bool:
    """Tell a success: a change must say so itself, since its answer has nothing else by which to know one."""
    said = found.get("success")
    return said is True or (said is not False and method not in _CHANGES)


def _check_list(answer: JsonObject, name: str) -> None:
    if not is_list(answer.get(name)):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"PostPost answered without a list of {name}.", doubt=True)


def _words(answer: Answer, body: JsonObject | None) -> str:
    """Say what the service said, in either of its shapes or both; of a page, its text."""
    if body is None:
        page = _TAG.sub(" ", answer.body[:_PAGE].decode("utf-8", "replace"))
        return f"not JSON: {' '.join(page.split())[:_SHORT]}" if page.strip() else f"HTTP {answer.status}, no JSON"
    said = [text(body.get(name)) for name in ("error", "message")]
    words = list(dict.fromkeys(word for word in said if word))
    return ": ".join(words) or text(body.get("code")) or f"HTTP {answer.status} without a message"


_TAG = re.compile(r"<(style|script|title)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PAGE, _SHORT = 10_000, 200
_CHANGES = ("PUT", "DELETE")
_GOOD = (200, 201)
