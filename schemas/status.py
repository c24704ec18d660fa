"""One vocabulary of statuses for posts and deliveries, over all providers (design section 4.1)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a post or a delivery stands; the provider's own word is kept beside it."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Tell whether waiting longer cannot change it."""
        return self in _TERMINAL


_TERMINAL = frozenset({Status.PUBLISHED, Status.PARTIAL, Status.FAILED, Status.MISSED, Status.CANCELLED})


def fold(statuses: list[Status]) -> Status:
    """Sum up the deliveries of one post.

    A delivery still under way decides first, then a doubt, then what was reached.
    """
    for under_way in (
        Status.PUBLISHING,
        Status.QUEUED,
        Status.SCHEDULED,
        Status.AWAITING_APPROVAL,
        Status.DRAFT,
    ):
        if under_way in statuses:
            return under_way
    if Status.UNKNOWN in statuses:
        return Status.UNKNOWN
    reached = set(statuses)
    if len(reached) == 1:
        return reached.pop()
    if Status.PUBLISHED in reached:
        return Status.PARTIAL
    return Status.FAILED if reached else Status.UNKNOWN
