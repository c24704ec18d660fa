"""What the service has from the language that it is written in: how it reads values, and how it writes times."""

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import LAST_YEAR, instant

_LEADING_NUMBER = re.compile(r"\s*(?P<sign>[+-]?)(?P<digits>[0-9]+)", re.ASCII)
_OFFSET = re.compile(r"(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)


def falsy(value: Any) -> bool:
    """Tell whether a JSON value counts as false: null, false, 0 and the empty string, but no array and no object."""
    return value is None or (isinstance(value, bool | int | float | str) and not value)


def string(value: Any) -> str:
    """Write a JSON value as text."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case None:
            return "null"
        case _:
            return "[object Object]"


def length(text: str) -> int:
    """Count UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def parse_int(text: str) -> int | None:
    """Read the whole number that a text begins with; None when it begins with none. 15 digits are enough for a page."""
    match = _LEADING_NUMBER.match(text)
    return None if match is None else int(match["sign"] + match["digits"][:15])


def stamp(moment: datetime) -> str:
    """Write a time as all answers have it: in UTC and always in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def planned_time(value: Any) -> datetime | None:
    """Read a ``scheduledTime``; None for what is none (reference postpost 5.4).

    Another offset than UTC's is taken, since one page of the docs shows it; a time without any is not, since none does.
    """
    if not isinstance(value, str) or _OFFSET.search(value) is None:
        return None
    moment = instant(value)
    return None if moment is None or moment.year >= LAST_YEAR else moment
