"""Genviral's newer generation, as an agent sees it: accounts that say what they take, settings, leads, replays."""

from pathlib import Path

import pytest

from tests.desk import HOSTED, INSTAGRAM, PINTEREST, SLIDES, TIKTOK, TRIES, YOUTUBE, Body
from tests.genviral.newer import (
    BLUESKY,
    BOARD,
    CLIP,
    FACEBOOK,
    LINK,
    LINKEDIN,
    ON_X,
    VIDEO,
    desk,
    later,
    newer,
    serving,
)

pytestmark = pytest.mark.anyio


async def test_text_alone_goes_to_the_accounts_that_take_it(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, service):
        body = await agent.create(media=None, accounts=[ON_X, BLUESKY, LINKEDIN, FACEBOOK])
        assert body["outcome"] == "accepted", body
        [post] = await service.posts()
        assert (post["media"], post["accounts"]["total"]) == (None, 4)
        await service.advance(60)
        done = await agent.call("check_status", post_id=body["data"]["id"])
        assert done["data"]["status"] == "published"


@pytest.mark.parametrize(
    ("media", "accounts", "unable"),
    [
        (None, [ON_X, INSTAGRAM, HOSTED], [INSTAGRAM, HOSTED]),
        (SLIDES, [INSTAGRAM, YOUTUBE], [YOUTUBE]),
        (CLIP, [LINKEDIN, PINTEREST], [PINTEREST]),
    ],
    ids=["text", "images", "video"],
)
async def test_a_kind_of_post_that_accounts_do_not_take_is_refused_here_and_they_are_named(
    tmp_path: Path, media: Body | None, accounts: list[str], unable: list[str]
) -> None:
    async with newer(tmp_path) as (agent, service):
        body = await agent.create(media=media, accounts=accounts)
        assert (body["code"], body["error_code"], body["outcome"]) == (400, "validation_failed", "nothing_sent")
        [problem] = [one for one in body["problems"] if one.get("rule") == "content_kind_is_taken"]
        assert (problem["path"], problem["accounts"]) == ("/media", unable)
        assert await service.requests("POST", "/posts") == 0


#: Caption, further fields, the account that is too tight for it; its limit, what was counted, the unit.
TOO_LONG: list[tuple[str, Body, str, tuple[int, int, str]]] = [
    ("x" * 290, {"media": None, "accounts": [FACEBOOK, BLUESKY, ON_X]}, ON_X, (280, 290, "weighted characters")),
    ("e\u0301" * 301, {"media": None, "accounts": [FACEBOOK, BLUESKY]}, BLUESKY, (300, 301, "graphemes")),
    ("\U0001f600" * 1101, {"accounts": [FACEBOOK, INSTAGRAM]}, INSTAGRAM, (2200, 2202, "UTF-16 units")),
    ("é" * 2501, {"media": VIDEO, "accounts": [YOUTUBE]}, YOUTUBE, (5000, 5002, "bytes")),
    ("x" * 501, {"accounts": [TIKTOK, HOSTED]}, HOSTED, (500, 501, "UTF-16 units")),
    ("x" * 4001, {"accounts": [TIKTOK]}, TIKTOK, (4000, 4001, "UTF-16 units")),
    ("x" * 2201, {"media": VIDEO, "accounts": [TIKTOK]}, TIKTOK, (2200, 2201, "UTF-16 units")),
    ("x" * 2000, {"media": VIDEO, "accounts": [TIKTOK], "tiktok": {"title": "x" * 201}}, TIKTOK,
     (2200, 2201, "UTF-16 units")),
    ("x" * 700, {"accounts": [PINTEREST], "pinterest": {**BOARD, "tags": ["x" * 100, "x"]}}, PINTEREST,
     (800, 801, "characters")),
]  # fmt: skip


