"""The newer generation: what accounts say of themselves, text alone, settings, leads, replays (reference genviral)."""

import json
from typing import Any

import pytest

from sandbox.genviral import BASE_PATH, AccountsError, create_app
from tests.sandbox.caller import (
    BLUESKY,
    FACEBOOK,
    HOSTED,
    INSTAGRAM,
    LINKEDIN,
    PINTEREST,
    SLIDES,
    STRANGER,
    TIKTOK,
    TOKEN,
    VIDEO,
    YOUTUBE,
    Body,
    Caller,
    X,
    calling,
    post,
    to,
)

pytestmark = pytest.mark.anyio

LATER = "2990-01-01T00:00:00Z"
BOARD = {"board_id": "123456789"}
CLIP = VIDEO | {"duration_sec": 30}
URL = "https://lumen.example/a"

#: Every field of every settings object (reference genviral 6.4).
SETTINGS: dict[str, Body] = {
    "youtube": {
        "title": "x" * 100,
        "description": "Out now",
        "type": "public",
        "privacy": "unlisted",
        "tags": [{"value": "launch", "label": "Launch"}],
        "categoryId": "22",
        "selfDeclaredMadeForKids": "no",
        "madeForKids": False,
        "thumbnail": {"path": URL},
    },
    "x": {
        "who_can_reply_post": "mentionedUsers",
        "community": "https://x.com/i/communities/1",
        "made_with_ai": True,
        "paid_partnership": False,
    },
    "twitter": {"who_can_reply_post": "verified"},
    "instagram": {
        "post_type": "story",
        "is_trial_reel": True,
        "graduation_strategy": "SS_PERFORMANCE",
        "collaborators": [{"label": "ann"}],
        "cover_url": URL,
        "thumb_offset_ms": 1500,
        "share_to_feed": False,
    },
    "instagram-standalone": {"post_type": "post"},
    "facebook": {"url": URL},
    "linkedin": {"post_as_images_carousel": True, "carousel_name": "slides"},
    "linkedin-page": {},
    "bluesky": {},
}


def seed(account: str, platform: str, **more: Any) -> Body:
    return {"id": account, "platform": platform, "type": "byo", "username": "a", "display_name": "A", **more}


#: Bodies that only the newer generation takes.
NEWER: list[Body] = [
    post(media=..., accounts=to(X, BLUESKY, LINKEDIN, FACEBOOK)),
    post(media=None, accounts=to(X)),
    post(caption="x" * 2200, accounts=to(INSTAGRAM)),
    post(caption="x" * 63_206, media=..., accounts=to(FACEBOOK)),
    post(caption="é" * 2500, media=VIDEO, accounts=to(YOUTUBE)),
    post(media=CLIP | {"duration_sec": 140}, accounts=to(X)),
    post(media=VIDEO | {"durationSec": 20.5, "size": 4, "width": 1, "height": 2, "mime_type": "video/mp4"}),
    post(media=VIDEO | {"bytes": 4, "metadata": {"codec": "h264"}}),
    post(media=VIDEO, caption="x" * 100, tiktok={"title": "x" * 2100}),
    post(media=CLIP, settings=SETTINGS, accounts=to(YOUTUBE, X, INSTAGRAM, FACEBOOK, LINKEDIN, BLUESKY)),
    post(settings={}, accounts=to(LINKEDIN)),
]
#: Bodies that only the older generation takes.
OLDER: list[tuple[Body, str]] = [
    (post(accounts=to(YOUTUBE)), "validation_failed"),
    (post(pinterest={}, accounts=to(PINTEREST)), "invalid_payload"),
    (post(accounts=to(PINTEREST)), "validation_failed"),
    (post(tiktok={"title": "x" * 91}), "invalid_payload"),
    (post(scheduled_at="2990-01-01T00:00:00"), "invalid_payload"),
    (post(media=SLIDES | {"urls": SLIDES["urls"] * 6}, accounts=to(INSTAGRAM)), "validation_failed"),
]
#: Bodies that both take.
BOTH: list[Body] = [
    post(),
    post(tiktok={"title": "x" * 90, "post_mode": "MEDIA_UPLOAD"}, external_id="launch-1", scheduled_at=LATER),
    post(pinterest=BOARD | {"link": URL, "tags": ["a b"]}, accounts=to(PINTEREST, INSTAGRAM)),
    post(media=VIDEO, music_url="https://vm.tiktok.com/ZMabc123/", accounts=to(TIKTOK, HOSTED)),
]


