"""POST /posts, as seed 001 has it."""

import json
from datetime import datetime, timedelta

import pytest

from sandbox.genviral import BASE_PATH
from tests.sandbox.caller import INSTAGRAM, SLIDES, TIKTOK, TOKEN, VIDEO, Caller, post, to

pytestmark = pytest.mark.anyio


async def test_a_post_without_a_time_is_pending_and_stamped_with_the_time_of_its_publishing(genviral: Caller) -> None:
    before = await genviral.ahead()
    answer = await genviral.send("POST", "/posts", post())
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert set(data) == {"id", "status", "scheduled_at"}
    assert data["status"] == "pending"
    stamped = datetime.fromisoformat(data["scheduled_at"])
    assert stamped == datetime.fromisoformat(before)


@pytest.mark.parametrize(("seconds", "status"), [(-3600, "pending"), (29, "pending"), (40, "scheduled")])
async def test_a_time_within_thirty_seconds_means_now(genviral: Caller, seconds: int, status: str) -> None:
    created = await genviral.create(scheduled_at=await genviral.ahead(seconds=seconds))
    assert created["status"] == status


async def test_a_scheduled_post_keeps_its_time_in_utc(genviral: Caller) -> None:
    answer = await genviral.send("POST", "/posts", post(scheduled_at="2990-02-01T15:00:00+02:00"))
    assert answer.json()["message"] == "Post scheduled"
    assert answer.json()["data"]["scheduled_at"] == "2990-02-01T13:00:00Z"


@pytest.mark.parametrize("text", ["2990-02-01T13:00:00.000Z", "2990-02-01T13:00Z", "2990-02-01T13:00:00"])
async def test_iso_times_are_read_in_their_usual_forms(genviral: Caller, text: str) -> None:
    created = await genviral.create(scheduled_at=text)
    assert created["scheduled_at"] == "2990-02-01T13:00:00Z"


async def test_a_post_is_shown_with_the_fields_of_the_documentation(genviral: Caller) -> None:
    tiktok = {"post_mode": "MEDIA_UPLOAD", "title": "Look", "disable_comment": True}
    created = await genviral.create(scheduled_at="2990-01-01T00:00:00Z", tiktok=tiktok)
    shown = await genviral.shown(created["id"])
    created_at = shown.pop("created_at")
    assert datetime.fromisoformat(created_at).utcoffset() == timedelta()
    assert shown == {
        "id": created["id"],
        "caption": "Launch day",
        "status": "scheduled",
        "scheduled_at": "2990-01-01T00:00:00Z",
        "media": SLIDES,
        "music_url": None,
        "tiktok": tiktok,
        "pinterest": None,
        "accounts": {
            "total": 1,
            "states": [
                {
                    "account_id": TIKTOK,
                    "status": "scheduled",
                    "published_at": None,
                    "error_message": None,
                    "last_attempted_at": None,
                    "published_url": None,
                }
            ],
        },
    }


async def test_a_video_of_which_nothing_is_known_is_taken_with_warnings(genviral: Caller) -> None:
    created = await genviral.create(media=VIDEO)
    assert [(one["field"], one["code"]) for one in created["warnings"]] == [
        ("media", "VIDEO_DURATION_MISSING"),
        ("media", "VIDEO_METADATA_MISSING"),
    ]


async def test_captions_come_back_as_they_were_sent(genviral: Caller) -> None:
    caption = "Grüße 👩‍👩‍👧 \u0000 \u2028 \ud800"
    answer = await genviral.http.post(
        f"{genviral.url}{BASE_PATH}/posts",
        content=json.dumps(post(caption=caption)),
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert (await genviral.shown(answer.json()["data"]["id"]))["caption"] == caption
    [recorded] = (await genviral.look("/posts"))["posts"]
    assert recorded["caption"] == caption


async def test_an_account_that_is_named_twice_is_delivered_to_once(genviral: Caller) -> None:
    created = await genviral.create(accounts=to(INSTAGRAM, INSTAGRAM.upper()))
    assert (await genviral.shown(created["id"]))["accounts"]["total"] == 1
