"""create_post through SocialAPI, as an agent sees it."""

import json
from pathlib import Path

import pytest

from providers.genviral.rules import RULES as GENVIRAL
from providers.genviral.rules_v2 import RULES_V2 as GENVIRAL_V2
from providers.local.rules import RULES as LOCAL
from providers.protocol import Failure
from providers.socialapi.rules import RULES
from schemas.portable import create_post_schema
from schemas.post import Order
from tests.desk import SLIDES, TRIES, Body
from tests.socialapi.desk import (
    BLUESKY,
    DEAD_THREADS,
    FACEBOOK,
    GOOGLE,
    INSTAGRAM,
    LINKEDIN,
    PINTEREST,
    THREADS,
    TIKTOK,
    VIDEO,
    WHATSAPP,
    YOUTUBE,
    Agent,
    X,
    later,
    slides,
    socialapi,
)

pytestmark = pytest.mark.anyio


async def test_a_post_for_now_is_published_and_says_where_it_went(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create()
        assert (body["code"], body["outcome"], body["data"]["status"]) == (201, "accepted", "published")
        assert body["data"]["id"].startswith("socialapi:")
        assert body["message"] == "Published on Lumen Labs (instagram), Lumen Labs Page (facebook)."
        assert all(sent["url"].startswith("https://") for sent in body["data"]["deliveries"])
        [post] = await service.posts()
        assert post["appearances"] == {"acc_01AAA": 1, "acc_01BBB": 1}


async def test_a_post_that_takes_its_time_is_being_published_and_can_be_followed(tmp_path: Path) -> None:
    async with socialapi(tmp_path, delay=30) as (agent, service):
        body = await agent.create()
        assert (body["data"]["status"], body["next"][0]["tool"]) == ("publishing", "check_status")
        looked = await agent.call("check_status", post_id=body["data"]["id"])
        assert (looked["data"]["status"], looked["data"]["terminal"]) == ("publishing", False)
        await service.advance(31)
        looked = await agent.call("check_status", post_id=body["data"]["id"])
        assert (looked["data"]["status"], looked["data"]["terminal"]) == ("published", True)


async def test_a_post_that_failed_on_some_accounts_says_on_which(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.failing(FACEBOOK, "platform.facebook.rate_limit")
        body = await agent.create()
        assert (body["ok"], body["data"]["status"]) == (True, "partial")
        assert {sent["account"]: (sent["status"], sent.get("retry")) for sent in body["data"]["deliveries"]} == {
            INSTAGRAM: ("published", None),
            FACEBOOK: ("failed", True),
        }


async def test_a_post_that_failed_everywhere_stands_all_the_same_and_says_so(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        for account in (INSTAGRAM, FACEBOOK):
            await service.failing(account, "platform.any.auth")
        body = await agent.create()
        assert (body["data"]["status"], {sent["status"] for sent in body["data"]["deliveries"]}) == (
            "failed", {"failed"},
        )  # fmt: skip
        assert "FAILED_EVERYWHERE" in {warning["code"] for warning in body["data"]["warnings"]}
        [post] = await service.posts()
        assert body["data"]["id"] == f"socialapi:{post['id']}"
        assert (await agent.create())["data"]["replayed"] is True


async def test_a_scheduled_post_is_made_in_one_request_and_a_draft_stays_one(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        scheduled = await agent.create(scheduled_at="2031-07-01T17:00", timezone="Europe/Berlin")
        assert (scheduled["data"]["status"], scheduled["data"]["scheduled_at"]) == ("scheduled", "2031-07-01T15:00:00Z")
        assert "LINKS_READ_LATER" in {warning["code"] for warning in scheduled["data"]["warnings"]}
        draft = await agent.create(mode="draft")
        assert (draft["data"]["status"], draft["data"]["deliveries"][0]["status"]) == ("draft", "draft")
        assert await service.requests("POST", "/publish") == 0
        assert [post["status"] for post in await service.posts()] == ["scheduled", "draft"]


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"tiktok": {"is_branded_content": True, "privacy_level": "SELF_ONLY"}}, "/tiktok/privacy_level",
         "branded_content_is_not_private"),
        ({"instagram": {"content_type": "reel"}}, "/instagram/content_type", "instagram_content_type_fits_media"),
        ({"instagram": {"content_type": "carousel"}}, "/instagram/content_type", "instagram_content_type_fits_media"),
        ({"media": VIDEO, "instagram": {"content_type": "feed"}}, "/instagram/content_type",
         "instagram_content_type_fits_media"),
        ({"media": slides(2), "instagram": {"content_type": "stories"}}, "/instagram/content_type",
         "instagram_content_type_fits_media"),
        ({"instagram": {"collaborators": ["a", "b", "c", "d"]}}, "/instagram/collaborators", None),
        ({"instagram": {"location_id": "Berlin"}}, "/instagram/location_id", None),
        ({"music_url": "https://tiktok.com/@a/video/1"}, "/music_url", None),
        ({"platform_data": {}}, "/platform_data", None),
        ({"twitter": {}}, "/twitter", None),
        ({"media": {"type": "video", "urls": ["https://x.test/1"]}}, "/media/url", "media_form"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "/scheduled_at", "scheduled_at_is_a_time_to_come"),
        ({"caption": ""}, "/caption", None),
        ({"accounts": [INSTAGRAM, INSTAGRAM]}, "/accounts", None),
    ],
    ids=str,
)  # fmt: skip
async def test_what_the_shape_forbids_is_refused_here(
    tmp_path: Path, changes: Body, path: str, rule: str | None
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert body["outcome"] == "nothing_sent"
        assert (path, rule) in {(problem["path"], problem.get("rule")) for problem in body["problems"]}
        assert await service.requests("POST", "/posts") == 0


@pytest.mark.parametrize(
    ("changes", "path", "limit"),
    [
        ({"accounts": [THREADS], "caption": "x" * 501}, "/caption", 500),
        ({"accounts": [THREADS, INSTAGRAM], "caption": "x" * 2300}, "/caption", 500),
        ({"accounts": [INSTAGRAM], "caption": "x" * 2201}, "/caption", 2200),
        ({"accounts": [YOUTUBE], "media": VIDEO, "youtube": {"title": "T"}, "caption": "ü" * 2501}, "/caption", 5000),
        ({"accounts": [TIKTOK], "media": VIDEO, "caption": "🎉" * 1101}, "/caption", 2200),
        ({"accounts": [X], "media": None, "caption": "漢" * 141}, "/caption", 280),
        ({"accounts": [X], "media": None, "x": {"thread": ["x" * 281]}}, "/x/thread/0", 280),
        ({"accounts": [LINKEDIN], "caption": "x" * 3001}, "/caption", 3000),
        ({"accounts": [GOOGLE], "caption": "x" * 1501}, "/caption", 1500),
        ({"accounts": [BLUESKY], "caption": "👩‍👩‍👧" * 301}, "/caption", 300),
        ({"accounts": [INSTAGRAM], "media": slides(11)}, "/media/urls", 10),
        ({"accounts": [THREADS], "media": slides(21)}, "/media/urls", 20),
        ({"accounts": [GOOGLE], "media": slides(2)}, "/media/urls", 1),
        ({"accounts": [TIKTOK], "tiktok": {"privacy_level": "SELF_ONLY"}}, "/media/urls", 2),
        ({"accounts": [TIKTOK], "media": slides(2)}, "/tiktok/privacy_level", None),
        ({"accounts": [TIKTOK], "media": None}, "/media", None),
        ({"accounts": [INSTAGRAM], "media": None}, "/media", None),
        ({"accounts": [YOUTUBE], "youtube": {"title": "T"}}, "/media/type", None),
        ({"accounts": [YOUTUBE], "media": VIDEO}, "/youtube/title", None),
        ({"accounts": [PINTEREST], "media": VIDEO, "pinterest": {"board_id": "1"}}, "/media/type", None),
        ({"accounts": [PINTEREST]}, "/pinterest/board_id", None),
        ({"accounts": [GOOGLE], "media": VIDEO}, "/media/type", None),
        ({"x": {"thread": ["2/"]}}, "/x", None),
        ({"accounts": [X], "media": None, "first_comment": "First!"}, "/first_comment", None),
        ({"accounts": [DEAD_THREADS]}, "/accounts/0", None),
        ({"accounts": [WHATSAPP]}, "/accounts/0", None),
    ],
    ids=str,
)  # fmt: skip
async def test_what_an_account_does_not_take_is_refused_here_with_its_limit(
    tmp_path: Path, changes: Body, path: str, limit: int | None
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert (body["code"], body["outcome"]) == (400, "nothing_sent")
        assert (path, limit) in {(problem["path"], problem.get("limit")) for problem in body["problems"]}
        assert await service.requests("POST", "/posts/validate") == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"accounts": [TIKTOK], "media": VIDEO}, "NO_PRIVACY_LEVEL"),
        ({"instagram": {"content_type": "stories"}}, "CAPTION_NOT_SHOWN"),
        ({"first_comment": "First!", "accounts": [INSTAGRAM, LINKEDIN]}, "NO_FIRST_COMMENT"),
        ({"scheduled_at": "2031-01-01T00:00:00Z"}, "LINKS_READ_LATER"),
    ],
    ids=str,
)
async def test_what_may_spoil_a_post_is_a_warning_where_the_service_lets_it_pass(
    tmp_path: Path, changes: Body, code: str
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("status:500:system.internal", "/posts/validate", times=TRIES)
        body = await agent.create(dry_run=True, **changes)
        assert code in {warning["code"] for warning in body["data"]["warnings"]}


@pytest.mark.parametrize("changes", [{}, {"scheduled_at": "2031-01-01T00:00:00Z"}], ids=["now", "later"])
async def test_all_that_the_service_would_refuse_is_told_at_once_and_nothing_is_made(
    tmp_path: Path, changes: Body
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create(
            accounts=[TIKTOK, FACEBOOK], media=slides(2, "gif"), tiktok={"privacy_level": "SELF_ONLY"}, **changes
        )
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "nothing_sent")
        assert {(problem["path"], *problem["accounts"]) for problem in body["problems"]} == {
            ("/media", TIKTOK),
            ("/media", FACEBOOK),
        }
        assert await service.requests("POST", "/posts") == 0


async def order(agent: Agent, accounts: list[str], media: Body, caption: str = "Launch day") -> Order:
    known = {account.id: account for account in await agent.provider.accounts()}
    return Order(caption=caption, accounts=tuple(known[name] for name in accounts), key="k", media=media)


async def test_a_rehearsal_asks_the_service_and_makes_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        with pytest.raises(Failure) as caught:
            await agent.provider.rehearse(await order(agent, [TIKTOK, THREADS], slides(2, "png"), "x" * 501))
        problems = {(problem.path, tuple(problem.accounts or ())) for problem in caught.value.problems}
        assert problems == {
            ("/media", (TIKTOK,)),
            ("/tiktok/privacy_level", (TIKTOK,)),
            ("/caption", (THREADS,)),
        }
        warnings = await agent.provider.rehearse(await order(agent, [INSTAGRAM, FACEBOOK], SLIDES))
        assert [warning.field for warning in warnings] == ["media"]
        assert await service.posts() == []


async def test_a_dry_run_sends_nothing(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create(dry_run=True, scheduled_at=later(hours=2))
        assert (body["ok"], body["outcome"], body["data"]["status"]) == (True, "nothing_sent", "scheduled")
        assert await service.requests("POST", "/posts/validate") == 1
        assert await service.posts() == []


async def test_a_dry_run_tells_the_problems_that_only_the_service_knows(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        body = await agent.create(dry_run=True, accounts=[TIKTOK], media=VIDEO)
        told = (body["error_code"], body["outcome"], body["retry"]["decision"])
        assert told == ("validation_failed", "nothing_sent", "fix_and_retry")
        assert [(problem["path"], problem["accounts"]) for problem in body["problems"]] == [
            ("/tiktok/privacy_level", [TIKTOK])
        ]
        assert await service.posts() == []


async def test_a_dry_run_without_the_services_check_says_so(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        await service.fault("status:500:system.internal", "/posts/validate", times=TRIES)
        body = await agent.create(dry_run=True)
        assert body["ok"]
        assert [warning["code"] for warning in body["data"]["warnings"]] == ["NOT_CHECKED_BY_SERVICE"]


def test_what_is_published_is_short_and_fits_beside_the_other_providers() -> None:
    assert len(json.dumps(create_post_schema([RULES]), separators=(",", ":"))) <= 6_000
    for others in ([GENVIRAL], [GENVIRAL_V2], [GENVIRAL_V2, LOCAL]):
        assert create_post_schema([RULES, *others])["additionalProperties"] is False
