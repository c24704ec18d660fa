"""Text that came from outside and goes towards a model: bounded, and without invisible instructions."""

import re
from typing import Any

from schemas.jsonvalue import is_list, items, members

# Controls but tab and newline, zero-width and bidirectional marks, fillers and marks that show nothing, annotations,
# the tag block and the further variation selectors (engine reference 3.1, threat 5).
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
# Joiners and variation selectors are needed in scripts and emoji, one at a time; several in a row only carry something.
_ROW = re.compile(r"[\u200c\u200d\ufe00-\ufe0f]{2,}")
# Either of them anywhere, or what JSON escapes: every control character, though a backslash before a u may be innocent.
_SUSPECT = re.compile(rf"{_HIDDEN.pattern}|{_ROW.pattern}|\\[ubfr]")
#: The members of results whose text comes from services and platforms, or from posts as they tell them.
FOREIGN = frozenset(
    {
        "accounts",
        "caption",
        "error",
        "message",
        "metric",
        "name",
        "notes",
        "plan",
        "provider_status",
        "url",
        "urls",
        "username",
    }
)
#: The longest text in a result.
LONGEST = 10_000
#: What no caption may carry: C0 controls but tab, newline and carriage return, DEL, and lone surrogates.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str, limit: int = 500) -> str:
    """Remove what hides and cut to ``limit`` characters, an ellipsis included."""
    text = _ROW.sub(_needed, _HIDDEN.sub("", text[: 4 * limit]))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def spotless(told: str) -> bool:
    """Tell, of a JSON value written out, with names of ours, whether ``scrubbed`` surely changes nothing of it."""
    return len(told) <= LONGEST and _SUSPECT.search(told) is None


def scrubbed(value: Any) -> Any:
    """Clean every text of a JSON value, whoever put it there."""
    if isinstance(value, str):
        return clean(value, LONGEST)
    if is_list(value):
        return [scrubbed(entry) for entry in items(value)]
    return {clean(name, _NAME): scrubbed(member) for name, member in members(value).items()} or value


def foreign(value: Any) -> set[str]:
    """Name the members of a JSON value that hold text from outside."""
    names: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        waiting += items(part)
        for name, member in members(part).items():
            if not isinstance(member, str):
                waiting.append(member)
            if name in FOREIGN and (isinstance(member, str) or any(isinstance(text, str) for text in items(member))):
                names.add(name)
    return names


def _needed(row: re.Match[str]) -> str:
    """Keep of a row what an emoji may have there: its selector and a joiner, or one of them."""
    return _JOINED if row.group().startswith(_JOINED) else row.group()[0]


_JOINED = "\ufe0f\u200d"
_NAME = 200


def unprintable(text: str) -> tuple[int, str] | None:
    """Find the first character that no platform can show: its index and its name as ``U+0000``."""
    found = _UNPRINTABLE.search(text)
    return (found.start(), f"U+{ord(found.group()):04X}") if found else None
