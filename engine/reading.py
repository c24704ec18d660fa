"""check_status and list_posts: what became of posts, told the same way for every provider."""

import base64
import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import anyio
import structlog

from engine import approving, telling
from engine.desk import Desk
from engine.finding import Named, identify
from engine.held import Held, HeldState
from engine.intent import Intent, State
from engine.settling import settle, stored
from engine.verdict import look, read_failed
from engine.waiting import told, waiting
from providers.protocol import Failure, Provider
from schemas.asset import Progress
from schemas.errors import ErrorCode, Outcome
from schemas.instant import wire
from schemas.jsonvalue import JsonObject, members
from schemas.post import Page, Post, Query
from schemas.result import Result, failure
from schemas.status import Status
from schemas.untrusted import clean

log = structlog.get_logger(__name__)

#: Seconds between two progress notifications.
_BEAT = 5.0


async def check_status(desk: Desk, post_id: str, wait_seconds: float, progress: Progress) -> Result:
    """Look at one post or open case; with ``wait_seconds`` wait for it to end, as long as that makes sense."""
    deadline = anyio.current_time() + wait_seconds
    started = anyio.current_time()
    while True:
        result = await _look(desk, post_id)
        rest = deadline - anyio.current_time()
        pause = _pause(result, rest)
        if pause is None:
            return result
        await _wait(pause, started, wait_seconds, result.message, progress)


def _pause(result: Result, rest: float) -> float | None:
    """Seconds until another look makes sense, or ``None``: it ended, failed, or will not move in time."""
    if rest <= 0:
        return None
    if not result.ok:
        # A case that is still open goes on being looked into; its next look may come after this wait.
        after = result.retry.after_seconds if result.retry and result.error_code in _OPEN else None
        return min(after, rest) if after else None
    due = (result.data or {}).get("poll_after_seconds")
    if due is None:
        return None
    return min(float(due), rest) if due <= rest or (result.data or {})["status"] != Status.SCHEDULED else None


async def _wait(pause: float, started: float, total: float, message: str, progress: Progress) -> None:
    until = anyio.current_time() + pause
    while (rest := until - anyio.current_time()) > 0:
        await progress(anyio.current_time() - started, total, message)
        await anyio.sleep(min(_BEAT, rest))


async def _look(desk: Desk, post_id: str) -> Result:
    named = await identify(desk, post_id)
    if isinstance(named, Named):
        return await _post(desk, named.provider, named.native)
    if isinstance(named, Held):
        return await _approved(desk, named)
    return await _case(desk, named) if isinstance(named, Intent) else named


async def _approved(desk: Desk, held: Held) -> Result:
    """Tell how a held action stands; once it is done, the post that came of it."""
    if held.made is None or held.tool == "delete_post" or held.state is not HeldState.APPROVED:
        return approving.stands(desk, held)
    result = await _look(desk, held.made)
    return result.model_copy(update={"message": f"Approved ({held.id}). {result.message}"})


async def _case(desk: Desk, intent: Intent) -> Result:
    """Tell how an intent of the journal stands, settling it if nobody knows yet."""
    if intent.state is State.UNKNOWN:
        return await settle(desk, intent, None)
    if intent.state is State.SENDING:
        return failure(
            ErrorCode.IN_PROGRESS,
            "The post is being sent at this moment.",
            outcome=Outcome.UNKNOWN,
            provider=intent.provider,
            next_calls=[look(intent.id, "Look again in a few seconds.")],
        )
    message = "The service refused this post; nothing was created."
    gone = failure(ErrorCode.REJECTED, message, outcome=Outcome.REJECTED, provider=intent.provider)
    return stored(desk, intent, None) or gone


async def _post(desk: Desk, provider: Provider, native: str) -> Result:
    try:
        post = await provider.post(native)
        await desk.directory.accounts(provider.name)
    except Failure as error:
        return read_failed(error, provider.name)
    data = telling.status(desk, post, provider.name)
    return Result(ok=True, code=200, message=_summary(desk, post), provider=provider.name, data=data)


def _summary(desk: Desk, post: Post) -> str:
    parts = [f"{desk.directory.name(sent.account)}: {sent.status.value}" for sent in post.deliveries]
    return f"{post.status.value.capitalize()}. {'; '.join(parts)}."


@dataclass(frozen=True, slots=True)
class Listing:
    """What list_posts was asked for, checked. ``concise`` leaves all but the essentials out."""

    query: Query
    provider: str | None
    cursor: JsonObject
    concise: bool
    platform: str | None = None
    account: str | None = None


