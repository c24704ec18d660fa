"""docs/media.md, written from the rows of what is taken of a file: ``python -m server.media_page``."""

import sys
from collections.abc import Iterable, Sequence

from engine.attaching import PROBE_SECONDS, WAITS
from engine.taking import MOST_DATA
from providers.genviral.rules import RULES as GENVIRAL
from providers.platform_media import MOST_PIXELS
from providers.postpost.rules import RULES as POSTPOST
from providers.socialapi.rules import RULES as SOCIALAPI
from schemas.media_rule import MediaRule
from schemas.rule import RuleSet
from server.rules_page import MEDIA_COLUMNS, media_cells, table
from server.settings import Settings

_DAYS = Settings.model_fields["media_days"].default
_HEAD = f"""\
# Media

`media` of `create_post` and `update_post` is `{{"type": "video", "url": ...}}` or
`{{"type": "slideshow", "urls": [...]}}`, and each link is one of three things:

- a public http(s) link. It is looked at for {PROBE_SECONDS:g} s (`POSTWRIGHT_PROBE_URLS`), never in a private network;
- the path of a file in an open folder of this machine (`POSTWRIGHT_MEDIA_ROOTS`; unset, the folders that the client
  names, else the one that it starts postwright in);
- a handle `media:...` of `upload_media`, which takes a path, a link, or up to {MOST_DATA // 1_000_000} MB of base64.

Files are told apart by their content, whatever they are called: the same one is kept, measured and brought to a service
once. They lie in the home of postwright for {_DAYS:g} days after their last post (`POSTWRIGHT_MEDIA_DAYS`),
those of drafts for {WAITS.days} days more. Nothing is decoded: a process with little memory and time reads headers,
and pictures of more than {MOST_PIXELS // 1_000_000} million pixels are refused.

Before anything is made, every file is held against the rows below; a row of a platform counts for its accounts. What is
past a limit is refused; where sources differ, or a service may convert the file, it is a warning.
"""


def page() -> str:
    """Write the page."""
    return _HEAD + "".join(
        table(f"Through {' and '.join(names)}", MEDIA_COLUMNS, map(media_cells, rules))
        for names, rules in _alike((GENVIRAL, SOCIALAPI, POSTPOST))
    )


def _alike(sets: Iterable[RuleSet]) -> list[tuple[list[str], Sequence[MediaRule]]]:
    """Put providers together that hold files against the same rows."""
    found: dict[tuple[MediaRule, ...], list[str]] = {}
    for rules in sets:
        found.setdefault(rules.media, []).append(rules.provider)
    return [(names, rows) for rows, names in found.items()]


if __name__ == "__main__":
    sys.stdout.write(page())
