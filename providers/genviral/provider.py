"""Genviral as a provider: create, list, read, accounts, over its Partner API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from providers import lost, payload
from providers.errors import doubtful
from providers.genviral import records
from providers.genviral.errors import TABLE
from providers.genviral.rules import RULES
from providers.protocol import Failure
from providers.retrying import Kind, Try
from providers.wire import Answer, Wire, retry_after, segment
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock, wire
from schemas.jsonvalue import JsonObject, is_list, items, members, text
from schemas.post import Absent, Order, Page, Post, Query, Receipt, Warn
from schemas.result import ProviderError
from schemas.rule import RuleSet

#: The service clamps a larger page (seed 003).
MAX_PAGE = 100
#: A post for now is not sent for the first time later than this after it was wanted.
MAX_LATENESS = timedelta(hours=1)
# The longest lead that a generation of the rules demands of a time (reference genviral 8).
_LEAD = timedelta(minutes=3)
_SEARCHED = 5


class Genviral:
    """Speaks to Genviral through one ``Wire``; ``poll_seconds`` follows the service's guidance (reference 14)."""

    def __init__(self, http: Wire, clock: Clock, *, rules: RuleSet = RULES, poll_seconds: float = 30.0) -> None:
        self._http = http
        self._clock = clock
        self._rules = rules
        self._poll_seconds = poll_seconds

    exact = True

    @property
    def name(self) -> str:
        """``genviral``."""
        return records.NAME

    @property
    def rules(self) -> RuleSet:
        """The generation that was chosen; without a choice ``v1``, the seeds."""
        return self._rules

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks at one post."""
        return self._poll_seconds

    async def accounts(self) -> list[Account]:
        """Read GET /accounts."""
        data = await self._read("/accounts", check=lambda data: _check_list(data, "accounts"))
        found = [records.account(record) for record in payload.objects(data.get("accounts"))]
        return [account for account in found if account.native_id]

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Say nothing: the service offers no check."""
        return ()

    async def create(self, order: Order) -> Receipt:
        """Send POST /posts; ``order.key`` goes as ``external_id``, under which Genviral answers repeats with 200."""
        body, leave_by = records.order_body(order), order.leave_by

        async def attempt(this: Try) -> Receipt:
            answer = await self._http.send("POST", "/posts", body=body, leave_by=leave_by, until=this.until)
            # After a doubt of this very call the post that is there is the one that this call made.
            made = records.receipt(self._data(answer), replayed=answer.status == _REPLAY and not this.doubted)
            if not made.id:
                raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral accepted the post but named no id.", doubt=True)
            return made

        return await self._http.tried(Kind.KEYED, attempt, leave_by)

    async def settle(self, order: Order) -> Receipt | Absent:
        """Send the same order again: under the same ``external_id`` it is made at most once (seed 000).

        Only a refusal of the body's shape proves that the first request was refused as well; any other may come from
        what has changed since, and then the list is searched. So it is when the moment that was meant has passed.
        """
        if self._in_time(order):
            try:
                return await self.create(order)
            except Failure as error:
                if error.doubt or error.code is ErrorCode.PROVIDER_UNREACHABLE:
                    raise
                if error.code is ErrorCode.INVALID_PAYLOAD:
                    return Absent(certain=True)
        return await self._search(order)

    async def post(self, post_id: str) -> Post:
        """Read GET /posts/{id}."""
        return records.post(await self._read(f"/posts/{segment(post_id)}", check=_check_post))

    async def posts(self, query: Query) -> Page:
        """Read GET /posts, newest first.

        The service has no cursor: a page starts at the oldest creation time seen, less the posts already shown.
        Nor does it filter by account: a page may hold fewer posts than were asked for and still have a next one.
        """
        words = records.FILTERS.get(query.status, ()) if query.status else (None,)
        pages = [await self._page(query, word) for word in words]
        found = sorted((post for page, _, _ in pages for post in page), key=_newest_first, reverse=True)
        summary = members(pages[0][1].get("summary")) if pages else {}
        looked_at = found[: query.limit]
        more = len(found) > query.limit or any(full for _, _, full in pages)
        wanted = [index for index, post in enumerate(looked_at) if _wanted(post, query)]
        return Page(
            tuple(looked_at[index] for index in wanted),
            tuple(_position(looked_at[: index + 1], query) for index in wanted),
            _position(looked_at, query) if more and looked_at else None,
            _counts(summary),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _in_time(self, order: Order) -> bool:
        """Tell whether sending an order now would still do what was meant when it was opened."""
        now = self._clock()
        if order.scheduled_at:
            return now < order.scheduled_at - _LEAD
        return order.opened_at is None or now - order.opened_at < MAX_LATENESS

    async def _search(self, order: Order) -> Receipt | Absent:
        earliest = lost.since(order, self._clock(), self._http.service_time())
        query = Query(MAX_PAGE, accounts=frozenset(account.id for account in order.accounts))
        for _ in range(_SEARCHED):
            page = await self.posts(query)
            found = lost.candidates(order, page.posts, earliest)
            if found:
                return lost.found_again(found[0])
            if page.position is None:
                break
            query = replace(query, position=page.position)
        return Absent()

    async def _page(self, query: Query, word: str | None) -> tuple[list[Post], JsonObject, bool]:
        """Read one page: posts not shown before, the whole data, and whether the page was full."""
        position = query.position or {}
        until = position.get("until") or (wire(query.until) if query.until else None)
        asked: dict[str, Any] = {
            "status": word,
            "since": wire(query.since) if query.since else None,
            "until": until,
            "limit": _asked(query),
        }
        given = {name: value for name, value in asked.items() if value is not None}
        data = await self._read("/posts", given, check=lambda data: _check_list(data, "posts"))
        found = [records.post(record) for record in payload.objects(data.get("posts"))]
        fresh = [post for post in found if post.id not in items(position.get("seen"))]
        return fresh, data, len(found) >= _asked(query)

    async def _read(
        self, path: str, query: dict[str, Any] | None = None, *, check: Callable[[JsonObject], None]
    ) -> JsonObject:
        """Read one path; ``check`` raises a ``Failure`` for data that are not what was asked for."""

        async def attempt(this: Try) -> JsonObject:
            data = self._data(await self._http.send("GET", path, query=query, until=this.until))
            check(data)
            return data

        return await self._http.tried(Kind.READ, attempt)

    def _data(self, answer: Answer) -> JsonObject:
        """Open the envelope, or raise what the error table says of it."""
        envelope = payload.read(answer.body) or {}
        if answer.status in _SUCCESS and envelope.get("ok") is True:
            return members(envelope.get("data"))
        raise self._failure(answer, envelope)

    def _failure(self, answer: Answer, envelope: JsonObject) -> Failure:
        code = text(envelope.get("error_code"))
        # Every answer of the service is an envelope (reference genviral 2): one that is none came from elsewhere.
        silent = f"HTTP {answer.status} without {'a message' if envelope else 'an envelope'}"
        message = self._http.redact(text(envelope.get("message")) or silent)
        row, asked = TABLE.find(answer.status, code, message), retry_after(answer.headers, self._clock)
        return Failure(
            row.code,
            f"Genviral: {message}",
            doubt=doubtful(row, answer.status, asked),
            provider_error=ProviderError(
                http_status=answer.status,
                code=self._http.redact(code, 80) if code else None,
                message=message,
                request_id=self._http.redact(answer.headers.get("x-request-id", ""), 80) or None,
            ),
            problems=records.problems(envelope.get("issues")),
            after_seconds=asked,
            advice=row.advice,
        )


def _check_list(data: JsonObject, name: str) -> None:
    """Hold that an answer has a list; one without it is none, and proves nothing."""
    if not is_list(data.get(name)):
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"Genviral answered without a list of {name}.", doubt=True)