@pytest.mark.parametrize("body", NEWER, ids=str)
async def test_what_only_the_newer_generation_takes_is_refused_by_the_older(
    genviral: Caller, newer: Caller, body: Body
) -> None:
    assert (await newer.send("POST", "/posts", body)).status_code == 201
    assert (await genviral.send("POST", "/posts", body)).status_code in (400, 422)


@pytest.mark.parametrize(("body", "code"), OLDER, ids=str)
async def test_what_only_the_older_generation_takes_is_refused_by_the_newer(
    genviral: Caller, newer: Caller, body: Body, code: str
) -> None:
    assert (await genviral.send("POST", "/posts", body)).status_code == 201
    assert (await newer.refusal("POST", "/posts", body))[1] == code


@pytest.mark.parametrize("body", BOTH, ids=str)
async def test_what_both_generations_take_is_shown_alike(genviral: Caller, newer: Caller, body: Body) -> None:
    shown = [await caller.shown((await caller.data("POST", "/posts", body))["id"]) for caller in (genviral, newer)]
    for one in shown:
        del one["id"], one["created_at"], one["scheduled_at"]
    assert shown[0] == shown[1]


async def test_accounts_say_what_they_take(newer: Caller) -> None:
    listed = (await newer.data("GET", "/accounts"))["accounts"]
    by_id = {account["id"]: account for account in listed}
    assert {account["platform"] for account in listed} >= {"twitter", "bluesky", "tiktok", "pinterest"}
    assert {frozenset(account["capabilities"]) for account in listed} == {
        frozenset({"supported_content_kinds", "caption_limit", "media_limits", "settings_schema"})
    }
    assert by_id[X]["capabilities"]["caption_limit"] == 280
    assert by_id[X]["capabilities"]["media_limits"] == {"max_images": 4, "max_video_seconds": 140}
    assert by_id[HOSTED]["capabilities"]["caption_limit"] == 500
    textual = {one["id"] for one in listed if "text_only" in one["capabilities"]["supported_content_kinds"]}
    assert textual == {X, BLUESKY, LINKEDIN, FACEBOOK}


REFUSED: list[tuple[str, Body]] = [
    (INSTAGRAM, post(media=..., accounts=to(X, INSTAGRAM))),
    (HOSTED, post(media=None, accounts=to(HOSTED))),
    (YOUTUBE, post(accounts=to(INSTAGRAM, YOUTUBE))),
    (PINTEREST, post(media=VIDEO, accounts=to(PINTEREST))),
    (X, post(caption="x" * 281, media=..., accounts=to(FACEBOOK, X))),
    (BLUESKY, post(caption="x" * 301, media=..., accounts=to(BLUESKY))),
    (YOUTUBE, post(caption="é" * 2501, media=VIDEO, accounts=to(YOUTUBE))),
    (HOSTED, post(caption="x" * 501, accounts=to(TIKTOK, HOSTED))),
    (PINTEREST, post(caption="x" * 701, pinterest=BOARD | {"tags": ["x" * 99]}, accounts=to(PINTEREST))),
    (TIKTOK, post(caption="x" * 2201, media=VIDEO)),
    (TIKTOK, post(caption="x" * 2000, media=VIDEO, tiktok={"title": "x" * 100, "description": "x" * 101})),
    (X, post(media=SLIDES | {"urls": SLIDES["urls"] * 3}, accounts=to(LINKEDIN, X))),
    (BLUESKY, post(media=VIDEO | {"duration": 181}, accounts=to(BLUESKY))),
    ("media.duration_sec", post(media=VIDEO, accounts=to(X))),
    ("140 seconds", post(media=CLIP | {"duration_sec": 140.5}, accounts=to(X))),
    ("15 to 60", post(media=CLIP | {"duration_sec": 14}, accounts=to(HOSTED))),
    ("BYO TikTok", post(tiktok={}, accounts=to(HOSTED))),
    ("100 MB", post(media=VIDEO | {"bytes": 100 * 1024**2})),
    ("pinterest.board_id", post(accounts=to(INSTAGRAM, PINTEREST))),
    ("require a video", post(settings={"youtube": {}}, accounts=to(INSTAGRAM))),
]


