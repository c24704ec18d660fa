"""docs/previews.md, written from the rows of folds: ``python -m server.previews_page``."""

import sys

from schemas.fold import FOLDS, Fold
from schemas.preview import NEAR

_HEAD = """\
# Previews

The board shows of each delivery what its platform makes of the caption: the part that a reader sees, and the part
behind "more". Both together are the caption, and no letter or emoji is ever cut in two.

No platform promises where it folds: that hangs on the device, the size of letters and the width of the screen, and
what a screen wraps is counted by none. So take the rows as about so much. A platform that is not among them folds
nothing that is known of.

| platform | shows at most | where | source | read |
| --- | --- | --- | --- | --- |
"""

_METERS = f"""
Beside it stands every limit on how much there may be, as a meter: what is used, what is allowed, in which unit, and by
which source. They are read from the very rows that `create_post` is checked by, so a meter is over exactly where a post
would be refused, and from {NEAR:.0%} on it is near. What a service does not tell of a post that it has, such as its
title, has no meter.
"""


def page() -> str:
    """Write the page."""
    return _HEAD + "".join(_row(platform, fold) for platform, fold in sorted(FOLDS.items())) + _METERS


def _row(platform: str, fold: Fold) -> str:
    bounds = [f"{fold.limit} {fold.unit}"] if fold.limit else []
    bounds += [f"{fold.lines} lines"] if fold.lines else []
    return f"| {platform} | {', '.join(bounds)} | {fold.where} | {fold.source} | {fold.as_of} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
