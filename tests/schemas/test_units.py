"""Every unit counts what its platform counts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.units import Unit, count

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
FLAG = "\U0001f1e9\U0001f1ea"
THUMB_DARK = "\U0001f44d\U0001f3ff"
KEYCAP = "1\ufe0f\u20e3"


UNITS = (Unit.CHARACTERS, Unit.UTF16, Unit.BYTES, Unit.GRAPHEMES, Unit.WEIGHTED)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", (0, 0, 0, 0, 0)),
        ("hello", (5, 5, 5, 5, 5)),
        ("café", (4, 4, 5, 4, 4)),
        ("cafe\u0301", (5, 5, 6, 4, 4)),
        ("日本語", (3, 3, 9, 3, 6)),
        ("\U0001f600", (1, 2, 4, 1, 2)),
        ("\U0001d4b3", (1, 2, 4, 1, 2)),
        (FAMILY, (7, 11, 25, 1, 2)),
        (FLAG, (2, 4, 8, 1, 2)),
        (THUMB_DARK, (2, 4, 8, 1, 2)),
        (KEYCAP, (3, 3, 7, 1, 2)),
        ("नमस्ते", (6, 6, 18, 3, 6)),
        ("a\r\nb", (4, 4, 4, 3, 4)),
        ("see https://example.com/a/very/long/path?with=query", (51, 51, 51, 51, 27)),
        ("https://a.b", (11, 11, 11, 11, 23)),
    ],
)
def test_a_text_has_a_length_in_every_unit(text: str, lengths: tuple[int, ...]) -> None:
    assert tuple(count(text, unit) for unit in UNITS) == lengths


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf16_and_bytes_agree_with_the_encoders(text: str) -> None:
    assert count(text, Unit.UTF16) == len(text.encode("utf-16-le")) // 2
    assert count(text, Unit.BYTES) == len(text.encode("utf-8"))


@given(st.text())
def test_no_text_breaks_a_counter_and_composition_never_counts_more(text: str) -> None:
    counts = {unit: count(text, unit) for unit in UNITS}
    assert counts[Unit.GRAPHEMES] <= counts[Unit.CHARACTERS] <= counts[Unit.UTF16] <= counts[Unit.BYTES]
    assert count(unicodedata.normalize("NFD", text), Unit.WEIGHTED) == counts[Unit.WEIGHTED]