@pytest.mark.parametrize(("hint", "body"), REFUSED, ids=[f"{number}" for number in range(len(REFUSED))])
async def test_a_post_that_an_account_does_not_take_is_refused_by_name(newer: Caller, hint: str, body: Body) -> None:
    status, code, answer = await newer.refusal("POST", "/posts", body)
    assert (status, code) == (400, "validation_failed")
    assert hint in answer["message"]
    assert (await newer.look("/posts"))["posts"] == []


MISSHAPEN: list[tuple[str | None, str, Body]] = [
    ("caption", "at least 1 character(s)", post(caption="", media=...)),
    ("media", "Unrecognized key(s) in object: 'duration_sec'", post(media=SLIDES | {"duration_sec": 3})),
    ("media", "Expected number, received string", post(media=VIDEO | {"duration_sec": "30"})),
    ("media", "Expected a plain value", post(media=VIDEO | {"metadata": {"codec": {}}})),
    ("settings", "Expected object, received array", post(settings=[])),
    ("settings", "Expected object, received null", post(settings=None)),
    ("settings", "Unrecognized key(s) in object: 'threads'", post(settings={"threads": {}})),
    (
        "settings",
        "Unrecognized key(s) in object: 'tiktok', 'pinterest'",
        post(settings={"tiktok": {}, "pinterest": {}}),
    ),
    ("settings", "Unrecognized key(s) in object: 'coverUrl'", post(settings={"instagram": {"coverUrl": URL}})),
    ("settings", "Unrecognized key(s) in object: 'text'", post(settings={"bluesky": {"text": "hi"}})),
    ("settings", "at most 100 character(s)", post(settings={"youtube": {"title": "x" * 101}})),
    ("settings", "Expected object, received string", post(settings={"youtube": {"tags": ["launch"]}})),
    ("settings", "Expected string, received number", post(settings={"youtube": {"categoryId": 22}})),
    ("settings", "Invalid enum value", post(settings={"youtube": {"privacy": "friends"}})),
    (
        "settings",
        "Expected 'yes' | 'no', received boolean",
        post(settings={"youtube": {"selfDeclaredMadeForKids": True}}),
    ),
    ("settings", "Expected object, received string", post(settings={"youtube": {"thumbnail": URL}})),
    ("settings", "Invalid enum value", post(settings={"x": {"who_can_reply_post": "nobody"}})),
    ("settings", "Expected object, received string", post(settings={"instagram": {"collaborators": ["ann"]}})),
    ("settings", "Number must be", post(settings={"instagram": {"thumb_offset_ms": -1}})),
    ("settings", "Invalid url", post(settings={"facebook": {"url": "lumen"}})),
    ("pinterest", "Required", post(pinterest={"title": "A"}, accounts=to(PINTEREST))),
    (
        "pinterest",
        "at most 2048 character(s)",
        post(pinterest=BOARD | {"link": URL + "x" * 2048}, accounts=to(PINTEREST)),
    ),
    ("tiktok", "at most 90 character(s) for slideshow", post(tiktok={"title": "x" * 91})),
    ("scheduled_at", "Invalid datetime", post(scheduled_at="2990-01-01T10:00:00")),
    (None, "tiktok and pinterest cannot be sent together", post(tiktok={}, pinterest=BOARD)),
    (None, "Unrecognized key(s) in object: 'youtube'", post(youtube={})),
]


@pytest.mark.parametrize(("field", "message", "body"), MISSHAPEN)
async def test_a_request_of_the_wrong_shape_is_refused_field_by_field(
    newer: Caller, field: str | None, message: str, body: Body
) -> None:
    status, code, answer = await newer.refusal("POST", "/posts", body)
    assert (status, code) == (422, "invalid_payload")
    issues = answer["issues"]
    [found] = issues["formErrors"] if field is None else issues["fieldErrors"].pop(field)
    assert message in found
    assert issues["fieldErrors"] == {}


async def test_a_length_beyond_all_numbers_is_refused(newer: Caller) -> None:
    body = json.dumps(post(media=CLIP)).replace("30", "1e999")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = await newer.http.post(f"{newer.url}{BASE_PATH}/posts", content=body, headers=headers)
    assert answer.json()["issues"]["fieldErrors"] == {"media": ["Number must be finite"]}


