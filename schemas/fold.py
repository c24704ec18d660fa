"""Where a platform hides the rest of a caption behind "more", as rows: how much it shows, who says so, how sure.

No platform promises a number: each depends on the device, the size of letters and the width of the screen. Where
sources tell a phone from a desk, the row is the phone's, which shows less.
"""

from pydantic import BaseModel, ConfigDict

from schemas.units import Unit, prefix


class Fold(BaseModel):
    """One row: at most ``limit`` of ``unit`` are shown, and at most ``lines`` lines (``None``: no such bound).

    Lines are counted by the line breaks of the caption; what a screen wraps counts for nothing. ``as_of`` is the
    month in which the source was read, ``approximate`` is false only where the platform itself states the number.
    """

    model_config = ConfigDict(frozen=True)

    limit: int | None
    unit: Unit = Unit.CHARACTERS
    lines: int | None = None
    where: str
    source: str
    as_of: str = "2026-11"
    approximate: bool = True

    def cut(self, text: str) -> tuple[str, str]:
        """Cut a caption in two, the part that is shown and the part behind: together they are the caption."""
        shown = text if self.limit is None else prefix(text, self.unit, self.limit)
        if self.lines is not None:
            shown = _lines(shown, self.lines)
        return shown, text[len(shown) :]


_TABLE = "posttruncate.com/en/platform-limits"

#: By platform; one that is not named here folds nothing that is known of.
FOLDS: dict[str, Fold] = {
    "instagram": Fold(limit=125, unit=Unit.UTF16, where="feed of the app", source=_TABLE),
    "tiktok": Fold(
        limit=150, unit=Unit.UTF16, where="below a video", source="toolshake.xyz, caption counter (2026-04)"
    ),
    "linkedin": Fold(limit=210, lines=3, where="feed on a desk; about 140 on a phone", source=_TABLE),
    "facebook": Fold(limit=125, where="feed of the app; about 477 on a desk", source="typecount.com, Facebook (2026)"),
    "threads": Fold(limit=250, unit=Unit.UTF16, where="feed of the app; all of it on a desk", source=_TABLE),
    "youtube": Fold(limit=157, where="description under a video", source="toolsdeck.app, character limits (2026-06)"),
    "bluesky": Fold(
        limit=None, lines=25, where="feed of the app", source="bluesky-social/social-app, constants: MAX_POST_LINES"
    ),
    "mastodon": Fold(
        limit=None, lines=32, where="web app", source="mastodon/mastodon, status_content: MAX_HEIGHT = 22px * 32"
    ),
}


def _lines(text: str, most: int) -> str:
    """Keep the first lines; a carriage return stays with its line feed."""
    lines = text.split("\n")
    return text if len(lines) <= most else "\n".join(lines[:most]).removesuffix("\r")
