"""What platforms take: refused at once, listed by the dry run, told as constraints (reference socialapi 4, 11)."""

import pytest

from tests.sandbox.socialapi.caller import (
    BLUESKY,
    CLIP,
    FACEBOOK,
    GOOGLE,
    INSTAGRAM,
    LINKEDIN,
    LINKEDIN_PAGE,
    PHOTO,
    PINTEREST,
    STRANGER,
    THREADS,
    TIKTOK,
    TWITTER,
    WHATSAPP,
    YOUTUBE,
    ZALO,
    Body,
    Caller,
    post,
    to,
)

pytestmark = pytest.mark.anyio

FEED = {"platform_data": {"instagram": {"content_type": "feed"}}}
SELF_ONLY = {"platform_data": {"tiktok": {"privacy_level": "SELF_ONLY"}}}
BOARD = to(PINTEREST, board_id="board_01III_1")
INVALID, REQUIRED = "validation.field_invalid", "validation.field_required"


def link(name: str) -> Body:
    return {"source_type": "url", "source": f"https://media.example.com/{name}"}


def attached(kind: str = "image") -> Body:
    return {"source_type": "platform_attachment_id", "source": "1789", "type": kind}


VALID: list[Body] = [
    {"targets": to(FACEBOOK)},
    {"targets": to(FACEBOOK), "media": [PHOTO] * 10, "text": "x" * 63206},
    {"targets": to(FACEBOOK), "media": [CLIP], "text": ...},
    {"targets": to(INSTAGRAM), "media": [PHOTO, CLIP], **FEED},
    {"targets": to(INSTAGRAM, platform_data={"content_type": "reel"}), "media": [CLIP]},
    {"targets": to(INSTAGRAM), "media": [attached()], **FEED},
    {"targets": to(THREADS), "media": [PHOTO, CLIP] * 10, "text": "x" * 500},
    {"targets": to(TIKTOK), "media": [CLIP], "text": "🎉" * 1100, **SELF_ONLY},
    {"targets": to(TIKTOK), "media": [link("a.webp")] * 35, "text": "x" * 4000, **SELF_ONLY},
    {"targets": to(YOUTUBE), "media": [CLIP], "title": "x" * 100, "text": "ü" * 2500},
    {"targets": to(TWITTER), "text": "x" * 280, "media": [PHOTO] * 4},
    {"targets": to(LINKEDIN, LINKEDIN_PAGE), "media": [PHOTO] * 20},
    {"targets": to(LINKEDIN), "media": [attached("video"), PHOTO][:1]},
    {"targets": to(GOOGLE), "media": [PHOTO], "text": "x" * 1500},
    {"targets": BOARD, "media": [PHOTO]},
    {"targets": to(PINTEREST, board_id="90000002"), "media": [PHOTO]},
    {"targets": to(PINTEREST, page_id="board_01III_1"), "media": [PHOTO]},
    {"targets": to(BLUESKY), "text": "x" * 300},
    {"targets": to(ZALO), "text": ..., "title": "An article"},
    {"targets": to(FACEBOOK), "media": [link("no-ending-tells-nothing")]},
    {"targets": to(FACEBOOK), "segments": [{"text": "1"}, {"text": "2"}]},
]