@pytest.mark.parametrize(
    ("seconds", "status"), [(-3600, "pending"), (28, "pending"), (45, None), (115, None), (130, "scheduled")]
)
async def test_a_time_is_now_or_two_minutes_ahead(newer: Caller, seconds: int, status: str | None) -> None:
    body = post(scheduled_at=await newer.ahead(seconds=seconds))
    if status is None:
        assert (await newer.refusal("POST", "/posts", body))[:2] == (400, "validation_failed")
    else:
        assert (await newer.data("POST", "/posts", body))["status"] == status


async def test_a_text_is_published_with_a_link_and_without_media(newer: Caller) -> None:
    created = await newer.create(media=..., accounts=to(X, BLUESKY))
    assert set(created) == {"id", "status", "scheduled_at"}
    await newer.wait(10)
    shown = await newer.shown(created["id"])
    assert (shown["status"], shown["media"]) == ("posted", None)
    links = [state["published_url"].split("/")[2] for state in shown["accounts"]["states"]]
    assert links == ["x.com", "bsky.app"]


async def test_settings_are_shown_where_some_were_given(newer: Caller) -> None:
    plain = await newer.create()
    assert "settings" not in await newer.shown(plain["id"])
    created = await newer.create(media=CLIP, settings=SETTINGS, accounts=to(YOUTUBE))
    assert (await newer.shown(created["id"]))["settings"] == SETTINGS


async def test_what_is_known_of_a_video_is_not_warned_of(newer: Caller) -> None:
    codes: list[list[str]] = []
    for known in ({}, {"duration_sec": 20}, {"video_duration_sec": 20, "size": 4}):
        created = await newer.create(media=VIDEO | known)
        codes.append([warning["code"] for warning in created.get("warnings", [])])
    assert codes == [["VIDEO_DURATION_MISSING", "VIDEO_METADATA_MISSING"], ["VIDEO_METADATA_MISSING"], []]


async def test_an_uploaded_videos_length_is_known(newer: Caller) -> None:
    issued = await newer.data("POST", "/files", {"contentType": "video/mp4", "duration_sec": 141})
    await newer.http.put(issued["uploadUrl"], content=b"clip", headers={"Content-Type": "video/mp4"})
    refusal = await newer.refusal("POST", "/posts", post(media=VIDEO | {"url": issued["url"]}, accounts=to(X)))
    assert "140 seconds" in refusal[2]["message"]
    await newer.create(media=VIDEO | {"url": issued["url"], "duration_sec": 140}, accounts=to(X))


