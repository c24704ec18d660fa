"""What SocialAPI can do to a post that is there: anything before it goes out, removal after (reference 4.4-4.7, 5)."""

from schemas.ability import Ability, Act
from schemas.status import Status

_EDITABLE = frozenset({Status.DRAFT, Status.SCHEDULED, Status.FAILED})
# Pages on single platforms tell of edits to live posts; the states of PATCH have none (reference 15, row 8).
_PATCH = "reference socialapi 4.4, 5"
_LIVE = "If it is live, it stays as it is: delete_post takes it down where the platform allows that."
_EDIT = f"SocialAPI changes drafts, scheduled posts and posts that failed everywhere. {_LIVE}"

ABILITIES: dict[Act, Ability] = {
    Act.CAPTION: Ability(_EDITABLE, _PATCH, _EDIT),
    Act.MEDIA: Ability(_EDITABLE, _PATCH, _EDIT),
    Act.ACCOUNTS: Ability(_EDITABLE, _PATCH, f"{_EDIT} For a further account, create a new post."),
    Act.SETTINGS: Ability(_EDITABLE, _PATCH, _EDIT),
    # That a draft or a failed post becomes scheduled by getting a time is not documented (reference 4.4), so it is not
    # tried: one that stayed as it is would be changed, and go out never.
    Act.SCHEDULE: Ability(
        frozenset({Status.SCHEDULED}),
        _PATCH,
        "SocialAPI gives only scheduled posts another time. If it has not gone out: delete_post, then create_post anew "
        "with scheduled_at.",
    ),
    Act.PAUSE: Ability(
        frozenset[Status](),
        "reference socialapi 4.4, 5: no request takes a time away",
        "SocialAPI cannot turn a post back into a draft. If it is scheduled: give a later scheduled_at, or delete_post "
        "and create_post anew with mode draft.",
    ),
    Act.PUBLISH: Ability(
        frozenset({Status.DRAFT, Status.SCHEDULED}),
        "reference socialapi 4.5",
        "SocialAPI publishes drafts and scheduled posts. Failed deliveries are for retry_post.",
    ),
    Act.DELETE: Ability(
        frozenset({Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.PARTIAL, Status.FAILED}),
        "reference socialapi 4.7, 5",
        "SocialAPI cannot stop a post that is on its way: wait until check_status shows its end. A cancelled one is "
        "gone already.",
    ),
    Act.RETRY: Ability(
        frozenset({Status.FAILED, Status.PARTIAL}),
        "seed 004, post.state_invalid; reference socialapi 4.6",
        "Only posts with failed deliveries are sent again. Look with check_status how the post stands.",
    ),
}