WRONG: list[tuple[Body, int, str, str]] = [
    ({"targets": to(FACEBOOK), "text": "x" * 63207}, 400, INVALID, "text"),
    ({"targets": to(FACEBOOK), "media": [PHOTO] * 11}, 400, INVALID, "media"),
    ({"targets": to(FACEBOOK), "media": [PHOTO, CLIP]}, 400, INVALID, "media"),
    ({"targets": to(INSTAGRAM), **FEED}, 400, REQUIRED, "media"),
    ({"targets": to(INSTAGRAM), "media": [PHOTO]}, 400, REQUIRED, "platform_data.instagram.content_type"),
    (
        {"targets": to(INSTAGRAM, platform_data={"content_type": "post"}), "media": [PHOTO]},
        400,
        INVALID,
        "targets[0].platform_data.content_type",
    ),
    ({"targets": to(INSTAGRAM), "media": [PHOTO] * 11, **FEED}, 400, INVALID, "media"),
    ({"targets": to(INSTAGRAM), "media": [PHOTO], "text": "#a " * 31, **FEED}, 400, INVALID, "text"),
    ({"targets": to(INSTAGRAM), "media": [PHOTO], "text": "@a " * 21, **FEED}, 400, INVALID, "text"),
    (
        {"targets": to(INSTAGRAM), "media": [attached(), PHOTO], **FEED},
        422,
        "publishing.media.mixing_unsupported",
        "media",
    ),
    ({"targets": to(THREADS), "text": "x" * 501}, 400, INVALID, "text"),
    ({"targets": [*to(FACEBOOK), *to(THREADS, text="x" * 501)]}, 400, INVALID, "targets[1].text"),
    ({"targets": to(TIKTOK), **SELF_ONLY}, 400, "platform.tiktok.media_required", "media"),
    ({"targets": to(TIKTOK), "media": [CLIP], "text": "🎉" * 1101, **SELF_ONLY}, 400, INVALID, "text"),
    ({"targets": to(TIKTOK), "media": [CLIP]}, 400, "privacy_level_required", "platform_data.tiktok.privacy_level"),
    (
        {"targets": to(TIKTOK), "media": [CLIP], "platform_data": {"tiktok": {"privacy_level": "FRIENDS"}}},
        400,
        "validation.privacy_level_unsupported",
        "platform_data.tiktok.privacy_level",
    ),
    (
        {"targets": to(TIKTOK), "media": [link("a.png"), PHOTO], **SELF_ONLY},
        400,
        "validation.unsupported_photo_format",
        "media",
    ),
    ({"targets": to(TIKTOK), "media": [PHOTO, CLIP], **SELF_ONLY}, 400, "validation.media_type_mismatch", "media"),
    ({"targets": to(YOUTUBE), "media": [CLIP]}, 400, REQUIRED, "title"),
    ({"targets": to(YOUTUBE), "media": [CLIP], "title": "x" * 101}, 400, INVALID, "title"),
    ({"targets": to(YOUTUBE), "media": [CLIP], "title": "T", "text": "ü" * 2501}, 400, INVALID, "text"),
    ({"targets": to(YOUTUBE), "media": [PHOTO], "title": "T"}, 400, INVALID, "media"),
    ({"targets": to(YOUTUBE), "media": [CLIP, CLIP], "title": "T"}, 400, INVALID, "media"),
    ({"targets": to(YOUTUBE), "title": "T"}, 400, REQUIRED, "media"),
    ({"targets": to(TWITTER), "text": "x" * 281}, 400, INVALID, "text"),
    ({"targets": to(GOOGLE), "media": [CLIP]}, 400, INVALID, "media"),
    ({"targets": to(PINTEREST), "media": [PHOTO]}, 400, "validation.board_id_required", "targets[0].board_id"),
    ({"targets": to(PINTEREST, board_id="7"), "media": [PHOTO]}, 400, INVALID, "targets[0].board_id"),
    (
        {"targets": BOARD, "media": [PHOTO], "platform_data": {"pinterest": {"board_id": "90000001"}}},
        400,
        "validation.use_board_id",
        "platform_data.pinterest.board_id",
    ),
    (
        {"targets": to(PINTEREST, board_id="90000001", page_id="90000001"), "media": [PHOTO]},
        400,
        INVALID,
        "targets[0].page_id",
    ),
    ({"targets": BOARD, "media": [CLIP]}, 400, INVALID, "media"),
    ({"targets": BOARD, "media": [PHOTO, PHOTO]}, 400, INVALID, "media"),
    ({"targets": to(BLUESKY), "media": [attached()]}, 422, "publishing.media.unsupported_source", "media"),
    ({"targets": to(ZALO), "text": "", "media": [PHOTO]}, 400, REQUIRED, "text"),
    *(
        ({"targets": to(FACEBOOK), "media": [{"source_type": "url", "source": source}]}, 400, INVALID, "media")
        for source in (
            "ftp://media.example.com/1.jpg",
            "1.jpg",
            "http://[",
            "http://a:b/",
            "http://localhost/1.jpg",
            "http://printer.local/1.jpg",
            "http://127.0.0.1/1.jpg",
            "http://10.0.0.8/1.jpg",
            "http://169.254.169.254/1.jpg",
            "http://[::1]/1.jpg",
        )
    ),
    ({"targets": to(FACEBOOK), "media": [{"source_type": "media_id", "source": "7"}]}, 400, INVALID, "media"),
]


@pytest.mark.parametrize("changes", VALID)
async def test_what_a_platform_takes_is_published(instant: Caller, changes: Body) -> None:
    assert (await instant.create(**changes))["status"] == "published"


@pytest.mark.parametrize(("changes", "status", "code", "field"), WRONG)
async def test_what_a_platform_does_not_take_is_refused_with_code_and_field(
    instant: Caller, changes: Body, status: int, code: str, field: str
) -> None:
    assert await instant.refused(**changes) == (status, code, {"field": field})
    assert (await instant.look("/posts"))["posts"] == []
    assert (await instant.data("GET", "/usage"))["posts_used"] == 0


