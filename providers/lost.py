"""Find the post of an order whose answer was lost at a service that knows no keys: by content, accounts and time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from unicodedata import normalize

from schemas.post import Order, Post, Receipt
from schemas.status import Status

#: How far our clock and the service's may be apart.
SKEW = timedelta(minutes=10)
#: How far a service may move a time to keep posts apart; the true size is not documented (reference postpost 5.4).
MOVED = timedelta(minutes=15)
#: How far back a post may be of whose order nothing more exact is known.
LONG_AGO = timedelta(hours=24)


def since(order: Order, ours: datetime, theirs: datetime) -> datetime:
    """Tell from when on, by the service's clock, a post may be the one of an order; the two clocks tell now.

    Where ours is ahead it was so when the order was opened, or has been set since: the earlier is taken. An order from
    the future was opened before the clock was set back, and nothing is known of its age.
    """
    opened = order.opened_at - max(ours - theirs, timedelta()) if order.opened_at else None
    return (opened if opened and opened <= theirs else theirs - LONG_AGO) - SKEW


def candidates(order: Order, posts: Iterable[Post], earliest: datetime) -> list[Post]:
    """Keep the posts that may have come of an order, oldest first: not made before ``earliest``, nor another's."""
    found = [
        (post.created_at, post)
        for post in posts
        if post.id
        and post.id not in order.taken
        and post.created_at is not None
        and post.created_at >= earliest
        and _same_content(order, post)
        and _same_time(order, post, post.created_at)
    ]
    return [post for _, post in sorted(found, key=lambda pair: (pair[0], pair[1].id))]


def found_again(post: Post) -> Receipt:
    """Tell an order by the post that came of it."""
    later = post.scheduled_at if post.status is Status.SCHEDULED else None
    return Receipt(post.id, post.status, post.provider_status, later, replayed=True, deliveries=post.deliveries)


def _same_content(order: Order, post: Post) -> bool:
    accounts = {account.id for account in order.accounts}
    return _plain(order.caption) == _plain(post.caption) and accounts == {sent.account for sent in post.deliveries}


def _plain(caption: str) -> str:
    return normalize("NFC", caption.replace("\r\n", "\n")).strip()


def _same_time(order: Order, post: Post, created_at: datetime) -> bool:
    """Compare times; the draft of an order with media has none yet."""
    if post.status is Status.DRAFT:
        return order.draft or order.media is not None
    if order.draft:
        return False
    wanted = order.scheduled_at or created_at
    return post.scheduled_at is None or abs(post.scheduled_at - wanted) <= MOVED
