"""list_posts: posts of all providers in one list, in pages that go on where the last one ended."""

import base64
import json
from collections import Counter
from dataclasses import dataclass, replace

from engine import telling
from engine.budget import DETAILED, LARGE, USUAL, fitting
from engine.desk import Desk
from engine.verdict import read_failed
from engine.waiting import told, waiting
from providers.protocol import Failure, Provider
from schemas.instant import wire
from schemas.jsonvalue import JsonObject, items, members
from schemas.post import Page, Post, Query
from schemas.result import Result
from schemas.untrusted import clean

#: Posts on a page that names no limit, and characters of a caption that is told in detail.
DEFAULT_LIMIT, LONGEST_CAPTION = 20, 8_000


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
    tell = _concise if wanted.concise else _detailed
    asked = rows[: wanted.query.limit - len(held)]
    entries = [*held, *(tell(desk, one.post, one.provider) for one in asked)]
    fit = fitting(entries, _budget(wanted))
    shown = asked[: max(fit - len(held), 0)]
    data: JsonObject = {"posts": entries[:fit]}
    positions = _positions(pages, shown, wanted.cursor)
    # A provider that did not answer goes on where it stood, so that the next page has what this one lacks.
    positions |= {name: wanted.cursor.get(name, {}) for name in failures if positions}
    if positions:
        data["next_cursor"] = _write_cursor(positions)
    if fit < len(entries):
        data["cut_off"] = _cut_off(entries[fit:], held_back=max(len(held) - fit, 0))
    counts = sum((Counter(page.summary) for page in pages.values()), Counter(entry["status"] for entry in held))
    data["summary"] = dict(counts)
    if failures:
        data["warnings"] = [{"provider": name, "message": error.message} for name, error in failures.items()]
    more = "; more with cursor" if positions else ""
    return Result(ok=True, code=200, message=telling.counted(len(data["posts"]), "post", more), data=data)


def _budget(wanted: Listing) -> int:
    if not wanted.concise:
        return DETAILED
    return USUAL if wanted.query.limit <= DEFAULT_LIMIT else LARGE


def _cut_off(left: list[JsonObject], *, held_back: int) -> str:
    """Say how much of the page was too long to show, and how to see it."""
    way = f"{len(left)} more would be too long for one answer: go on with next_cursor."
    if held_back:
        return f"{way} {held_back} of them await approval: list_posts with status awaiting_approval and an account."
    return way


async def _waiting(desk: Desk, wanted: Listing) -> list[JsonObject]:
    """What awaits approval comes first, on the first page alone."""
    found = await waiting(
        desk, wanted.query, provider=wanted.provider, account=wanted.account, platform=wanted.platform
    )
    return [told(desk, held, _CAPTION if wanted.concise else LONGEST_CAPTION) for held in found]


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
    data = telling.status(desk, post, provider)
    created = {"created_at": wire(post.created_at)} if post.created_at else {}
    whole = len(post.caption)
    return {
        **data,
        **created,
        "caption": clean(post.caption, LONGEST_CAPTION),
        **({"caption_characters": whole} if whole > LONGEST_CAPTION else {}),
        **({"media": _media(post.media)} if post.media else {}),
    }


def _media(media: JsonObject) -> JsonObject:
    """Media as it is; where its links are too long for an answer, how many there are."""
    if fitting([{}, media], _LINKS) > 1:
        return media
    return {"type": media.get("type"), "links": len(items(media.get("urls"))) or 1}


def read_cursor(text: str) -> JsonObject | None:
    """Open a cursor; ``None`` when it is not one of ours."""
    try:
        return members(json.loads(base64.urlsafe_b64decode(text.encode()))) or None
    except (ValueError, RecursionError):
        return None


def _write_cursor(positions: dict[str, JsonObject]) -> str:
    return base64.urlsafe_b64encode(json.dumps(positions, separators=(",", ":")).encode()).decode()


#: Bytes that the links of one post may take.
_LINKS = 6_000
_CAPTION = 60
_MORE_PAGES = 4
