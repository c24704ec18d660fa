"""Whatever stands in a file: one value is put, and all else means and reads as before."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.jsonvalue import is_list, items, members
from server.clients import jsontext

Value = Any

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_KEYS = st.text(max_size=4) | st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(_KEYS, VALUES, max_size=4)
#: Whitespace and comments, as they stand between the tokens of a file.
BETWEEN = st.lists(st.sampled_from([" ", "\n", "\t", "  ", "// c }\n", '/* "a": [ */']), max_size=3).map("".join)
NEW = {"command": "uvx", "args": ["postwright"]}


@st.composite
def written(draw: st.DrawFn, value: Value) -> str:
    """Write a value as someone with habits of their own would."""
    if json.dumps(value)[0] in "[{":
        named = [(json.dumps(key), inner) for key, inner in members(value).items()]
        each = named or [("", inner) for inner in items(value)]
        parts = [draw(BETWEEN) + (name and name + draw(BETWEEN) + ":" + draw(BETWEEN)) for name, _ in each]
        parts = [part + draw(written(inner)) + draw(BETWEEN) for part, (_, inner) in zip(parts, each, strict=True)]
        last = "," if parts and draw(st.booleans()) else ""
        start, end = "[]" if is_list(value) else "{}"
        return start + ",".join(parts) + last + draw(BETWEEN) + end
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@given(OBJECTS.flatmap(lambda value: st.tuples(st.just(value), written(value))), BETWEEN, BETWEEN)
def test_a_file_is_read_as_what_it_means(pair: tuple[Value, str], before: str, after: str) -> None:
    value, text = pair
    assert jsontext.load(before + text + after, comments=True) == value


@given(
    OBJECTS.flatmap(lambda value: st.tuples(st.just(value), written(value))), st.lists(_KEYS, min_size=1, max_size=3)
)
def test_one_value_is_put_and_the_rest_means_what_it_meant(pair: tuple[Value, str], path: list[str]) -> None:
    value, text = pair
    inside = value
    for step in path[:-1]:
        if not isinstance(inside.get(step, {}), dict):
            return
        inside = inside.setdefault(step, {})
    inside[path[-1]] = NEW
    assert jsontext.load(jsontext.put(text, path, NEW), comments=True) == value


@given(OBJECTS.flatmap(written), _KEYS)
def test_a_value_that_is_added_takes_no_character_away(text: str, key: str) -> None:
    if key in jsontext.load(text, comments=True):
        return
    after = iter(jsontext.put(text, [key], NEW))
    assert all(character in after for character in text if not character.isspace())


@given(OBJECTS.flatmap(written), _KEYS)
def test_a_value_that_is_put_twice_is_put_once(text: str, key: str) -> None:
    once = jsontext.put(text, [key], NEW)
    assert jsontext.load(jsontext.put(once, [key], NEW), comments=True) == jsontext.load(once, comments=True)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for comments in (True, False):
        with suppress(jsontext.UnreadableError):
            assert isinstance(jsontext.load(text, comments=comments), dict)


def test_comments_stay_with_what_they_stand_at() -> None:
    text = '{\n  "a": 1, // about a\n  "b": 2 // about b\n  // the end\n}\n'
    assert jsontext.put(text, ["c"], 3) == (
        '{\n  "a": 1, // about a\n  "b": 2, // about b\n  // the end\n  "c": 3\n}\n'
    )
