"""The shape of a body as a table of checks, which complain in the words of zod 3.

A check takes a value and gives the messages about it, none when it is fine. The service answers with zod's flattened
form (reference genviral 2.1): whatever is wrong inside a field stands under that top-level field, paths are lost.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sandbox.clock import instant
from sandbox.jsonvalue import is_array, is_object

Check = Callable[[Any], list[str]]

#: (top-level field, None for the body as a whole; message).
Issue = tuple[str | None, str]

#: A JSON value's type in Python -> in JavaScript.
_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def utf16(text: str) -> int:
    """Count as JavaScript does: in UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def web_address(text: str) -> SplitResult | None:
    """Read an absolute http or https URL; None for anything else."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None  # brackets that hold no address, or a port that is no number
    return parts if parts.scheme in ("http", "https") and host and " " not in host else None


def text(least: int = 0, most: int | None = None) -> Check:
    """Check a string of ``least`` to ``most`` UTF-16 code units."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, str):
            return [_mistyped("string", value)]
        length = utf16(value)
        if length < least:
            return [f"String must contain at least {least} character(s)"]
        if most is not None and length > most:
            return [f"String must contain at most {most} character(s)"]
        return []

    return check


def form(name: str, fits: Callable[[str], object]) -> Check:
    """Check a string that has a certain form: ``fits`` gives something true for it."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, str):
            return [_mistyped("string", value)]
        return [] if fits(value) else [f"Invalid {name}"]

    return check


uuid = form("uuid", _UUID.fullmatch)
url = form("url", web_address)
moment = form("datetime", instant)


def flag(value: Any) -> list[str]:
    """Check true or false."""
    return [] if isinstance(value, bool) else [_mistyped("boolean", value)]


def mapping(value: Any) -> list[str]:
    """Check any object, whatever its fields."""
    return [] if is_object(value) else [_mistyped("object", value)]


def number(least: int, *, whole: bool = True) -> Check:
    """Check a number from ``least`` on; 5.0 is a whole one, as in JavaScript."""

    def check(value: Any) -> list[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return [_mistyped("number", value)]
        found: list[str] = []
        if whole and isinstance(value, float) and not value.is_integer():
            found.append("Expected integer, received float")
        if value < least:
            found.append(f"Number must be greater than or equal to {least}")
        return found

    return check


def choice(*words: str) -> Check:
    """Check one of some words."""
    expected = " | ".join(f"'{word}'" for word in words)

    def check(value: Any) -> list[str]:
        if not isinstance(value, str):
            return [_mistyped(expected, value)]
        return [] if value in words else [f"Invalid enum value. Expected {expected}, received '{value}'"]

    return check


def array(item: Check, least: int, most: int | None = None) -> Check:
    """Check an array of ``least`` to ``most`` items."""

    def check(value: Any) -> list[str]:
        if not is_array(value):
            return [_mistyped("array", value)]
        found: list[str] = []
        if most is not None and len(value) > most:
            found.append(f"Array must contain at most {most} element(s)")
        if len(value) < least:
            found.append(f"Array must contain at least {least} element(s)")
        for one in value:
            found += item(one)
        return found

    return check


def nullable(check: Check) -> Check:
    """Let null pass as well."""
    return lambda value: [] if value is None else check(value)


@dataclass(frozen=True, slots=True)
class Record:
    """An object with these fields and no others; a check like the rest, and the only one that knows its fields."""

    fields: Mapping[str, Check]
    required: frozenset[str] = frozenset()

    def __call__(self, value: Any) -> list[str]:
        """Check it as a part of something larger."""
        return [message for _, message in self.issues(value)]

    def issues(self, value: Any) -> list[Issue]:
        """Check it as a whole body, field by field."""
        if not is_object(value):
            return [(None, _mistyped("object", value))]
        found: list[Issue] = []
        for name, check in self.fields.items():
            if name in value:
                found += [(name, message) for message in check(value[name])]
            elif name in self.required:
                found.append((name, "Required"))
        strangers = [f"'{name}'" for name in value if name not in self.fields]
        if strangers:
            found.append((None, f"Unrecognized key(s) in object: {', '.join(strangers)}"))
        return found


def tagged(tag: str, forms: Mapping[str, Check]) -> Check:
    """Check an object whose ``tag`` field says which of several forms it has."""
    expected = " | ".join(f"'{name}'" for name in forms)

    def check(value: Any) -> list[str]:
        if not is_object(value):
            return [_mistyped("object", value)]
        name = value.get(tag)
        if not isinstance(name, str) or name not in forms:
            return [f"Invalid discriminator value. Expected {expected}"]
        return forms[name](value)

    return check


#: A rule over several fields of a body, any of which may be malformed.
CrossRule = Callable[[Mapping[str, Any]], Iterable[Issue]]


@dataclass(frozen=True, slots=True)
class Body:
    """A whole request body: its fields, and the rules over several of them."""

    record: Record
    rules: tuple[CrossRule, ...] = ()

    def issues(self, value: Any) -> list[Issue]:
        """List all that is wrong with it."""
        found = self.record.issues(value)
        if is_object(value):
            for rule in self.rules:
                found += rule(value)
        return found


def flatten(issues: Iterable[Issue]) -> dict[str, Any]:
    """Arrange issues as zod's ``flatten`` does."""
    form_errors: list[str] = []
    field_errors: dict[str, list[str]] = {}
    for field, message in issues:
        (form_errors if field is None else field_errors.setdefault(field, [])).append(message)
    return {"formErrors": form_errors, "fieldErrors": field_errors}


def _mistyped(expected: str, value: object) -> str:
    return f"Expected {expected}, received {_TYPES.get(type(value), type(value).__name__)}"
