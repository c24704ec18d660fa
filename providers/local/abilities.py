"""What the embedded engine can do to a post that is there, by its status."""

from schemas.ability import Ability, Act
from schemas.status import Status

_OURS = "design section 4.1; reference engine 2.2, rule 7"
_WAITING = frozenset({Status.DRAFT, Status.SCHEDULED, Status.QUEUED})
_TOO_LATE = (
    "Only what waits can be changed: a draft, a scheduled or a queued post. "
    "Look with check_status; if it may go out anew, create another post."
)

ABILITIES: dict[Act, Ability] = {
    Act.CAPTION: Ability(_WAITING, _OURS, _TOO_LATE),
    Act.MEDIA: Ability(_WAITING, _OURS, _TOO_LATE),
    Act.ACCOUNTS: Ability(_WAITING, _OURS, _TOO_LATE),
    Act.SETTINGS: Ability(_WAITING, _OURS, _TOO_LATE),
    Act.SCHEDULE: Ability(
        _WAITING | {Status.MISSED},
        _OURS,
        "Only a post that has not gone out can be given a time. If it may go out anew, create another post.",
    ),
    Act.PAUSE: Ability(
        frozenset({Status.SCHEDULED, Status.QUEUED}),
        _OURS,
        "Only what is scheduled or queued can be held back. A draft waits already; what has gone out stays out.",
    ),
    Act.PUBLISH: Ability(
        frozenset({Status.DRAFT, Status.SCHEDULED, Status.MISSED}),
        _OURS,
        "A queued post goes out by itself. Failed deliveries are for retry_post.",
    ),
    Act.DELETE: Ability(
        frozenset(Status) - {Status.PUBLISHING, Status.UNKNOWN},
        _OURS,
        "It cannot be stopped: it is being sent, or may have been. Look with check_status how it ended.",
    ),
    Act.RETRY: Ability(
        frozenset({Status.FAILED, Status.MISSED, Status.PARTIAL}),
        _OURS,
        "Only failed or missed deliveries are sent again. Look with check_status how the post stands.",
    ),
}
