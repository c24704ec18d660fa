"""What a delivery becomes as an event, whatever its text."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import coincurve
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.networks.network import Parcel
from providers.networks.nostr.errors import TABLE
from providers.networks.nostr.event import Signer, note
from providers.networks.nostr.names import nevent
from schemas.errors import ErrorCode
from schemas.untrusted import unprintable

SIGNER = Signer(bytes.fromhex("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"))
DUE = datetime(2026, 11, 24, 9, 0, 0, 500_000, tzinfo=UTC)
CAPTIONS = st.text(min_size=1).filter(lambda text: unprintable(text) is None)


def parcel(caption: str, due_at: datetime = DUE) -> Parcel:
    return Parcel("dlv_1", "pst_1", "local:nostr", caption, None, due_at)


@given(CAPTIONS)
def test_every_text_is_the_same_signed_event_on_every_try(caption: str) -> None:
    first, second = note(parcel(caption), SIGNER), note(replace(parcel(caption), delivery_id="dlv_2"), SIGNER)
    assert first.id == second.id
    message = json.loads(first.message)
    assert (message[0], message[1]["id"], message[1]["content"]) == ("EVENT", first.id, caption)
    signature, digest = bytes.fromhex(message[1]["sig"]), bytes.fromhex(first.id)
    assert coincurve.PublicKeyXOnly(SIGNER.public).verify(signature, digest)
    for tag in message[1]["tags"]:
        assert tag[1].lower() in caption.lower()


def test_another_text_or_another_time_is_another_event() -> None:
    ids = {
        note(parcel(caption, DUE + timedelta(seconds=later)), SIGNER).id
        for caption in ("Hello", "Hello!")
        for later in (0, 1)
    }
    assert len(ids) == 4


def test_an_event_that_a_text_names_is_quoted() -> None:
    word = nevent("ab" * 32, SIGNER.public, ["wss://relay.example.com"], 1)
    tags = json.loads(note(parcel(f"As said: nostr:{word}"), SIGNER).body)["tags"]
    assert tags == [["q", "ab" * 32, "wss://relay.example.com", SIGNER.public.hex()]]


@pytest.mark.parametrize(
    ("caption", "hashtags"),
    [
        ("#one#two #Three, (#four) \"#five\" '#six' [#seven]", ["one", "three", "four", "five", "six", "seven"]),
        ("no#tag & https://example.com/#anchor #2026 # ##double", []),
        ("#日本 #größe_2 #GRÖSSE_2", ["日本", "größe_2", "grösse_2"]),
    ],
)
def test_hashtags_are_words_that_stand_by_themselves(caption: str, hashtags: list[str]) -> None:
    tags = json.loads(note(parcel(caption), SIGNER).body)["tags"]
    assert [tag[1] for tag in tags if tag[0] == "t"] == hashtags


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("blocked: you are banned from posting here", ErrorCode.FORBIDDEN),
        ("restricted: not a member", ErrorCode.FORBIDDEN),
        ("auth-required: we only accept events from registered users", ErrorCode.FORBIDDEN),
        ("rate-limited: slow down there chief", ErrorCode.RATE_LIMITED),
        ("invalid: event creation date is too far off", ErrorCode.PLATFORM_REFUSED),
        ("invalid: 1700000000 is in the future", ErrorCode.MISCONFIGURED),
        ("pow: difficulty 26 is less than 30", ErrorCode.PLATFORM_REFUSED),
        ("rejected: too many 'p' tags", ErrorCode.PLATFORM_REFUSED),
        ("mute: no one was listening", ErrorCode.PLATFORM_REFUSED),
        ("error: could not connect to the database", ErrorCode.PROVIDER_ERROR),
        ("nothing that any standard knows", ErrorCode.PLATFORM_REFUSED),
        ("", ErrorCode.PLATFORM_REFUSED),
    ],
)
def test_every_reason_of_a_relay_has_its_code(words: str, code: ErrorCode) -> None:
    assert TABLE.find(400, words.partition(":")[0], words).code is code
