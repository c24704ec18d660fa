"""What is more than text: links, mentions and hashtags, at places that are told in bytes of UTF-8."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from providers.networks.bluesky.facets import facets, spans

DIDS = {"bob.test": "did:plc:bob", "bob.example.com": "did:plc:bobby"}


def found(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.kind) for span in spans(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://example.com", "https://example.com"),
        ("https://example.com.", "https://example.com"),
        ("(https://example.com)", "https://example.com"),
        ("https://example.com/a_(b)", "https://example.com/a_(b)"),
        ("(see https://example.com/a_(b)).", "https://example.com/a_(b)"),
        ("[https://example.com/a]", "https://example.com/a"),
        ('"https://example.com/a"', "https://example.com/a"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("https://example.com/a?b=c&d=e#f, and", "https://example.com/a?b=c&d=e#f"),
        ("https://example.com/…", "https://example.com/"),
        ("HTTPS://Example.COM/A", "HTTPS://Example.COM/A"),
        ("看https://example.com/a。好", "https://example.com/a"),
        ("👍https://example.com/👍", "https://example.com/"),
        ("https://münchen.example/straße!", "https://münchen.example/straße"),
        ("https://bob.test/@bob.test/#tag", "https://bob.test/@bob.test/#tag"),
        ("https://example.com/~a/*.*", "https://example.com/~a/"),
        ("شاهد https://example.com/a، ثم", "https://example.com/a"),
    ],
)
def test_a_link_ends_where_its_sentence_goes_on(text: str, url: str) -> None:
    assert found(text) == [(url, "link")]


@pytest.mark.parametrize("text", ["https://", "https://.", "xhttps://example.com", "example.com", "ftp://example.com"])
def test_what_only_looks_like_a_link_is_text(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("@bob.test", "@bob.test"),
        ("hi @bob.test.", "@bob.test"),
        ("hi @bob.test!", "@bob.test"),
        ("(@bob.test)", "@bob.test"),
        ("👋@bob.test👋", "@bob.test"),
        ("@Bob.Test", "@Bob.Test"),
        ("@bob.test's", "@bob.test"),
    ],
)
def test_a_mention_is_a_handle_after_an_at(text: str, mention: str) -> None:
    assert found(text) == [(mention, "mention")]


@pytest.mark.parametrize(
    "text",
    [
        "a@bob.test",
        "@bob",
        "@@bob.test",
        "@bob.test_",
        "@-bob.test",
        "@bob.1",
        "@bob..test",
        "é@bob.test",
        "@bob.test@x",
    ],
)
def test_addresses_of_mail_and_halves_of_words_are_no_mentions(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("#launch", "launch"),
        ("#launch!", "launch"),
        ("(#launch)", "launch"),
        ("\uff03launch", "launch"),
        ("#日本語", "日本語"),
        ("#a1", "a1"),
        ("#🎉", "🎉"),
        ("#été", "été"),
        ("#e\u0301te\u0301", "e\u0301te\u0301"),
        ("#c'est", "c'est"),
        ("#مرحبا", "مرحبا"),
        ("#" + "x" * 64, "x" * 64),
    ],
)
def test_a_hashtag_goes_as_far_as_its_word(text: str, tag: str) -> None:
    assert [(span.kind, span.value) for span in spans(text)] == [("tag", tag)]


@pytest.mark.parametrize(
    "text", ["#1", "#", "##", "a#b", "#️⃣", "#!", "# launch", "#" + "x" * 65, "#" + "日" * 64 + "日"]
)
def test_numbers_keycaps_and_endless_words_are_no_hashtags(text: str) -> None:
    assert found(text) == []


def test_a_mention_of_nobody_stays_text_and_the_others_are_told_in_bytes() -> None:
    text = "é @bob.test 👍 @nobody.test #ok"
    assert facets(text, DIDS) == [
        {
            "index": {"byteStart": 3, "byteEnd": 12},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}],
        },
        {
            "index": {"byteStart": 31, "byteEnd": 34},
            "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "ok"}],
        },
    ]


#: Pieces that meet badly: what begins and ends facets, what joins characters, what turns the line around.
PIECES = st.sampled_from(
    [
        *(
            "https://example.com/a",
            "http://",
            "@bob.test",
            "@bob.example.com",
            "@",
            "#",
            "\uff03",
            "#tag",
            "tag",
            "://",
        ),
        *(" ", "\n", "\t", ".", ",", "!", ")", "(", "]", "[", "…", "。", "'", "_", "-", "/", "x", "1", "&"),
        *(
            "é",
            "e\u0301",
            "\u0301",
            "日本",
            "مرحبا",
            "שלום",
            "\u200f",
            "\u200d",
            "\ufe0f",
            "\u20e3",
            "\u00ad",
            "\u200b",
        ),
        *("👍", "👨‍👩‍👧", "🇩🇪", "👍🏽", "नमस्ते", "\U0001f1e9", "\r\n", "\u2028", "\xa0"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text(st.characters(exclude_categories=["Cs"])))


@given(TEXTS)
@example("#tag\u0301")
@example("@bob.test\u200d")
@example("#\u0301a")
@example("#@bob.test")
def test_facets_lie_on_characters_in_order_and_hold_what_they_say(text: str) -> None:
    whole, end = text.encode(), 0
    edges = {len(text[: match.start()].encode()) for match in regex.finditer(r"\X", text)} | {len(whole)}
    for facet in facets(text, DIDS):
        index, [feature] = facet["index"], facet["features"]
        assert end <= index["byteStart"] < index["byteEnd"]
        assert {index["byteStart"], index["byteEnd"]} <= edges
        end = index["byteEnd"]
        part = whole[index["byteStart"] : end].decode()
        kind = feature["$type"].partition("#")[2]
        said = {"link": part, "tag": part[1:], "mention": DIDS.get(part[1:].lower())}[kind]
        assert feature[{"link": "uri", "tag": "tag", "mention": "did"}[kind]] == said


@given(st.lists(st.sampled_from(["https://example.com/a", "@bob.test", "#tag", "word", "👍", "é"]), max_size=12))
def test_between_spaces_every_link_mention_and_hashtag_is_found(words: list[str]) -> None:
    told = [word for word in words if word.startswith(("https", "@", "#"))]
    assert [part for part, _ in found(" ".join(words))] == told
