"""A status is known again in the HTML that servers make of it, and no other is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.networks.mastodon.matching import bare, shows
from sandbox.mastodon.text import content

ORIGIN = "https://example.social"
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(
        [
            "https://example.social/a/very/long/path/that/is/cut/short?a=b&c=d#e",
            "http://a.io",
            "@bob@other.example",
            "@bob",
            "#tag",
            "#Größe",
            "<b>&amp;</b>",
            "\n",
            "\n\n",
            "a@b.example",
        ]
    ),
)
CAPTIONS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join).filter(str.strip)


@given(CAPTIONS, st.booleans())
def test_what_a_server_makes_of_a_caption_is_known_again(caption: str, rich: bool) -> None:
    assert shows({"content": content(caption, ORIGIN, rich=rich)}, caption)


@given(CAPTIONS, CAPTIONS, st.booleans())
def test_what_a_server_makes_of_another_caption_is_not(caption: str, other: str, rich: bool) -> None:
    assert shows({"content": content(other, ORIGIN, rich=rich)}, caption) == (bare(caption) == bare(other))


@pytest.mark.parametrize(
    "html",
    [
        '<p>See <a href="https://example.social/a/b">example.social/a…</a></p>',
        '<p>See <a href="https://example.social/a/b" rel="nofollow">https://example.social/a/b</a></p>\n',
        "<p>See https://example.social/a/b</p>",
        "See&nbsp;https://example.social/a/b<br>",
    ],
)
def test_a_link_is_known_by_what_it_shows_or_where_it_leads(html: str) -> None:
    assert shows({"content": html}, "See https://example.social/a/b")


@pytest.mark.parametrize("status", [{}, {"content": None}, {"content": "<p><a"}, {"content": "<![CDATA["}])
def test_a_status_without_readable_content_is_none(status: dict[str, object]) -> None:
    assert not shows(status, "Hello")
