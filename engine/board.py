"""The board: one document of what is planned, what went out and what failed, for a page to show."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from anyio.lowlevel import checkpoint

from engine import carriers, window
from engine.boarding import Teller
from engine.desk import Desk
from engine.paging import LONGEST_CAPTION
from engine.planned import Planned
from engine.reasons import explained
from schemas.account import Account
from schemas.board import Board, BoardAccount, BoardPost, BoardWarning, More
from schemas.instant import local, wire, zone
from schemas.status import Status
from schemas.untrusted import clean

#: What a board shows that is asked for no window: so far back, and so far ahead.
BACK, FORWARD = timedelta(days=7), timedelta(days=30)
#: The most posts of one document, and characters of their captions.
MOST, MOST_TEXT = 500, 4_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which board: posts whose time lies from ``since`` to ``until`` (aware; ``None``: around now).

    ``account`` and ``status`` filter; ``timezone`` is an IANA name, else this server's; of more than ``limit`` posts
    those nearest to now are shown.
    """

    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    status: Status | None = None
    timezone: str | None = None
    limit: int = MOST


async def board(desk: Desk, wanted: Wanted) -> Board:
    """Make the document; a provider that cannot be asked is a warning in it.

    Raises:
        ValueError: there is no such time zone, the window ends before it begins or has a naive time, or the limit is
            none; in words for a person.
    """
    now, timezone = desk.clock(), wanted.timezone or desk.zone
    since, until = wanted.since or now - BACK, wanted.until or now + FORWARD
    _check(timezone, since, until, wanted.limit)
    found = await window.read(desk, since, until, wanted.account, wanted.status)
    shown = await explained(_nearest(found.posts, now, wanted.limit))
    teller = await Teller.of(desk, timezone, shown)
    return Board(
        made_at=wire(now),
        timezone=timezone,
        now_local=local(now, timezone),
        since=wire(since),
        since_local=local(since, timezone),
        until=wire(until),
        until_local=local(until, timezone),
        account=wanted.account,
        status=wanted.status,
        counts=dict(Counter(one.post.status.value for one in shown)),
        more=_more(found.posts, shown),
        accounts=[_account(one) for one in sorted(desk.directory.everyone(), key=lambda one: one.id)],
        warnings=[*_strange(desk, wanted.account), *found.warnings, *await _left(desk, shown, now)],
        posts=await _told(teller, shown),
    )


async def _told(teller: Teller, posts: list[Planned]) -> list[BoardPost]:
    """Tell the posts, and let others have their turn after each: calls of agents go on meanwhile."""
    told: list[BoardPost] = []
    for one in posts:
        told.append(teller.post(one))
        await checkpoint()
    return told


def _check(timezone: str, since: datetime, until: datetime, limit: int) -> None:
    if zone(timezone) is None:
        raise ValueError(f"{timezone[:60]} is not an IANA time zone: give a name such as Europe/Berlin.")
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("since and until need an offset: write ISO 8601 such as 2026-12-01T00:00:00Z.")
    if since > until:
        raise ValueError(f"The window ends ({wire(until)}) before it begins ({wire(since)}).")
    if not 1 <= limit <= MOST:
        raise ValueError(f"A board shows 1 to {MOST} posts, not {limit}.")


def _nearest(posts: list[Planned], now: datetime, most: int) -> list[Planned]:
    """Choose the posts whose time is nearest to now, in order of time: one stretch, and not too much text."""
    places = sorted(range(len(posts)), key=lambda place: _distance(posts[place], place, now))[:most]
    lengths = accumulate(_length(posts[place]) for place in places)
    fitting = sum(length <= MOST_TEXT for length in lengths)
    return [posts[place] for place in sorted(places[: max(fitting, 1)])]


def _distance(one: Planned, place: int, now: datetime) -> tuple[timedelta, int]:
    """How far from now; of posts of one time those are nearer that stand nearer to now."""
    return abs(one.at - now), -place if one.at < now else place


def _length(one: Planned) -> int:
    """How many characters a post adds: its caption, and the same for every delivery."""
    return min(len(one.post.caption), LONGEST_CAPTION) * (1 + len(one.post.deliveries))


def _more(found: list[Planned], shown: list[Planned]) -> More:
    left = len(found) - len(shown)
    if not left:
        return More(earlier=False, later=False, note=None)
    earlier = next(place for place, one in enumerate(found) if one.id == shown[0].id)
    note = f"There are {len(found)} posts: the {len(shown)} nearest to now are here."
    return More(earlier=earlier > 0, later=left > earlier, note=note)


def _account(account: Account) -> BoardAccount:
    return BoardAccount(
        id=account.id,
        name=clean(account.name, _NAME),
        platform=account.platform,
        provider=account.provider,
        status=account.status,
        note=clean(account.note) if account.note else None,
    )


async def _left(desk: Desk, posts: list[Planned], now: datetime) -> list[BoardWarning]:
    """Tell of posts that wait for a process to deliver them, where there may be none."""
    told: list[BoardWarning] = []
    for name in desk.carried:
        waiting = [one for one in posts if one.provider.name == name and one.post.status in _CARRIED]
        warn = await carriers.alone(desk, name, ahead=any(one.at > now for one in waiting)) if waiting else None
        if warn:
            told.append(BoardWarning(provider=name, code=warn.code, message=warn.message))
    return told


def _strange(desk: Desk, account: str | None) -> Iterable[BoardWarning]:
    """Tell of a filter that can find nothing, because nobody here has such an account."""
    provider = (account or "").partition(":")[0]
    if account is not None and provider not in desk.providers:
        on = ", ".join(f"{name}:..." for name in desk.providers)
        message = f"No account has the id {clean(account, _NAME)}; ids look like {on}"
        yield BoardWarning(provider=clean(provider, _NAME), code="unknown_accounts", message=message)


_NAME = 80
_CARRIED = (Status.SCHEDULED, Status.QUEUED, Status.PUBLISHING)
