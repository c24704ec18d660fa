"""Find out what became of an order whose answer was lost: SocialAPI keeps no key of ours, so content must do."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unicodedata import normalize

from providers.protocol import Failure
from providers.socialapi import records
from providers.socialapi.api import MAX_PAGE, Api, post_path
from schemas.errors import ErrorCode
from schemas.instant import Clock, parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Order

#: How far the service's clock may be behind ours.
SKEW = timedelta(minutes=10)
#: Where nobody knows when an order was sent, an older post than this may be another one of the same content.
DOUBTFUL_AGE = timedelta(hours=24)
#: So many looks, so far apart, prove that a request did not arrive late (reference engine 2.6).
LOOKS = 3
PAUSE = timedelta(seconds=60)
#: How many pages are looked through.
PAGES = 10
#: Of how many posts is remembered which order they came of.
REMEMBERED = 1_000


@dataclass(slots=True)
class Attempt:
    """What this process knows of one order: when it sent it (``None``: another did), its post, the looks so far."""

    begun: datetime | None = None
    post_id: str | None = None
    looks: list[datetime] = field(default_factory=list[datetime])

    def precedes(self, record: JsonObject) -> bool:
        """Tell whether a post may have come of this order, as far as its age goes."""
        created_at = _created(record)
        return self.begun is None or created_at is None or created_at >= self.begun - SKEW


class Search:
    """Remembers the orders under way by their keys, and looks for their posts."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._attempts: dict[str, Attempt] = {}
        self._came_of: dict[str, str] = {}

    def begin(self, order: Order) -> Attempt:
        """Note that an order is sent now."""
        attempt = self._attempts[order.key] = Attempt(self._clock())
        return attempt

    def end(self, order: Order, post_id: str | None) -> None:
        """Note what an order came to, so that no other order is told the same post."""
        self._attempts.pop(order.key, None)
        if post_id:
            self._came_of[post_id] = order.key
        if len(self._came_of) > REMEMBERED:
            del self._came_of[next(iter(self._came_of))]

    async def find(self, order: Order) -> JsonObject | None:
        """Find the post that came of an order; ``None``: it is certain that nothing went out.

        A post for now goes out by a second request, which is made only once the first was answered: its draft is
        there, or nothing went out. A draft or a schedule is one request, which may arrive late.

        Raises:
            Failure: it cannot be told yet.
        """
        attempt = self._attempts.setdefault(order.key, Attempt())
        if attempt.post_id:
            return await self._known(attempt.post_id)
        found = await self._alike(order, attempt)
        if found is None and (order.draft or order.scheduled_at):
            self._count_look(attempt)
        return found

    async def _known(self, post_id: str) -> JsonObject | None:
        try:
            return await self._api.post("GET", post_path(post_id))
        except Failure as error:
            # Any other 404, such as a proxy's, proves nothing.
            if error.provider_error and error.provider_error.code == "post.not_found":
                return None
            raise

    async def _alike(self, order: Order, attempt: Attempt) -> JsonObject | None:
        """Look for the newest post of the same content that is not older than the order."""
        accounts, cursor = ",".join(account.native_id for account in order.accounts), None
        for _ in range(PAGES):
            page, cursor = await self._api.page({"account_ids": accounts, "limit": MAX_PAGE, "cursor": cursor})
            young = [record for record in page if attempt.precedes(record)]
            for record in young:
                whose = self._came_of.get(text(record.get("id")) or "", order.key)
                if whose == order.key and _same(order, record):
                    return self._believed(record, attempt)
            if cursor is None or len(young) < len(page):
                return None
        raise _doubt("SocialAPI has too many posts to look through them all.")

    def _believed(self, record: JsonObject, attempt: Attempt) -> JsonObject:
        created_at = _created(record)
        if attempt.begun is None and (created_at is None or created_at < self._clock() - DOUBTFUL_AGE):
            when = wire(created_at) if created_at else "unknown age"
            raise _doubt(f"SocialAPI has such a post of {when}; whether this call made it cannot be told.")
        return record

    def _count_look(self, attempt: Attempt) -> None:
        now = self._clock()
        if not attempt.looks or now - attempt.looks[-1] >= PAUSE:
            attempt.looks.append(now)
        rest = LOOKS - len(attempt.looks)
        if rest > 0:
            message = f"SocialAPI does not show the post. Looks that are still needed, a minute apart: {rest}."
            raise _doubt(message, PAUSE.total_seconds())


def _same(order: Order, record: JsonObject) -> bool:
    """Tell whether a post has the order's text, accounts, media and time."""
    accounts = {text(members(entry).get("account_id")) for entry in items(record.get("targets"))}
    links = [item["source"] for item in records.media_items(order.media)]
    return (
        _canonical(text(record.get("text")) or "") == _canonical(order.caption)
        and accounts == {account.native_id for account in order.accounts}
        and ("media" not in record or records.sources(record) == links)
        and _same_time(order, record)
    )


def _same_time(order: Order, record: JsonObject) -> bool:
    if order.draft:
        return record.get("status") == "draft"
    if order.scheduled_at is None:
        return record.get("status") != "scheduled"
    scheduled_at = parse(text(record.get("scheduled_at")) or "")
    return scheduled_at is not None and wire(scheduled_at) == wire(order.scheduled_at)


def _canonical(words: str) -> str:
    return normalize("NFC", words.replace("\r\n", "\n")).strip()


def _created(record: JsonObject) -> datetime | None:
    return parse(text(record.get("created_at")) or "")


def _doubt(message: str, after_seconds: float | None = None) -> Failure:
    return Failure(ErrorCode.OUTCOME_UNKNOWN, message, doubt=True, after_seconds=after_seconds)
