"""Find the post of an order whose answer was lost: the service knows no keys, so by content, accounts and time."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from schemas.post import Order, Post
from schemas.status import Status

#: How far our clock and the service's may be apart.
SKEW = timedelta(minutes=1)
#: How far the service may move a time to keep posts apart; the true size is not documented (reference postpost 5.4).
MOVED = timedelta(minutes=15)
#: How far back a post may be that an earlier process sent.
LONG_AGO = timedelta(hours=24)


@dataclass(slots=True)
class Case:
    """An order under way: when it was sent, and the draft that was made for it, while that is not known to be gone."""

    sent_at: datetime
    draft: str | None = None


def since(case: Case | None, now: datetime) -> datetime:
    """Tell from when on a post may be the one of a case; of an earlier process' case nothing more exact is known."""
    return case.sent_at - SKEW if case else now - LONG_AGO


def candidates(order: Order, posts: Iterable[Post], earliest: datetime, taken: Container[str]) -> list[Post]:
    """Keep the posts that may have come of ``order``: made since ``earliest`` and not ``taken`` by another order."""
    return [
        post
        for post in posts
        if post.id not in taken
        and post.created_at is not None
        and post.created_at >= earliest
        and _same_content(order, post)
        and _same_time(order, post, post.created_at)
    ]


def _same_content(order: Order, post: Post) -> bool:
    accounts = {account.id for account in order.accounts}
    return _plain(order.caption) == _plain(post.caption) and accounts == {sent.account for sent in post.deliveries}


def _plain(caption: str) -> str:
    return normalize("NFC", caption.replace("\r\n", "\n")).strip()


def _same_time(order: Order, post: Post, created_at: datetime) -> bool:
    if order.draft or post.status is Status.DRAFT:
        return order.draft and post.status is Status.DRAFT
    wanted = order.scheduled_at or created_at
    return post.scheduled_at is None or abs(post.scheduled_at - wanted) <= MOVED