@pytest.mark.parametrize(("caption", "more", "account", "measured"), TOO_LONG)
async def test_the_tightest_account_decides_over_the_caption_and_is_named(
    tmp_path: Path, caption: str, more: Body, account: str, measured: tuple[int, int, str]
) -> None:
    async with newer(tmp_path) as (agent, service):
        body = await agent.create(caption=caption, **more)
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "nothing_sent")
        [problem] = body["problems"]
        assert (problem["path"], problem["accounts"]) == ("/caption", [account])
        assert (problem["limit"], problem["actual"], problem["unit"]) == measured
        assert await service.requests("POST", "/posts") == 0


@pytest.mark.parametrize(
    "post",
    [
        {"caption": "x" * 280, "media": None, "accounts": [ON_X, BLUESKY]},
        {"caption": "\U0001f600" * 1100, "accounts": [INSTAGRAM]},
        {"caption": "é" * 2500, "media": VIDEO, "accounts": [YOUTUBE]},
        {"caption": "x" * 63_206, "media": None, "accounts": [FACEBOOK]},
        {"caption": "x" * 4000, "accounts": [TIKTOK], "tiktok": {"title": "x" * 90}},
        {"caption": "x" * 2000, "media": VIDEO, "accounts": [TIKTOK], "tiktok": {"title": "x" * 200}},
        {"caption": "x" * 500, "media": {**VIDEO, "duration_sec": 15}, "accounts": [HOSTED]},
        {"media": {**VIDEO, "duration_sec": 140}, "accounts": [ON_X]},
        {"media": {"type": "slideshow", "urls": SLIDES["urls"] * 4}, "accounts": [ON_X, BLUESKY]},
    ],
    ids="+".join,
)
async def test_a_post_at_every_limit_is_taken_here_and_there(tmp_path: Path, post: Body) -> None:
    async with newer(tmp_path) as (agent, _):
        body = await agent.create(**post)
        assert body["outcome"] == "accepted", body


#: Our object, the account it is for, what an agent gives, what the service gets (reference genviral 6.4).
SETTINGS: list[tuple[str, str, Body, Body]] = [
    ("youtube", YOUTUBE,
     {"title": "Launch", "description": "Out now", "privacy": "unlisted", "tags": ["launch", "day one"],
      "category_id": "22", "made_for_kids": False, "thumbnail_url": LINK},
     {"title": "Launch", "description": "Out now", "privacy": "unlisted",
      "tags": [{"value": "launch", "label": "launch"}, {"value": "day one", "label": "day one"}],
      "categoryId": "22", "selfDeclaredMadeForKids": "no", "thumbnail": {"path": LINK}}),
    ("youtube", YOUTUBE, {"made_for_kids": True}, {"selfDeclaredMadeForKids": "yes"}),
    ("x", ON_X,
     {"who_can_reply_post": "mentionedUsers", "community": "https://x.com/i/communities/1", "made_with_ai": True,
      "paid_partnership": False},
     {"who_can_reply_post": "mentionedUsers", "community": "https://x.com/i/communities/1", "made_with_ai": True,
      "paid_partnership": False}),
    ("instagram", INSTAGRAM,
     {"post_type": "post", "is_trial_reel": True, "graduation_strategy": "SS_PERFORMANCE",
      "collaborators": ["ann", "bob"], "cover_url": LINK, "thumb_offset_ms": 1500, "share_to_feed": False},
     {"post_type": "post", "is_trial_reel": True, "graduation_strategy": "SS_PERFORMANCE",
      "collaborators": [{"label": "ann"}, {"label": "bob"}], "cover_url": LINK, "thumb_offset_ms": 1500,
      "share_to_feed": False}),
    ("facebook", FACEBOOK, {"url": LINK}, {"url": LINK}),
    ("linkedin", LINKEDIN,
     {"post_as_images_carousel": False, "carousel_name": "Launch"},
     {"post_as_images_carousel": False, "carousel_name": "Launch"}),
    ("linkedin", LINKEDIN, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "account", "given", "arrived"), SETTINGS)
async def test_settings_arrive_in_the_services_form(
    tmp_path: Path, name: str, account: str, given: Body, arrived: Body
) -> None:
    async with newer(tmp_path) as (agent, service):
        body = await agent.create(media=CLIP, accounts=[account], **{name: given})
        assert body["ok"], body
        [post] = await service.posts()
        assert post["settings"] == {name: arrived}


