"""What deleting a post leaves behind: PostPost takes nothing off a platform (reference postpost 5.5)."""

from datetime import datetime, timedelta

from schemas.post import Delivery, Post, Removal
from schemas.status import Status

_LIVE = "PostPost deletes only its own record: the post stays on the platform until somebody deletes it there."
_PART = "A part of it is published and stays on the platform until somebody deletes it there."
_MAYBE = (
    "PostPost was about to publish it or at it, so it may be live: look at the account. What is there stays there "
    "until somebody deletes it."
)
_FAILED = "It had failed: as far as PostPost knows, nothing of it is on the platform."

#: How a delivery stood -> whether it is gone with the post, whether it stays on its platform, and what to say of it.
_LEFT: dict[Status, tuple[bool, bool, str | None]] = {
    Status.PUBLISHED: (False, True, _LIVE),
    Status.PARTIAL: (False, True, _PART),
    Status.QUEUED: (False, True, _MAYBE),
    Status.PUBLISHING: (False, True, _MAYBE),
    Status.UNKNOWN: (False, True, _MAYBE),
    Status.FAILED: (True, False, _FAILED),
}


def removals(post: Post, now: datetime) -> tuple[Removal, ...]:
    """Tell what became of each delivery of a post that is deleted; ``now`` is the service's time."""
    return tuple(_removal(sent, post, now) for sent in post.deliveries)


def _removal(sent: Delivery, post: Post, now: datetime) -> Removal:
    due = sent.status is Status.SCHEDULED and post.scheduled_at is not None and post.scheduled_at <= now + _UNSURE
    return Removal(sent.account, *_LEFT.get(Status.QUEUED if due else sent.status, (True, False, None)))


# The service's clock is known to the second.
_UNSURE = timedelta(seconds=2)
