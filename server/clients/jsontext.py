"""Change one value in the text of a JSON file, and leave every other character of it as it is.

Comments and trailing commas are read over (JSONC). What is JSON5 beyond that is not read, and so not changed.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: A step on the way to a value: the key of an object, or the place in an array; its length is the place after the last.
Step = str | int

#: What a file with nothing in it is taken as.
EMPTY = "{}\n"

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\\n]|\\.)*"|[^\s,:{}\[\]"/]+')
_CLOSING = {"{": "}", "[": "]"}


class UnreadableError(Exception):
    """Raised for a text that is not what its file should be; the message says where, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A value, and where it stands in the text."""

    value: Any
    start: int
    end: int
    children: dict[Step, "_Node"]
    #: Whether a comma stands after the last child.
    trailing: bool = False


def load(text: str, *, comments: bool) -> Any:
    """Read a text that is JSON, with comments and trailing commas if ``comments``. Nothing at all is an empty object.

    Raises:
        UnreadableError: it is not.
    """
    root = _parse(text if text.strip() else EMPTY)
    if not comments and text.strip():
        try:
            return json.loads(text.removeprefix("\ufeff"))
        except ValueError:
            line = _line(text, _first_fault(text))
            raise UnreadableError(f"line {line} is not plain JSON, which is all that the client reads") from None
    return root.value


def put(text: str, path: Sequence[Step], value: object) -> str:
    """Write ``value`` at the end of ``path``, making the objects on the way that are not there.

    Raises:
        UnreadableError: the text cannot be read, or something on the way is no object.
    """
    text = text if text.strip() else EMPTY
    node = _parse(text)
    for depth, step in enumerate(path):
        if not isinstance(node.value, dict | list):
            raise UnreadableError(f"{'.'.join(map(str, path[:depth])) or 'the whole'} is not an object")
        if step not in node.children:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _inserted(text, node, step, value)
        node = node.children[step]
    return text[: node.start] + _written(value, text, _indent(text, node.start)) + text[node.end :]


def _inserted(text: str, parent: _Node, step: Step, value: object) -> str:
    """Put a value after the last child of its parent, on lines of its own; comments stay with what they stand at."""
    close = parent.end - 1
    outer = _indent(text, parent.start)
    last = max(parent.children.values(), key=lambda child: child.end, default=None)
    own_lines = last is not None and "\n" in text[parent.start : last.start]
    inner = _indent(text, last.start) if last and own_lines else outer + _unit(text)
    at = parent.start + 1 + len(text[parent.start + 1 : close].rstrip())
    named = f"{json.dumps(step, ensure_ascii=False)}: " if isinstance(step, str) else ""
    addition = f"\n{inner}{named}{_written(value, text, inner)}{',' if parent.trailing else ''}"
    after = text[at:close] if "\n" in text[at:close] else f"\n{outer}"
    comma = "," if last and not parent.trailing else ""
    comma_at = last.end if last else at
    return text[:comma_at] + comma + text[comma_at:at] + addition + after + text[close:]


def _written(value: object, text: str, indent: str) -> str:
    return json.dumps(value, indent=_unit(text), ensure_ascii=False).replace("\n", f"\n{indent}")


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _unit(text: str) -> str:
    """Tell what the text indents by: its first indented line that holds more than a comment."""
    found = re.search(r'^([ \t]+)["{\[}\]]', text, re.MULTILINE)
    return found[1] if found else "  "


def _parse(text: str) -> _Node:
    try:
        root = _value(text, _blank(text, 0))
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    if not isinstance(root.value, dict):
        raise UnreadableError("it is not one object")
    if _blank(text, root.end) != len(text):
        raise _fault(text, _blank(text, root.end))
    return root


def _value(text: str, place: int) -> _Node:
    if text[place : place + 1] in _CLOSING:
        return _container(text, place)
    found = _SCALAR.match(text, place)
    if not found:
        raise _fault(text, place)
    try:
        return _Node(json.loads(found[0]), place, found.end(), {})
    except ValueError:
        raise _fault(text, place) from None


def _container(text: str, start: int) -> _Node:
    closing = _CLOSING[text[start]]
    children: dict[Step, _Node] = {}
    place, trailing = _blank(text, start + 1), False
    while text[place : place + 1] != closing:
        if children and not trailing:
            raise _fault(text, place)
        step: Step = len(children)
        if closing == "}":
            key = _value(text, place)
            place = _blank(text, key.end)
            if not isinstance(key.value, str) or text[place : place + 1] != ":":
                raise _fault(text, key.start)
            step, place = key.value, _blank(text, place + 1)
        children[step] = _value(text, place)
        place = _blank(text, children[step].end)
        trailing = text[place : place + 1] == ","
        place = _blank(text, place + 1) if trailing else place
    values = {step: child.value for step, child in children.items()}
    return _Node(values if closing == "}" else [*values.values()], start, place + 1, children, trailing)


def _blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _first_fault(text: str) -> int:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos
    return 0


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _fault(text: str, place: int) -> UnreadableError:
    return UnreadableError(f"line {_line(text, place)} is not JSON")
