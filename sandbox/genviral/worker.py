"""The worker that delivers what is due: no thread, it catches up whenever the sandbox is asked something."""

import heapq
from datetime import datetime, timedelta
from uuid import UUID

from sandbox.clock import Clock, iso
from sandbox.genviral.accounts import Account
from sandbox.genviral.posts import Delivery, Post

#: Where a platform shows a post; anything else gets an address that cannot exist.
LINKS = {
    "tiktok": "https://www.tiktok.com/@{username}/video/{number}",
    "instagram": "https://www.instagram.com/p/{code}/",
    "youtube": "https://www.youtube.com/shorts/{code}",
    "pinterest": "https://www.pinterest.com/pin/{number}/",
    "linkedin": "https://www.linkedin.com/feed/update/urn:li:share:{number}/",
    "facebook": "https://www.facebook.com/{username}/posts/{number}",
    "twitter": "https://x.com/{username}/status/{number}",
    "bluesky": "https://bsky.app/profile/{username}/post/{code}",
}
ELSEWHERE = "https://{platform}.invalid/{username}/{number}"

#: The statuses of a delivery that an attempt is still to be made for.
AWAITING = frozenset({"pending", "retry"})


class Worker:
    """Makes scheduled posts pending at their time, and pending ones posted or failed ``delay`` seconds later.

    Attributes:
        failures: account id -> the error with which every delivery to it fails.
    """

    def __init__(self, clock: Clock, delay: float) -> None:
        self._clock = clock
        self._delay = timedelta(seconds=delay)
        self._agenda: list[tuple[datetime, int, Post]] = []
        self._entries = 0
        self.failures: dict[str, str] = {}

    def take(self, post: Post) -> None:
        """See to a post from now on, by its status: at its time, or as soon as may be."""
        waits = timedelta() if post.status == "scheduled" else self._delay
        self._enter(post, max(post.scheduled_at, self._clock.now()) + waits)

    def catch_up(self) -> None:
        """Do all that is due, in order, as if it had been done in time."""
        now = self._clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, post = heapq.heappop(self._agenda)
            if post.due != moment:
                continue  # deleted or moved since
            if post.status == "scheduled":
                post.mark("pending")
                self._enter(post, moment + self._delay)
            else:
                self._deliver(post, moment)

    def _enter(self, post: Post, moment: datetime) -> None:
        post.due = moment
        self._entries += 1
        heapq.heappush(self._agenda, (moment, self._entries, post))

    def _deliver(self, post: Post, moment: datetime) -> None:
        post.due = None
        for account in post.accounts:
            delivery = post.deliveries[account.id]
            if delivery.status in AWAITING:
                self._attempt(post, account, delivery, iso(moment))
        post.roll_up()

    def _attempt(self, post: Post, account: Account, delivery: Delivery, at: str) -> None:
        delivery.last_attempted_at = at
        delivery.error_message = self.failures.get(account.id)
        if delivery.error_message is not None:
            delivery.status = "failed"
            return
        delivery.status, delivery.published_at = "posted", at
        tiktok = post.payload.get("tiktok")
        # A draft upload waits in the inbox for a person to publish it, so there is nothing to link to yet.
        if tiktok is None or tiktok.get("post_mode") != "MEDIA_UPLOAD":
            delivery.published_url = _link(post.id, account)


def _link(post_id: str, account: Account) -> str:
    number = UUID(post_id).int % 10**19
    return LINKS.get(account.platform, ELSEWHERE).format(
        platform=account.platform, username=account.username, number=number, code=post_id[:8]
    )
