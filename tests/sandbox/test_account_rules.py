"""400: what is wrong once the accounts are known (seeds 000, 001; reference genviral 6)."""

from typing import Any

import pytest

from sandbox.genviral import create_app
from tests.sandbox.caller import (
    HOSTED,
    INSTAGRAM,
    PINTEREST,
    SLIDES,
    STRANGER,
    TIKTOK,
    VIDEO,
    Caller,
    calling,
    post,
    to,
)

pytestmark = pytest.mark.anyio

SONG = "https://www.tiktok.com/@genviral/video/1234567890"
TAGS = ["x" * 99] * 7

REFUSED: list[tuple[str, str, Any]] = [
    ("unknown_accounts", "unknown", post(accounts=to(STRANGER))),
    ("unknown_accounts", "unknown", post(accounts=to(TIKTOK, STRANGER))),
    ("validation_failed", "TikTok", post(music_url=SONG, accounts=to(TIKTOK, INSTAGRAM))),
    ("validation_failed", "BYO TikTok", post(tiktok={}, accounts=to(TIKTOK, INSTAGRAM))),
    ("validation_failed", "BYO TikTok", post(tiktok={}, accounts=to(TIKTOK, HOSTED))),
    ("validation_failed", "Pinterest account", post(pinterest={}, accounts=to(INSTAGRAM))),
    ("validation_failed", "slideshow", post(pinterest={}, media=VIDEO, accounts=to(PINTEREST))),
    ("validation_failed", "800", post(caption="x" * 101, pinterest={"tags": TAGS}, accounts=to(PINTEREST))),
    ("validation_failed", ".mp4", post(media=SLIDES | {"urls": ["https://media.example.com/clip.mp4"]})),
    ("validation_failed", ".webp", post(media=SLIDES | {"urls": ["https://media.example.com/1.WEBP?x=1"]})),
    ("validation_failed", ".png", post(media=VIDEO | {"url": "https://media.example.com/clip.png"})),
    ("invalid_music_url", "TikTok", post(music_url="a song")),
    ("invalid_music_url", "TikTok", post(music_url="https://example.com/@genviral/video/1")),
    ("invalid_music_url", "TikTok", post(music_url="https://www.tiktok.com.example.com/@genviral/video/1")),
    ("invalid_music_url", "TikTok", post(music_url="https://www.tiktok.com/@genviral")),
    ("media_unreachable", "nowhere.invalid", post(media=VIDEO | {"url": "https://nowhere.invalid/clip.mp4"})),
    ("media_unreachable", "unreachable", post(media=VIDEO | {"url": "https://media.example.com/unreachable/clip.mp4"})),
    ("media_unreachable", "127.0.0.1", post(media=VIDEO | {"url": "http://127.0.0.1:8000/clip.mp4"})),
    ("media_unreachable", "[::1]", post(media=VIDEO | {"url": "http://[::1]/clip.mp4"})),
    ("media_unreachable", "localhost", post(media=SLIDES | {"urls": [*SLIDES["urls"], "http://localhost/3.png"]})),
    ("media_unreachable", "cdn.vireel.io", post(media=VIDEO | {"url": "https://cdn.vireel.io/never/issued.mp4"})),
]


@pytest.mark.parametrize(("code", "hint", "body"), REFUSED)
async def test_a_well_formed_post_that_does_not_suit_its_accounts_is_refused(
    genviral: Caller, code: str, hint: str, body: Any
) -> None:
    status, found, answer = await genviral.refusal("POST", "/posts", body)
    assert (status, found) == (400, code)
    assert hint in answer["message"]
    assert "issues" not in answer
    assert (await genviral.look("/posts"))["posts"] == []


@pytest.mark.parametrize(
    "body",
    [
        post(caption="x" * 100, pinterest={"tags": TAGS}, accounts=to(PINTEREST, INSTAGRAM)),
        post(music_url=SONG, accounts=to(TIKTOK, HOSTED)),
        post(music_url="https://vm.tiktok.com/ZMabc123/"),
        post(media=VIDEO | {"url": "https://media.example.com/stream?id=1"}),
        post(media=VIDEO | {"url": "http://203.0.113.example.com/v2.0/CLIP.MOV"}),
    ],
)
async def test_a_post_that_suits_its_accounts_is_taken(genviral: Caller, body: Any) -> None:
    assert (await genviral.send("POST", "/posts", body)).status_code == 201


async def test_no_account_left_is_told_apart_from_an_unknown_one() -> None:
    asleep = {"id": STRANGER, "platform": "x", "type": "byo", "username": "a", "display_name": "A", "status": "paused"}
    awake = asleep | {"id": TIKTOK, "status": "active"}
    async with calling(create_app([asleep, awake])) as caller:
        listed = (await caller.data("GET", "/accounts"))["accounts"]
        assert [account["id"] for account in listed] == [TIKTOK]
        assert (await caller.refusal("POST", "/posts", post(accounts=to(STRANGER))))[:2] == (400, "missing_accounts")
        refusal = await caller.refusal("POST", "/posts", post(accounts=to(STRANGER, TIKTOK)))
        assert refusal[:2] == (400, "unknown_accounts")


async def test_the_tightest_account_decides_over_the_caption() -> None:
    short = {"id": STRANGER, "platform": "twitter", "type": "byo", "username": "a", "display_name": "A"}
    long = short | {"id": TIKTOK, "platform": "facebook"}
    async with calling(create_app([short, long])) as caller:
        await caller.create(caption="x" * 280, accounts=to(STRANGER, TIKTOK))
        await caller.create(caption="x" * 281, accounts=to(TIKTOK))
        _, code, answer = await caller.refusal("POST", "/posts", post(caption="x" * 281, accounts=to(TIKTOK, STRANGER)))
        assert code == "validation_failed"
        assert STRANGER in answer["message"]
