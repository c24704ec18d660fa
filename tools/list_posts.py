"""List posts."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from engine import paging
from engine.call import Call
from engine.desk import Desk
from engine.paging import DEFAULT_LIMIT, Listing, read_cursor
from engine.verdict import refused
from schemas.instant import parse
from schemas.intake import Intake, Reading
from schemas.jsonvalue import JsonObject
from schemas.portable import tool_schema
from schemas.post import Query
from schemas.problem import Problem, ProblemCode
from schemas.request import Arguments
from schemas.result import Result
from schemas.status import Status
from tools.tool import Hints, Tool, unknown_provider


class ListPosts(Arguments):
    """The arguments of list_posts."""

    status: Status | None = Field(None, description="Only posts that stand so.")
    since: str | None = Field(None, description="Created at or after: ISO 8601 with offset.")
    until: str | None = Field(None, description="Created at or before.")
    account: str | None = Field(None, description="Only posts on this account id.")
    platform: str | None = Field(None, description="Only posts on this platform.")
    provider: str | None = Field(None, description="Only this provider's.")
    limit: int | None = Field(None, ge=1, le=100, description="Default 20.")
    cursor: str | None = Field(None, description="next_cursor of the page before.")
    response_format: Literal["concise", "detailed"] | None = Field(None, description="Default concise.")


async def list_posts(desk: Desk, reading: Reading[ListPosts], call: Call) -> Result:
    """List posts of all providers, newest first, with counts by status."""
    request = reading.request
    if request is None:
        return refused(reading.problems)
    since, until = _moment(request.since, "since"), _moment(request.until, "until")
    cursor = read_cursor(request.cursor) if request.cursor else {}
    provider = request.provider or (request.account.partition(":")[0] if request.account else None)
    problems = [*reading.problems, *unknown_provider(desk, provider, "/provider" if request.provider else "/account")]
    problems += [bound for bound in (since, until) if isinstance(bound, Problem)]
    if cursor is None:
        problems.append(
            _bad("/cursor", "not a cursor of list_posts", "Pass next_cursor as it was given, or leave it out.")
        )
    if problems or isinstance(since, Problem) or isinstance(until, Problem):
        return refused(problems)
    query = Query(limit=request.limit or DEFAULT_LIMIT, status=request.status, since=since, until=until)
    return await paging.list_posts(desk, _listing(request, query, provider, cursor or {}))


def _listing(request: ListPosts, query: Query, provider: str | None, cursor: JsonObject) -> Listing:
    return Listing(
        query=query,
        provider=provider,
        cursor=cursor,
        concise=request.response_format != "detailed",
        platform=request.platform,
        account=request.account,
    )


def _moment(text: str | None, field: str) -> datetime | Problem | None:
    if text is None:
        return None
    fix = "Write ISO 8601 with offset, such as 2026-12-01T00:00:00Z."
    return parse(text) or _bad(f"/{field}", f"{field} is not an ISO 8601 time with offset", fix)


def _bad(path: str, message: str, fix: str) -> Problem:
    return Problem(path=path, code=ProblemCode.BAD_FORMAT, message=message, fix=fix)


TOOL = Tool(
    name="list_posts",
    title="List posts",
    description="Posts, newest first, with filters and counts by status. More pages with cursor.",
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    reader=lambda _: Intake(ListPosts, tool_schema(ListPosts)),
    run=list_posts,
    at_hand=True,
)