def _check_post(data: JsonObject) -> None:
    if not records.post(data).id:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Genviral answered without a post.", doubt=True)


def _asked(query: Query) -> int:
    seen = len(items((query.position or {}).get("seen")))
    return min(MAX_PAGE, query.limit + seen)


def _wanted(post: Post, query: Query) -> bool:
    return query.accounts is None or any(delivery.account in query.accounts for delivery in post.deliveries)


def _newest_first(post: Post) -> tuple[float, str]:
    return (post.created_at.timestamp() if post.created_at else 0.0, post.id)


def _position(shown: list[Post], query: Query) -> JsonObject:
    """Where a page starts that goes on after these: their oldest time, less those of it that were shown."""
    until, before = _exact(shown[-1].created_at), query.position or {}
    seen = items(before.get("seen")) if before.get("until") == until else []
    return {"until": until, "seen": [*seen, *(post.id for post in shown if _exact(post.created_at) == until)]}


def _exact(moment: datetime | None) -> str:
    """Write a time to the millisecond, which is as fine as the service tells it."""
    return "" if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _counts(summary: JsonObject) -> dict[str, int]:
    """Sum the service's buckets under our words (seed 003: a missing bucket means none)."""
    counts: dict[str, int] = {}
    for word, number in members(summary.get("by_status")).items():
        if isinstance(number, int) and number > 0:
            status = records.STATUSES.get(word)
            name = status.value if status else "other"
            counts[name] = counts.get(name, 0) + number
    return counts


_REPLAY, _SUCCESS = 200, range(200, 300)
