"""What PostPost can do to a post that is there: its time, whether it goes out, and removing it (reference 5.4, 5.5)."""

from schemas.ability import Ability, Act
from schemas.status import Status

_NEVER = frozenset[Status]()
_WAITING = frozenset({Status.DRAFT, Status.SCHEDULED})
_UPDATE, _RETRY = "seed 002; reference postpost 5.4", "seed 002; reference postpost 6.3"
_ANEW = (
    "PostPost changes nothing of a post but its time and whether it goes out. If it is not out yet: delete_post, "
    "then create_post anew with everything, media and settings too."
)

ABILITIES: dict[Act, Ability] = {
    Act.CAPTION: Ability(_NEVER, _UPDATE, _ANEW),
    Act.MEDIA: Ability(_NEVER, _UPDATE, _ANEW),
    Act.ACCOUNTS: Ability(_NEVER, _UPDATE, _ANEW),
    Act.SETTINGS: Ability(_NEVER, _UPDATE, _ANEW),
    Act.SCHEDULE: Ability(
        _WAITING,
        _UPDATE,
        "PostPost moves only drafts and scheduled posts. One that is on its way or at its end stays as it is.",
    ),
    Act.PAUSE: Ability(
        frozenset({Status.SCHEDULED}),
        _UPDATE,
        "PostPost holds back only scheduled posts. A draft waits already; one that is on its way cannot be stopped.",
    ),
    Act.PUBLISH: Ability(
        _WAITING,
        _UPDATE,
        "PostPost publishes only drafts and scheduled posts. Failed deliveries are for retry_post.",
    ),
    Act.DELETE: Ability(frozenset(Status), "reference postpost 5.5", "PostPost deletes posts in any state."),
    Act.RETRY: Ability(
        frozenset({Status.FAILED, Status.PARTIAL}),
        _RETRY,
        "Only failed deliveries are sent again. Look with check_status how the post stands.",
        anew=True,
    ),
}
