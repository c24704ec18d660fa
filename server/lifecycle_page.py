"""docs/lifecycle.md, made from the providers' abilities: ``python -m server.lifecycle_page > docs/lifecycle.md``."""

import sys
from collections.abc import Iterator, Mapping

from providers.genviral.abilities import ABILITIES as GENVIRAL
from providers.genviral.records import STATUSES as OF_GENVIRAL
from providers.local.abilities import ABILITIES as LOCAL
from providers.local.state import State
from providers.postpost.abilities import ABILITIES as POSTPOST
from providers.postpost.records import STATUSES as OF_POSTPOST
from providers.socialapi.abilities import ABILITIES as SOCIALAPI
from providers.socialapi.records import FILTERS as OF_SOCIALAPI
from schemas.ability import Ability, Act
from schemas.errors import ErrorCode
from schemas.status import Status

ABILITIES: dict[str, Mapping[Act, Ability]] = {
    "genviral": GENVIRAL,
    "postpost": POSTPOST,
    "socialapi": SOCIALAPI,
    "local": LOCAL,
}
#: The statuses that a post of each provider can have; ``partial`` is also what differing deliveries make of one.
_OCCURRING: dict[str, frozenset[Status]] = {
    "genviral": frozenset(OF_GENVIRAL.values()),
    "postpost": frozenset(OF_POSTPOST.values()),
    "socialapi": frozenset(OF_SOCIALAPI),
    "local": frozenset(state.status for state in State) | {Status.PARTIAL},
}
#: How each act is asked for.
ASKED_BY: dict[Act, str] = {
    Act.CAPTION: "`update_post` `caption`",
    Act.MEDIA: "`update_post` `media`",
    Act.ACCOUNTS: "`update_post` `accounts`",
    Act.SETTINGS: "`update_post` a platform object",
    Act.SCHEDULE: "`update_post` `scheduled_at`",
    Act.PAUSE: "`update_post` `mode: draft`",
    Act.PUBLISH: "`update_post` `mode: publish`",
    Act.DELETE: "`delete_post`",
    Act.RETRY: "`retry_post`",
}
_HEAD = """\
# The life of a post

What each tool does to a post of each provider, by the status it has. `yes`: it is done; otherwise the `error_code` of
the refusal, which names the way round: `state_conflict` where another state would do, `not_supported` where none does.
`list_posts` and `check_status` tell a post in every state. Every cell is tried against the stand-in of the service.
"""


def states(provider: str) -> list[Status]:
    """The statuses that a post of a provider can have, in the order of a life."""
    return [status for status in Status if status in _OCCURRING[provider]]


def outcome(provider: str, act: Act, status: Status) -> ErrorCode | None:
    """Tell how an act on a post in a state ends: done (``None``), or refused with a code."""
    ability = ABILITIES[provider][act]
    if status in ability.states or (act is Act.PAUSE and status is Status.DRAFT):
        return None
    return ErrorCode.STATE_CONFLICT if ability.states else ErrorCode.NOT_SUPPORTED


def page() -> str:
    """Write the page."""
    return _HEAD + "".join(line for provider in ABILITIES for line in _section(provider))


def _section(provider: str) -> Iterator[str]:
    columns = states(provider)
    yield f"\n## `{provider}`\n\n"
    yield f"| | {' | '.join(f'`{status.value}`' for status in columns)} |\n"
    yield f"| --- |{' --- |' * len(columns)}\n"
    for act, asked in ASKED_BY.items():
        cells = [outcome(provider, act, status) or "yes" for status in columns]
        yield f"| {asked} | {' | '.join(cells)} |\n"
    yield "\nThe way round, where it is refused:\n\n"
    by_text: dict[str, list[str]] = {}
    for act, asked in ASKED_BY.items():
        ability = ABILITIES[provider][act]
        by_text.setdefault(f"{ability.otherwise} ({ability.source})", []).append(asked)
    for text, asked_by in by_text.items():
        yield f"- {', '.join(asked_by).replace(', `update_post`', ',')}: {text}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
