"""Text that came from outside and goes towards a model: bounded, and without invisible instructions."""

import re

#: Controls but tab and newline, zero-width and bidirectional marks, the tag block (engine reference 3.1, threat 5).
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f\ud800-\udfff]"
)
#: What no caption may carry: C0 controls but tab, newline and carriage return, DEL, and lone surrogates.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str, limit: int = 500) -> str:
    """Remove what hides and cut to ``limit`` characters, an ellipsis included."""
    text = _HIDDEN.sub("", text[: 4 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def unprintable(text: str) -> tuple[int, str] | None:
    """Find the first character that no platform can show: its index and its name as ``U+0000``."""
    found = _UNPRINTABLE.search(text)
    return (found.start(), f"U+{ord(found.group()):04X}") if found else None