async def list_posts(desk: Desk, wanted: Listing) -> Result:
    """List posts of all providers, newest first; one that cannot be asked is a warning, not a failure."""
    names = [wanted.provider] if wanted.provider else list(desk.providers)
    pages, failures = await _pages(desk, wanted, [name for name in names if not wanted.cursor or name in wanted.cursor])
    if failures and not pages:
        name, error = next(iter(failures.items()))
        return read_failed(error, name)
    rows = [_Row(name, post, place) for name, page in pages.items() for place, post in enumerate(page.posts)]
    rows.sort(key=_created, reverse=True)
    held = [] if wanted.cursor else await _waiting(desk, wanted)
    shown = rows[: wanted.query.limit - len(held)]
    tell = _concise if wanted.concise else _detailed
    data: JsonObject = {"posts": [*held, *(tell(desk, one.post, one.provider) for one in shown)]}
    positions = _positions(pages, shown, wanted.cursor)
    # A provider that did not answer goes on where it stood, so that the next page has what this one lacks.
    positions |= {name: wanted.cursor.get(name, {}) for name in failures if positions}
    if positions:
        data["next_cursor"] = _write_cursor(positions)
    counts = sum((Counter(page.summary) for page in pages.values()), Counter(entry["status"] for entry in held))
    data["summary"] = dict(counts)
    if failures:
        data["warnings"] = [{"provider": name, "message": error.message} for name, error in failures.items()]
    more = "; more with cursor" if positions else ""
    return Result(ok=True, code=200, message=telling.counted(len(data["posts"]), "post", more), data=data)


async def _waiting(desk: Desk, wanted: Listing) -> list[JsonObject]:
    """What awaits approval comes first, on the first page alone."""
    found = await waiting(
        desk, wanted.query, provider=wanted.provider, account=wanted.account, platform=wanted.platform
    )
    return [told(desk, held, _CAPTION if wanted.concise else _WHOLE_CAPTION) for held in found]


@dataclass(frozen=True, slots=True)
class _Row:
    provider: str
    post: Post
    place: int


async def _pages(desk: Desk, wanted: Listing, names: list[str]) -> tuple[dict[str, Page], dict[str, Failure]]:
    pages: dict[str, Page] = {}
    failures: dict[str, Failure] = {}
    for name in names:
        try:
            pages[name] = await _page(desk, desk.providers[name], wanted)
        except Failure as error:
            failures[name] = error
    return pages, failures


def _positions(pages: dict[str, Page], shown: list[_Row], before: JsonObject) -> JsonObject:
    """Where each provider goes on: after the last post of its that was shown; none when all are at their end."""
    positions: JsonObject = {}
    rest = False
    for name, page in pages.items():
        used = sum(row.provider == name for row in shown)
        complete = used == len(page.posts)
        rest = rest or not complete or page.position is not None
        if complete and page.position is None:
            continue
        positions[name] = page.position if complete else page.positions[used - 1] if used else before.get(name, {})
    return positions if rest else {}


async def _page(desk: Desk, provider: Provider, wanted: Listing) -> Page:
    """Read pages until the limit is filled: a provider that cannot filter by account may answer short ones."""
    accounts = await desk.directory.accounts(provider.name)
    ids = None
    if wanted.account or wanted.platform:
        ids = frozenset(
            account.id
            for account in accounts
            if wanted.account in (None, account.id) and wanted.platform in (None, account.platform)
        )
    query = replace(wanted.query, accounts=ids, position=wanted.cursor.get(provider.name) or None)
    page = await provider.posts(query)
    posts, positions = page.posts, page.positions
    for _ in range(_MORE_PAGES):
        if page.position is None or len(posts) >= query.limit:
            break
        page = await provider.posts(replace(query, limit=query.limit - len(posts), position=page.position))
        posts, positions = posts + page.posts, positions + page.positions
    return replace(page, posts=posts, positions=positions)


def _created(row: _Row) -> float:
    """When a post was made. Of posts of one moment each provider's order stays: its next page goes on after a place."""
    created_at = row.post.created_at
    return created_at.timestamp() if created_at else 0.0


def _concise(desk: Desk, post: Post, provider: str) -> JsonObject:
    """Id, status, time, accounts and the first 60 characters (design section 14)."""
    moment = post.scheduled_at or post.created_at
    return {
        "id": f"{provider}:{post.id}",
        "status": post.status.value,
        **({"at": wire(moment)} if moment else {}),
        "accounts": [desk.directory.name(sent.account) for sent in post.deliveries],
        "caption": clean(post.caption, _CAPTION),
    }


def _detailed(desk: Desk, post: Post, provider: str) -> JsonObject:
    data: dict[str, Any] = telling.status(desk, post, provider)
    created = {"created_at": wire(post.created_at)} if post.created_at else {}
    return {
        **data,
        **created,
        "caption": clean(post.caption, _WHOLE_CAPTION),
        **({"media": post.media} if post.media else {}),
    }


def read_cursor(text: str) -> JsonObject | None:
    """Open a cursor; ``None`` when it is not one of ours."""
    try:
        return members(json.loads(base64.urlsafe_b64decode(text.encode()))) or None
    except (ValueError, RecursionError):
        return None


def _write_cursor(positions: dict[str, JsonObject]) -> str:
    return base64.urlsafe_b64encode(json.dumps(positions, separators=(",", ":")).encode()).decode()


#: What an open case is told as.
_OPEN = (ErrorCode.OUTCOME_UNKNOWN, ErrorCode.IN_PROGRESS)
#: The longest caption of any platform has 63,206 characters (reference socialapi 11).
_CAPTION, _WHOLE_CAPTION = 60, 70_000
_MORE_PAGES = 4
