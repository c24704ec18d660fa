"""Adding an account on Nostr: what a key and relays must be, and what the relays say of themselves."""

import json
import sys
from pathlib import Path

import pytest

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from providers.networks.nostr.bech32 import encode
from providers.networks.nostr.event import Signer
from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.local.networked import means
from tests.nostr.reading import key, publish
from tests.peers.between import between

pytestmark = pytest.mark.anyio

HERE = means(Path())


async def logged_in(told_key: str, relays: str) -> Login:
    return await KINDS["nostr"].log_in({"key": told_key, "relays": relays}, HERE)


async def test_an_account_is_named_by_its_profile_and_holds_nothing_secret(relay: str) -> None:
    mine = key()
    profile = json.dumps({"name": "Ada\u202e Lovelace"})
    await publish(relay, Signer(bytes.fromhex(mine)).sign(0, int(utc_now().timestamp()), profile))
    found = await logged_in(encode("nsec", bytes.fromhex(mine)), f"{relay}, {relay}")
    assert (found.account.name, found.account.platform) == ("Ada Lovelace", "nostr")
    assert (found.account.username or "").startswith("npub1")
    assert found.account.id == f"local:nostr-{(found.account.username or '')[5:13]}"
    assert found.settings["relays"] == relay
    assert found.secrets == {"key": mine}
    assert mine not in repr(found)
    assert await KINDS["nostr"].connect(found, HERE).greet() == "Ada Lovelace"


@pytest.mark.parametrize(
    ("relays", "why"),
    [
        ("", "give 1 to 10 relays"),
        (" ".join(f"wss://relay-{number}.example.com" for number in range(11)), "give 1 to 10 relays"),
        ("https://relay.example.com", "is no relay"),
        ("wss://me:secret@relay.example.com", "relays take none"),
        ("wss://", "is no relay"),
        (f"wss://relay.example.com/{'x' * 200}", "is no relay"),
        ("ws://relay.example.com", "is not encrypted"),
    ],
)
async def test_what_can_be_no_relay_is_refused_before_anybody_is_asked(relays: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        await logged_in(key(), relays)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("told", ["0" * 64, "f" * 64])
async def test_a_number_that_is_no_key_is_refused(relay: str, told: str) -> None:
    with pytest.raises(ValueError, match="outside of the curve"):
        await logged_in(told, relay)


async def test_a_relay_that_does_not_answer_is_named(relay: str) -> None:
    async with between(relay) as link:
        gone = link.url
    with pytest.raises(Failure) as failed:
        await logged_in(key(), f"{relay} {gone}")
    assert failed.value.code is ErrorCode.PROVIDER_UNREACHABLE
    assert gone in failed.value.message
    assert relay not in failed.value.message


@pytest.mark.parametrize("package", ["coincurve", "websockets"])
async def test_a_missing_package_is_named_with_how_to_get_it(
    relay: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ValueError, match=rf"{package}, .* install postwright\[nostr\]"):
        await logged_in(key(), relay)


@pytest.mark.parametrize(
    ("limits", "caption"),
    [
        ([{}, {"max_content_length": 500}, {"max_content_length": 280}], 280),
        ([{"max_message_length": 65_536}], 64_536),
        ([{"max_message_length": 700}], 1),
        ([{"max_content_length": True, "max_message_length": "65536"}], None),
        ([{"max_content_length": -1}, "limits"], None),
    ],
)
async def test_the_tightest_relay_decides_what_a_caption_may_be(
    relay: str, limits: list[object], caption: int | None
) -> None:
    answers = [json.dumps({"limitation": limit}).encode() for limit in limits]
    async with between(relay) as one, between(relay) as two, between(relay) as three:
        links = [one, two, three][: len(limits)]
        for link, body in zip(links, answers, strict=True):
            head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body)
            link.instead = lambda asked, answer=head + body: answer if b"nostr+json" in asked else b""
        found = await logged_in(key(), " ".join(link.url for link in links))
    assert found.account.capabilities is not None
    assert found.account.capabilities.caption_limit == caption