@pytest.mark.parametrize(("changes", "field"), [(changes, field) for changes, _, _, field in WRONG])
async def test_the_dry_run_finds_it_too_and_counts_nothing(instant: Caller, changes: Body, field: str) -> None:
    body = post(**changes)
    answer = await instant.send("POST", "/posts/validate", body)
    if answer.status_code == 400:  # both ids of a board: the shape is wrong already
        assert answer.json()["error"]["meta"] == {"field": field}
        return
    found = answer.json()
    assert found["valid"] is False
    assert field in {issue["field"] for issue in found["errors"]}
    assert {issue["target"] for issue in found["errors"]} <= {one["account_id"] for one in body["targets"]}
    assert (await instant.data("GET", "/usage"))["posts_used"] == 0


async def test_the_dry_run_lists_everything_for_every_platform_and_account(instant: Caller) -> None:
    body = {"text": "x" * 2350, "platforms": ["threads", "instagram"], "account_ids": [TWITTER, WHATSAPP], "media": []}
    found = await instant.data("POST", "/posts/validate", body | {"scheduled_at": "2020-01-01T00:00:00Z"})
    told = [(one.get("platform"), one["field"], one["message"], one.get("target")) for one in found["errors"]]
    assert told == [
        ("twitter", "text", "2350/280", TWITTER),
        ("threads", "text", "2350/500", None),
        ("instagram", "text", "2350/2200", None),
        ("instagram", "media", "instagram needs media", None),
        ("instagram", "platform_data.instagram.content_type", "content_type is required", None),
        ("whatsapp", "targets", "cannot be posted to", WHATSAPP),
        (None, "scheduled_at", "scheduled_at must lie in the future", None),
    ]


async def test_the_dry_run_warns_of_what_may_go_wrong(instant: Caller) -> None:
    body = {"text": "Hi", "targets": to(INSTAGRAM), "media": [link("a.png")], **FEED}
    found = await instant.data("POST", "/posts/validate", body)
    assert (found["valid"], found["errors"]) == (True, [])
    assert ["JPEG" in found["warnings"][0]["message"], "link" in found["warnings"][1]["message"]] == [True, True]


UNREADABLE: list[tuple[Body, tuple[int, str, Body]]] = [
    ({"text": 7}, (400, "validation.field_invalid", {"field": "text"})),
    ({"platforms": ["myspace"]}, (400, "account.unsupported_platform", {})),
    ({"platforms": "threads"}, (400, "validation.field_invalid", {"field": "platforms"})),
    ({"account_ids": [STRANGER]}, (404, "account.not_found", {})),
    ({"account_ids": ["7"]}, (400, "validation.field_invalid", {"field": "account_ids[0]"})),
]


@pytest.mark.parametrize(("body", "refusal"), UNREADABLE)
async def test_a_dry_run_that_cannot_be_understood_is_refused(
    instant: Caller, body: Body, refusal: tuple[int, str, Body]
) -> None:
    assert await instant.refusal("POST", "/posts/validate", body) == refusal


async def test_constraints_are_told_for_one_platform_or_for_all(instant: Caller) -> None:
    every = (await instant.data("GET", "/posts/validate"))["data"]
    assert len(every) == 12
    one = (await instant.data("GET", "/posts/validate", platform="tiktok"))["data"]
    assert one == {"tiktok": every["tiktok"]}
    assert one["tiktok"]["text"] == {
        "max_length": 2200,
        "counting_mode": "utf16",
        "max_hashtags": 0,
        "max_mentions": 0,
        "photo_max_length": 4000,
    }
    assert one["tiktok"]["carousel"] == {
        "supported": True,
        "min_items": 2,
        "max_items": 35,
        "allow_video": False,
        "images_only": True,
        "photos_only": True,
    }
    assert one["tiktok"]["scheduling"] == {"supported": True, "mode": "server_side"}
    assert set(one["tiktok"]) == {
        *("text", "media", "carousel", "scheduling", "supports_platform_attachment_id", "supports_mixed_media")
    }
    refusal = await instant.refusal("GET", "/posts/validate", platform="myspace")
    assert refusal == (400, "account.unsupported_platform", {})


async def test_a_text_may_be_as_long_as_the_constraints_say(instant: Caller) -> None:
    every = (await instant.data("GET", "/posts/validate"))["data"]
    for platform, constraints in every.items():
        texts = ["x" * (constraints["text"]["max_length"] + more) for more in (0, 1)]
        answers = [
            await instant.data("POST", "/posts/validate", {"text": text, "platforms": [platform]}) for text in texts
        ]
        told = ["text" in {issue["field"] for issue in answer["errors"]} for answer in answers]
        assert told == [False, True], platform


async def test_a_dead_link_fails_when_it_is_fetched_and_not_before(socialapi: Caller) -> None:
    for source in ("https://gone.invalid/1.jpg", "https://media.example.com/unreachable/1.jpg"):
        created = await socialapi.create(media=[{"source_type": "url", "source": source}])
        await socialapi.wait(5)
        [target] = (await socialapi.shown(created["id"]))["targets"]
        assert (target["status"], target["error"]["category"]) == ("failed", "validation")
