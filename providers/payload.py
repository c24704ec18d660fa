"""The body of a service's answer, read strictly: a JSON object in UTF-8, with nothing in it that ours could not say."""

import json
import re

from schemas.jsonvalue import JsonObject, items, text
from schemas.untrusted import clean

#: Objects and lists in one answer, and its commas. A full page has a tenth of them; millions would halt the server.
MAX_PARTS, MAX_COMMAS = 20_000, 500_000
#: So many of the things of which an honest answer has a few are told: warnings, problems, media.
MOST = 100


def read(body: bytes) -> JsonObject | None:
    """Read an answer's JSON object; ``None`` for anything else.

    Numbers that are none, or too large to count with, are null; half a surrogate pair is U+FFFD.
    """
    if body.count(b"{") + body.count(b"[") > MAX_PARTS or body.count(b",") > MAX_COMMAS:
        return None
    try:
        found = _DECODER.decode(_whole(body.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None  # pyright: ignore[reportUnknownVariableType]


def objects(value: object) -> list[JsonObject]:
    """Return the objects of a list; what else is in it is no record of anything."""
    return [entry for entry in items(value) if isinstance(entry, dict)]


def identifier(value: object, limit: int) -> str:
    """Read an id; empty where it is none, or could not be told as it is: cut or cleaned, it would be another's."""
    found = text(value) or ""
    return found if clean(found, limit) == found and "\ufffd" not in found else ""


def _whole(words: str) -> str:
    """Replace escapes of half a surrogate pair, which no text may hold that goes out as UTF-8."""
    if "\\ud" not in words and "\\uD" not in words:
        return words
    return _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], words)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS else None


def _fraction(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < _LARGE else None


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_DIGITS, _LARGE = 15, 1e15
_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=lambda _: None)
