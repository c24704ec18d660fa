"""422 invalid_payload: the shape of a request, and of the complaint (seed 000, reference genviral 2.1)."""

from typing import Any

import pytest

from sandbox.genviral import BASE_PATH
from tests.sandbox.caller import SLIDES, TIKTOK, TOKEN, VIDEO, Caller, post, to

pytestmark = pytest.mark.anyio

UNREADABLE = ("", "{", "{'caption': 1}", '{"caption": NaN}', "[" * 100_000, "\xff")

#: Field (None: the form), what is wrong, and the request.
REFUSED: list[tuple[str | None, str, Any]] = [
    (None, "Expected object, received array", []),
    (None, "Expected object, received number", 5),
    ("caption", "Required", post(caption=...)),
    ("caption", "Expected string, received number", post(caption=5)),
    ("caption", "Expected string, received null", post(caption=None)),
    ("caption", "at least 1 character(s)", post(caption="")),
    ("caption", "at most 500 character(s)", post(caption="x" * 501)),
    ("caption", "at most 500 character(s)", post(caption="😀" * 251)),
    ("media", "Required", post(media=...)),
    ("media", "Expected object, received null", post(media=None)),
    ("media", "Expected 'video' | 'slideshow'", post(media={"type": "gif", "url": "https://a.example/b.gif"})),
    ("media", "Required", post(media={"type": "video"})),
    ("media", "Invalid url", post(media=VIDEO | {"url": "clip.mp4"})),
    ("media", "Invalid url", post(media=VIDEO | {"url": "https://[::1"})),
    ("media", "Unrecognized key(s) in object: 'images'", post(media=SLIDES | {"images": []})),
    ("media", "Unrecognized key(s) in object: 'duration_sec'", post(media=VIDEO | {"duration_sec": 20})),
    ("media", "at least 1 element(s)", post(media=SLIDES | {"urls": []})),
    ("media", "at most 35 element(s)", post(media=SLIDES | {"urls": ["https://a.example/1.jpg"] * 36})),
    ("accounts", "Required", post(accounts=...)),
    ("accounts", "at least 1 element(s)", post(accounts=[])),
    ("accounts", "at most 10 element(s)", post(accounts=to(*[TIKTOK] * 11))),
    ("accounts", "Expected object, received string", post(accounts=[TIKTOK])),
    ("accounts", "Invalid uuid", post(accounts=to("tiktok-1"))),
    ("accounts", "Unrecognized key(s) in object: 'name'", post(accounts=[{"id": TIKTOK, "name": "x"}])),
    ("scheduled_at", "Invalid datetime", post(scheduled_at="tomorrow")),
    ("scheduled_at", "Invalid datetime", post(scheduled_at="2026-02-30T10:00:00Z")),
    ("scheduled_at", "Invalid datetime", post(scheduled_at="0001-01-01T00:00:00+10:00")),
    ("scheduled_at", "Expected string, received null", post(scheduled_at=None)),
    ("music_url", "Expected string, received null", post(music_url=None)),
    ("external_id", "at most 128 character(s)", post(external_id="x" * 129)),
    ("tiktok", "at most 150 character(s)", post(tiktok={"title": "x" * 151})),
    ("tiktok", "Invalid enum value", post(tiktok={"post_mode": "DRAFT"})),
    ("tiktok", "Invalid enum value", post(tiktok={"privacy_level": "PRIVATE"})),
    ("tiktok", "Expected boolean, received string", post(tiktok={"disable_duet": "yes"})),
    ("tiktok", "Expected integer, received float", post(media=VIDEO, tiktok={"video_cover_timestamp_ms": 0.5})),
    ("tiktok", "Number must be", post(media=VIDEO, tiktok={"video_cover_timestamp_ms": -1})),
    ("tiktok", "Unrecognized key(s)", post(tiktok={"is_aigc": True})),
    ("tiktok", "media.type is slideshow", post(media=VIDEO, tiktok={"post_mode": "MEDIA_UPLOAD"})),
    ("tiktok", "for video with DIRECT_POST", post(tiktok={"video_cover_timestamp_ms": 1000})),
    ("tiktok", "at most 2200 character(s) for video", post(media=VIDEO, tiktok={"description": "x" * 2201})),
    ("tiktok", "at most 4000 character(s)", post(tiktok={"description": "x" * 4001})),
    ("pinterest", "at most 30 element(s)", post(pinterest={"tags": ["tag"] * 31})),
    ("pinterest", "at most 100 character(s)", post(pinterest={"tags": ["x" * 101]})),
    ("pinterest", "at least 1 character(s)", post(pinterest={"tags": [""]})),
    ("pinterest", "Invalid url", post(pinterest={"link": "example.com"})),
    (None, "tiktok and pinterest cannot be sent together", post(tiktok={}, pinterest={})),
    (None, "Unrecognized key(s) in object: 'facebook'", post(facebook={})),
    (None, "Unrecognized key(s) in object: 'instagram'", post(instagram={})),
    (None, "Unrecognized key(s) in object: 'linkedin'", post(linkedin={})),
    (None, "Unrecognized key(s) in object: 'youtube'", post(youtube={})),
    (None, "Unrecognized key(s) in object: 'settings'", post(settings={"x": {}})),
    (None, "Unrecognized key(s) in object: 'post_mode', 'text'", post(post_mode="DIRECT_POST", text="hi")),
]


