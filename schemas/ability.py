"""What a provider can do to a post that is there already: rows that say in which states, and the way round."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.status import Status


class Act(StrEnum):
    """One thing that can be done to a post."""

    CAPTION = "caption"
    MEDIA = "media"
    ACCOUNTS = "accounts"
    SETTINGS = "settings"
    SCHEDULE = "schedule"
    PAUSE = "pause"
    PUBLISH = "publish"
    DELETE = "delete"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Ability:
    """One row: the post's ``states`` in which the provider does it (none: never), who says so, and the way round.

    ``otherwise`` is the fix that an agent is told for a post in any other state. ``anew``: the service cannot, and so
    another post is made.
    """

    states: frozenset[Status]
    source: str
    otherwise: str
    anew: bool = False