async def test_the_settings_of_several_platforms_go_together(tmp_path: Path) -> None:
    objects = {name: given for name, _, given, _ in reversed(SETTINGS)}
    accounts = sorted({account for _, account, *_ in SETTINGS})
    async with newer(tmp_path) as (agent, service):
        assert (await agent.create(media=CLIP, accounts=accounts, **objects))["ok"]
        [post] = await service.posts()
        assert set(post["settings"]) == set(objects)


async def test_tiktok_and_pinterest_stay_at_the_top(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, service):
        assert (await agent.create(accounts=[TIKTOK], tiktok={"privacy_level": "SELF_ONLY"}))["ok"]
        assert (await agent.create(accounts=[PINTEREST], pinterest=BOARD))["ok"]
        first, second = await service.posts()
        assert (first["tiktok"], second["pinterest"]) == ({"privacy_level": "SELF_ONLY"}, BOARD)
        assert not {"settings"} & {*first, *second}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"youtube": {"title": "x" * 101}, "accounts": [YOUTUBE], "media": CLIP}, "/youtube/title", "invalid_payload"),
        ({"x": {"who_can_reply_post": "nobody"}, "accounts": [ON_X]}, "/x/who_can_reply_post", "invalid_payload"),
        ({"instagram": {"coverUrl": LINK}}, "/instagram/coverUrl", "invalid_payload"),
        ({"twitter": {}, "accounts": [ON_X]}, "/twitter", "invalid_payload"),
        ({"settings": {"x": {}}, "accounts": [ON_X]}, "/settings", "invalid_payload"),
        ({"bluesky": {}, "accounts": [BLUESKY]}, "/bluesky", "invalid_payload"),
        ({"media": {**VIDEO, "duration_sec": -1}}, "/media/duration_sec", "invalid_payload"),
        ({"facebook": {"url": LINK}}, "/facebook", "validation_failed"),
        ({"accounts": [PINTEREST]}, "/pinterest/board_id", "validation_failed"),
        ({"accounts": [PINTEREST], "pinterest": {"title": "A"}}, "/pinterest/board_id", "validation_failed"),
        ({"accounts": [ON_X], "media": VIDEO}, "/media/duration_sec", "validation_failed"),
        ({"accounts": [ON_X], "media": {**VIDEO, "duration_sec": 140.5}}, "/media/duration_sec", "validation_failed"),
        ({"accounts": [HOSTED], "media": {**VIDEO, "duration_sec": 14}}, "/media/duration_sec", "validation_failed"),
        ({"accounts": [ON_X, LINKEDIN], "media": {**SLIDES, "urls": SLIDES["urls"] * 5}}, "/media/urls",
         "validation_failed"),
        ({"accounts": [TIKTOK], "tiktok": {"title": "x" * 91}}, "/tiktok/title", "validation_failed"),
    ],
    ids=str,
)  # fmt: skip
async def test_what_the_newer_service_would_refuse_is_refused_here(
    tmp_path: Path, changes: Body, path: str, code: str
) -> None:
    async with newer(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert (body["error_code"], body["outcome"]) == (code, "nothing_sent")
        [problem] = body["problems"]
        assert problem["path"] == path
        assert problem["fix"]
        assert await service.requests("POST", "/posts") == 0


async def test_a_time_is_now_or_two_minutes_ahead(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, service):
        refused = await agent.create(scheduled_at=later(seconds=110))
        [problem] = refused["problems"]
        assert (problem["path"], problem["rule"]) == ("/scheduled_at", "at_least_two_minutes_ahead")
        assert await service.requests("POST", "/posts") == 0
        assert (await agent.create(scheduled_at=later(seconds=20)))["data"]["status"] == "queued"
        assert (await agent.create(scheduled_at=later(seconds=180)))["data"]["status"] == "scheduled"


async def test_accounts_say_their_own_limits(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, _):
        listed = (await agent.call("list_accounts"))["data"]["accounts"]
        accepts = {account["id"]: account["accepts"] for account in listed}
        assert accepts[ON_X]["caption"] == {"limit": 280, "unit": "weighted characters"}
        assert accepts[BLUESKY]["caption"] == {"limit": 300, "unit": "graphemes"}
        assert accepts[YOUTUBE]["caption"] == {"limit": 5000, "unit": "bytes"}
        assert accepts[HOSTED]["caption"] == {"limit": 500, "unit": "UTF-16 units"}
        assert accepts[INSTAGRAM]["caption"] == {"limit": 2200, "unit": "UTF-16 units"}
        assert {name: accepts[name]["settings"] for name in (ON_X, BLUESKY, TIKTOK, HOSTED)} == {
            ON_X: ["x"], BLUESKY: [], TIKTOK: ["tiktok"], HOSTED: [],
        }  # fmt: skip


async def test_an_account_that_takes_more_than_others_of_its_platform_is_believed(tmp_path: Path) -> None:
    premium: Body = {
        "id": ON_X.removeprefix("genviral:"), "platform": "twitter", "type": "byo", "username": "a",
        "display_name": "Premium", "capabilities": {
            "supported_content_kinds": ["text_only", "single_video"], "caption_limit": 4000,
            "media_limits": {"max_video_seconds": 600},
        },
    }  # fmt: skip
    async with serving([premium]) as service, desk(tmp_path, service) as agent:
        [listed] = (await agent.call("list_accounts"))["data"]["accounts"]
        assert listed["accepts"]["caption"]["limit"] == 4000
        assert (await agent.create(caption="x" * 4000, media=None, accounts=[ON_X]))["ok"]
        assert (await agent.create(media={**VIDEO, "duration_sec": 600}, accounts=[ON_X]))["ok"]
        assert (await agent.create(accounts=[ON_X]))["problems"][0]["path"] == "/media"


async def test_a_lost_answer_is_settled_by_a_replay_that_the_service_marks(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", times=TRIES)
        youtube = {"tags": ["launch"]}
        lost = await agent.create(media=CLIP, accounts=[YOUTUBE], youtube=youtube)
        assert (lost["outcome"], lost["retry"]["decision"]) == ("unknown", "check_first")
        again = await agent.create(media=CLIP, accounts=[YOUTUBE], youtube=youtube)
        assert (again["outcome"], again["data"]["replayed"]) == ("accepted", True)
        [post] = await service.posts()
        assert (again["data"]["id"], post["requests"]) == (f"genviral:{post['id']}", TRIES + 1)


async def test_another_machine_with_the_same_key_gets_the_same_post_or_a_conflict(tmp_path: Path) -> None:
    async with serving() as service, desk(tmp_path / "a", service) as one, desk(tmp_path / "b", service) as other:
        first = await one.create(idempotency_key="launch-1")
        again = await other.create(idempotency_key="launch-1")
        assert (again["code"], again["data"]["replayed"]) == (200, True)
        assert again["data"]["id"] == first["data"]["id"]
        async with desk(tmp_path / "c", service) as third:
            conflict = await third.create(idempotency_key="launch-1", caption="Another")
        assert (conflict["error_code"], conflict["outcome"]) == ("idempotency_conflict", "rejected")
        assert conflict["provider_error"]["code"] == "create_failed"
        assert len(await service.posts()) == 1


async def test_the_same_post_can_be_wanted_twice_although_the_service_knows_repeats(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, service):
        first = await agent.create()
        second = await agent.create(allow_duplicate=True)
        assert (second["code"], second["data"]["replayed"]) == (201, False)
        assert second["data"]["id"] != first["data"]["id"]
        assert len(await service.posts()) == 2


async def test_a_refusal_within_settings_is_told_in_the_words_that_an_agent_knows(tmp_path: Path) -> None:
    async with newer(tmp_path) as (agent, _):
        body = await agent.create(instagram={"cover_url": "https://["})
        assert (body["error_code"], body["outcome"]) == ("invalid_payload", "rejected")
        [problem] = body["problems"]
        assert "instagram" in problem["fix"]
