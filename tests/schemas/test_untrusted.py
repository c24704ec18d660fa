"""What of a text is taken out before it goes towards a model, and the look that spares most results the search."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.result import Result, compact
from schemas.untrusted import foreign, scrubbed, spotless

TEXTS = st.text(st.characters() | st.sampled_from("\r\x00\x7f\u200b\u200d\ufe0f\u202e\U000e0041\ud800\\u"), max_size=40)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["caption", "a"]), inner, max_size=2),
    max_leaves=8,
)


@given(VALUES)
def test_what_looks_spotless_would_not_be_changed(value: Any) -> None:
    if spotless(compact({"data": value})):
        assert scrubbed(value) == value


@pytest.mark.parametrize("plain", ["Hello", "Gr\u00fc\u00dfe\n\t", "\u4f60\u597d", "\U0001f469\u200d\U0001f52c"])
def test_plain_words_look_spotless(plain: str) -> None:
    assert spotless(compact({"data": plain}))


@given(VALUES)
def test_a_result_hides_nothing_and_names_what_comes_from_outside(value: Any) -> None:
    body = Result(ok=True, code=200, message="Done.", data={"posts": value}).wire()
    assert scrubbed(body) == body
    named = set(body["data"].pop("untrusted", ()))
    assert named == foreign(body["data"])
    assert json.loads(compact(body)) == body
