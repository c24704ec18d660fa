"""What Genviral can do to a post that is there (reference genviral 9, 10, 11, 14)."""

from schemas.ability import Ability, Act
from schemas.status import Status

#: What may be changed and deleted; ``queued`` is the service's pending and retry.
OPEN = frozenset({Status.DRAFT, Status.QUEUED, Status.SCHEDULED, Status.FAILED})
#: What may be sent again.
UNSENT = frozenset({Status.FAILED, Status.PARTIAL})

_UPDATE, _DELETE, _RETRY = "reference genviral 9, 14", "reference genviral 11, 14", "reference genviral 10, 14"
_OUT = (
    "Genviral changes nothing of a post that is out, in part or whole, or cancelled: leave it, and create_post another."
)
_AGAIN = (
    "Genviral schedules and publishes nothing again that is out or cancelled. Failed deliveries of a post that is out "
    "in part are for retry_post."
)

ABILITIES: dict[Act, Ability] = {
    Act.CAPTION: Ability(OPEN, _UPDATE, _OUT),
    Act.MEDIA: Ability(OPEN, _UPDATE, _OUT),
    Act.ACCOUNTS: Ability(OPEN, _UPDATE, _OUT),
    Act.SETTINGS: Ability(OPEN, _UPDATE, _OUT),
    Act.SCHEDULE: Ability(OPEN, _UPDATE, _AGAIN),
    Act.PAUSE: Ability(
        frozenset(),
        _UPDATE,
        "Genviral cannot make a draft of a post. To stop one that is not out: delete_post, then create_post it later; "
        "or give it a later scheduled_at.",
    ),
    Act.PUBLISH: Ability(OPEN, _UPDATE, _AGAIN),
    Act.DELETE: Ability(
        OPEN,
        _DELETE,
        "Genviral deletes nothing that is out, in part or whole: on its platform only a person can remove it.",
    ),
    Act.RETRY: Ability(
        UNSENT,
        _RETRY,
        "Genviral sends only failed posts again, and those that are out in part. Look with check_status how it stands.",
    ),
}