async def test_a_replay_says_that_it_is_one(newer: Caller) -> None:
    first = await newer.send("POST", "/posts", post(external_id="launch-1"))
    again = await newer.send("POST", "/posts", post(external_id="launch-1"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"] == first.json()["data"] | {"duplicate": True}
    refusal = await newer.refusal("POST", "/posts", post(external_id="launch-1", caption="Another"))
    assert refusal[:2] == (409, "create_failed")
    [recorded] = (await newer.look("/posts"))["posts"]
    assert (recorded["external_id"], recorded["requests"]) == ("launch-1", 2)


async def test_a_request_without_an_external_id_is_known_by_its_body(newer: Caller) -> None:
    first = await newer.create()
    again = await newer.send("POST", "/posts", dict(reversed(post().items())))
    assert (again.status_code, again.json()["data"]["id"]) == (200, first["id"])
    assert again.json()["data"]["duplicate"] is True
    assert (await newer.create(caption="Another"))["id"] != first["id"]
    named = [(await newer.create(external_id=name))["id"] for name in ("launch-1", "launch-2")]
    assert len({first["id"], *named}) == 3


async def test_a_deleted_post_is_forgotten_and_can_be_made_again(newer: Caller) -> None:
    first = await newer.create(scheduled_at=LATER)
    await newer.data("POST", "/posts/delete", {"postIds": [first["id"]]})
    assert (await newer.create(scheduled_at=LATER))["id"] != first["id"]


async def test_a_patch_merges_settings_and_may_take_the_media_away(newer: Caller) -> None:
    settings = {"x": {"made_with_ai": True, "who_can_reply_post": "following"}, "linkedin": {"carousel_name": "a"}}
    created = await newer.create(scheduled_at=LATER, accounts=to(X, LINKEDIN), settings=settings)
    patch = {"media": None, "settings": {"x": {"who_can_reply_post": "everyone"}, "facebook": {"url": URL}}}
    await newer.data("PATCH", f"/posts/{created['id']}", patch)
    shown = await newer.shown(created["id"])
    assert shown["media"] is None
    assert shown["settings"] == {
        "x": {"made_with_ai": True, "who_can_reply_post": "everyone"},
        "linkedin": {"carousel_name": "a"},
        "facebook": {"url": URL},
    }


@pytest.mark.parametrize(
    ("status", "code", "patch"),
    [
        (422, "invalid_payload", {"settings": {"threads": {}}}),
        (422, "invalid_payload", {"settings": {"x": {"reply": "everyone"}}}),
        (422, "invalid_payload", {"pinterest": {}}),
        (422, "invalid_payload", {"scheduled_at": "2990-01-01T10:00:00"}),
        (400, "validation_failed", {"accounts": to(INSTAGRAM), "media": None}),
        (400, "validation_failed", {"accounts": to(PINTEREST)}),
        (400, "validation_failed", {"media": VIDEO}),
        (400, "validation_failed", {"caption": "x" * 281}),
        (409, "external_id_immutable", {"external_id": "launch-2"}),
    ],
    ids=str,
)
async def test_a_patch_is_held_to_the_rules_of_a_whole_post_and_changes_nothing_when_refused(
    newer: Caller, status: int, code: str, patch: Body
) -> None:
    created = await newer.create(scheduled_at=LATER, accounts=to(X), external_id="launch-1")
    before = await newer.shown(created["id"])
    assert (await newer.refusal("PATCH", f"/posts/{created['id']}", patch))[:2] == (status, code)
    assert await newer.shown(created["id"]) == before


async def test_a_patch_to_a_time_too_near_changes_nothing_else_either(newer: Caller) -> None:
    created = await newer.create(scheduled_at=LATER)
    before = await newer.shown(created["id"])
    patch = {"caption": "New", "scheduled_at": await newer.ahead(seconds=60)}
    assert (await newer.refusal("PATCH", f"/posts/{created['id']}", patch))[:2] == (400, "validation_failed")
    assert await newer.shown(created["id"]) == before


async def test_accounts_may_bring_capabilities_of_their_own_or_none() -> None:
    premium = {
        "supported_content_kinds": ["text_only", "single_video"],
        "caption_limit": 4000,
        "media_limits": {"max_video_seconds": 600},
    }
    seeds = [seed(X, "twitter", capabilities=premium), seed(STRANGER, "twitter"), seed(BLUESKY, "bluesky")]
    async with calling(create_app(seeds, generation="v2")) as caller:
        listed = (await caller.data("GET", "/accounts"))["accounts"]
        assert [account.get("capabilities") for account in listed] == [premium, None, None]
        await caller.create(caption="x" * 4000, media=..., accounts=to(X))
        await caller.create(media=CLIP | {"duration_sec": 600}, accounts=to(X))
        for body in (
            post(accounts=to(X)),
            post(media=CLIP | {"duration_sec": 601}, accounts=to(X)),
            post(media=..., accounts=to(STRANGER)),
            post(caption="x" * 281, accounts=to(STRANGER)),
            post(media=CLIP | {"duration_sec": 141}, accounts=to(STRANGER)),
            post(media=None, accounts=to(BLUESKY)),
        ):
            assert (await caller.refusal("POST", "/posts", body))[:2] == (400, "validation_failed")


@pytest.mark.parametrize(
    ("capabilities", "complaint"),
    [
        ({}, "Required"),
        ({"supported_content_kinds": []}, "at least 1 element"),
        ({"supported_content_kinds": ["text_only"], "caption_limit": "280"}, "Expected number"),
        ({"supported_content_kinds": ["text_only"], "media_limits": {"images": 4}}, "'images'"),
        ({"supported_content_kinds": ["text_only"], "settings_schema": []}, "Expected object"),
    ],
)
def test_capabilities_of_the_wrong_shape_are_refused_at_the_start(capabilities: Body, complaint: str) -> None:
    with pytest.raises(AccountsError, match=complaint):
        create_app([seed(X, "twitter", capabilities=capabilities)], generation="v2")
