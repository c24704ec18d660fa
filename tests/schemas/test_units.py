"""Every unit counts what its platform counts."""

import time
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


SITE = "https://example.social"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hello", 5),
        (f"{SITE}/a/very/long/path?with=a&long=query#{'x' * 80}", 23),
        ("http://a.io", 23),
        (f"See {SITE}.", 28),
        (f"({SITE}/a)", 25),
        (f"{SITE}/wiki/Post_(mail)", 23),
        (f"{SITE}/a日本語", 26),
        (f'"{SITE}/a"', 25),
        (f"{SITE} {SITE}", 47),
        ("http://localhost/a/b", 20),
        ("https://", 8),
        (f"x{SITE}", 23),
        ("@alice@example.social hi", 9),
        ("@alice hi", 9),
        ("alice@example.social", 20),
        (f"{SITE}/@alice@other.example", 23),
        ("#tag @a.b-c@d.example!", 12),
        (f"{FAMILY}{FLAG}", 2),
    ],
)
def test_mastodon_counts_a_link_as_23_and_a_mention_without_its_server(text: str, length: int) -> None:
    assert count(text, Unit.MASTODON) == length


def test_a_server_may_count_a_link_as_something_else() -> None:
    assert count(f"See {SITE}/a/b", Unit.MASTODON, 30) == 34
    assert count(f"See {SITE}/a/b", Unit.CHARACTERS, 30) == 30


WORDS = st.text(st.characters(categories=["Ll", "Lo", "Nd"]), min_size=1, max_size=12)
PATHS = st.text(st.sampled_from("abcxyz0189-_/=&+#"), max_size=60)


@given(st.lists(WORDS, max_size=4), st.lists(PATHS, max_size=4), st.lists(st.from_regex("[a-z]{1,9}", fullmatch=True)))
def test_in_mastodon_only_the_number_of_links_and_the_local_part_of_mentions_count(
    words: list[str], paths: list[str], names: list[str]
) -> None:
    parts = [*words, *(f"{SITE}/{path}a" for path in paths), *(f"@{name}@example.social" for name in names)]
    plain = [*words, *("x" * 23 for _ in paths), *(f"@{name}" for name in names)]
    assert count(" ".join(parts), Unit.MASTODON) == count(" ".join(plain), Unit.GRAPHEMES)


@given(st.text())
def test_text_without_links_and_mentions_counts_as_graphemes_in_mastodon(text: str) -> None:
    text = text.replace("@", "").replace("://", "")
    assert count(text, Unit.MASTODON) == count(text, Unit.GRAPHEMES)


@pytest.mark.parametrize("hostile", ["@" + "a" * 60_000, "https://a.bc/" + "(" * 60_000, f"{SITE}/" + "a!" * 30_000])
def test_a_text_made_to_be_slow_is_counted_like_any_other(hostile: str) -> None:
    began = time.process_time()
    count(hostile, Unit.MASTODON)
    assert time.process_time() - began < 2