@pytest.mark.parametrize(("field", "message", "body"), REFUSED)
async def test_a_request_of_the_wrong_shape_is_refused_field_by_field(
    genviral: Caller, field: str | None, message: str, body: Any
) -> None:
    status, code, answer = await genviral.refusal("POST", "/posts", body)
    assert (status, code) == (422, "invalid_payload")
    issues = answer["issues"]
    assert set(issues) == {"formErrors", "fieldErrors"}
    [found] = issues["formErrors"] if field is None else issues["fieldErrors"].pop(field)
    assert message in found
    assert issues["fieldErrors"] == {}
    assert (await genviral.look("/posts"))["posts"] == []


async def test_all_issues_come_at_once(genviral: Caller) -> None:
    body = post(caption="", accounts=[{"id": "x"}, {}], tiktok={}, pinterest={}, text="hi")
    _, _, answer = await genviral.refusal("POST", "/posts", body)
    assert answer["issues"] == {
        "formErrors": ["Unrecognized key(s) in object: 'text'", "tiktok and pinterest cannot be sent together"],
        "fieldErrors": {
            "caption": ["String must contain at least 1 character(s)"],
            "accounts": ["Invalid uuid", "Required"],
        },
    }


@pytest.mark.parametrize("path", ["/posts", "/posts/retry", "/posts/delete", "/files"])
@pytest.mark.parametrize("text", UNREADABLE, ids=[text[:10] for text in UNREADABLE])
async def test_a_body_that_is_not_json_is_refused(genviral: Caller, path: str, text: str) -> None:
    answer = await genviral.http.post(
        f"{genviral.url}{BASE_PATH}{path}", content=text.encode("latin-1"), headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "invalid_json"


@pytest.mark.parametrize(
    "body",
    [
        post(caption="x" * 500, external_id="x" * 128),
        post(caption="😀" * 250),
        post(media=SLIDES | {"urls": ["https://media.example.com/1.jpg"] * 35}),
        post(media=VIDEO, tiktok={"video_cover_timestamp_ms": 1000.0, "description": "x" * 2200}),
        post(
            tiktok={"title": "x" * 150, "description": "x" * 4000, "privacy_level": "SELF_ONLY", "user_consent": True}
        ),
    ],
)
async def test_a_request_at_every_limit_is_taken(genviral: Caller, body: Any) -> None:
    assert (await genviral.send("POST", "/posts", body)).status_code == 201
