"""Names of keys and events: the examples of NIP-19, and every other word."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.networks.nostr.bech32 import decode, encode
from providers.networks.nostr.names import Pointer, nevent, npub, pointers, private_key

NPUB = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"
PUBLIC = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
PRIVATE = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
NPROFILE = (
    "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9eju"
    "umpv34kytnrdaksjlyr9p"
)


def test_a_public_key_is_written_as_the_standard_writes_it() -> None:
    assert npub(bytes.fromhex(PUBLIC)) == NPUB


@pytest.mark.parametrize("told", [NSEC, PRIVATE, NSEC.upper(), f" {PRIVATE.upper()}\n"])
def test_a_private_key_is_read_in_either_writing(told: str) -> None:
    assert private_key(told).hex() == PRIVATE


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (NPUB, "begins with nsec1, not with npub1"),
        (NSEC[:-1] + "6", "mistyped"),
        (NSEC.capitalize(), "not a bech32 word"),
        ("", "not a bech32 word"),
        (PRIVATE[:-2], "mistyped"),
        (encode("nsec", b"short"), "has 5 bytes, not 32"),
    ],
)
def test_what_is_no_private_key_is_refused_without_being_repeated(told: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        private_key(told)
    assert len(told) < 10 or told not in str(refused.value)


def test_a_profile_is_read_with_the_first_relay_that_it_names() -> None:
    profile = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
    assert [*pointers(f"See nostr:{NPROFILE}!")] == [Pointer(profile, is_event=False, relay="wss://r.x.com")]


def test_an_event_is_written_with_where_it_is_and_read_back() -> None:
    event, author = "ab" * 32, bytes.fromhex(PUBLIC)
    word = nevent(event, author, ["wss://one.example.com", "wss://two.example.com"], 1)
    [found] = pointers(f"nostr:{word}")
    assert found == Pointer(event, is_event=True, relay="wss://one.example.com", author=PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        NPUB,
        f"nostr:{NPUB[:-1]}q",
        f"https://example.com/nostr:{NPUB}",
        f"nostr:{NSEC}",
        f"nostr:{encode('npub', b'too short')}",
        f"nostr:{encode('nprofile', b'')}",
        f"nostr:{encode('nevent', bytes((0, 200)) + b'breaks off')}",
    ],
)
def test_what_names_nobody_is_text(text: str) -> None:
    assert [*pointers(text)] == []


@given(prefix=st.text(ascii_lowercase, min_size=1, max_size=20), data=st.binary(max_size=400))
def test_every_word_is_read_back_as_it_was_written(prefix: str, data: bytes) -> None:
    assert decode(encode(prefix, data)) == (prefix, data)


@given(data=st.binary(min_size=1, max_size=60), place=st.integers(min_value=0), letter=st.sampled_from("qpzry9x8"))
def test_one_wrong_letter_is_always_noticed(data: bytes, place: int, letter: str) -> None:
    word = encode("npub", data)
    index = 5 + place % (len(word) - 5)
    changed = word[:index] + letter + word[index + 1 :]
    if changed != word:
        with pytest.raises(ValueError, match="mistyped"):
            decode(changed)


@given(st.text(max_size=100))
def test_no_text_is_taken_for_a_word_or_fails_otherwise(text: str) -> None:
    with pytest.raises(ValueError, match=r"bech32|mistyped|padding"):
        decode(text)
