"""What a post says arrives at the service in its own words, and what the service says of its platforms arrives here."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serve import running
from sandbox.socialapi.accounts import DEFAULT
from tests.desk import SLIDES, Body
from tests.socialapi.desk import (
    BLUESKY,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN_PAGE,
    PINTEREST,
    THREADS,
    TIKTOK,
    VIDEO,
    YOUTUBE,
    Agent,
    X,
    agent,
    later,
    slides,
)

pytestmark = pytest.mark.anyio


def images(number: int) -> list[Body]:
    return [{"source_type": "url", "source": url, "type": "image"} for url in slides(number)["urls"]]


@asynccontextmanager
async def noting(home: Path) -> AsyncGenerator[tuple[Agent, list[Body]]]:
    """An agent at a service that takes everything, and the bodies of the posts that it took."""
    taken: list[Body] = []

    async def respond(request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({"data": DEFAULT if request.url.path == "/accounts" else {}, "count": 0})
        if request.url.path == "/posts/validate":
            return JSONResponse({"valid": True, "issues": []})
        if request.url.path.endswith("/publish"):
            return JSONResponse({"id": "p_1", "status": "publishing", "targets": []}, 201)
        taken.append(json.loads(await request.body()))
        return JSONResponse({"id": "p_1", "status": "draft"}, 201)

    app = Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST"])])
    async with running(app) as url, agent(home, url) as found:
        yield found, taken


async def test_the_draft_says_everything_and_that_it_is_not_to_be_published(tmp_path: Path) -> None:
    async with noting(tmp_path) as (agent, taken):
        body = await agent.create(media=slides(2), first_comment="First!")
        assert body["data"]["status"] == "publishing"
        assert taken == [
            {
                "publish_now": False,
                "text": "Launch day",
                "media": images(2),
                "targets": [
                    {"account_id": "acc_01AAA", "platform_data": {"content_type": "carousel"}},
                    {"account_id": "acc_01BBB"},
                ],
                "first_comment": "First!",
            }
        ]


async def test_a_draft_with_a_time_is_not_scheduled_and_says_so(tmp_path: Path) -> None:
    async with noting(tmp_path) as (agent, taken):
        body = await agent.create(mode="draft", scheduled_at=later(hours=1))
        assert "scheduled_at" not in taken[0]
        assert "DRAFT_HAS_NO_TIME" in {warning["code"] for warning in body["data"]["warnings"]}


SETTINGS: list[tuple[str, Body, Body]] = [
    (INSTAGRAM, {"media": VIDEO}, {"platform_data": {"content_type": "reel"}}),
    (INSTAGRAM, {"media": SLIDES}, {"platform_data": {"content_type": "feed"}}),
    (
        INSTAGRAM,
        {"media": VIDEO, "instagram": {"content_type": "stories", "thumb_offset_ms": 5, "collaborators": ["a"]}},
        {"platform_data": {"content_type": "stories", "video_cover_timestamp_ms": 5, "collaborators": ["a"]}},
    ),
    (
        TIKTOK,
        {
            "media": slides(2),
            "tiktok": {
                "privacy_level": "SELF_ONLY", "post_mode": "MEDIA_UPLOAD", "disable_comment": False,
                "is_your_brand": True, "auto_add_music": True,
            },
        },
        {
            "platform_data": {
                "privacy_level": "SELF_ONLY", "post_mode": "inbox", "disable_comment": False,
                "brand_organic_toggle": True, "auto_add_music": True,
            }
        },
    ),
    (
        TIKTOK,
        {"media": VIDEO, "tiktok": {"post_mode": "DIRECT_POST", "is_branded_content": True}},
        {"platform_data": {"post_mode": "direct", "brand_content_toggle": True}},
    ),
    (
        FACEBOOK,
        {"media": None, "facebook": {"url": "https://x.test", "page_id": "sapi_page_1"}},
        {"page_id": "sapi_page_1", "platform_data": {"link": "https://x.test"}},
    ),
    (
        YOUTUBE,
        {"media": VIDEO, "youtube": {"title": "Tour", "privacy": "private", "tags": ["a"], "made_for_kids": False}},
        {"title": "Tour", "visibility": "private", "platform_data": {"tags": ["a"], "made_for_kids": False}},
    ),
    (
        X,
        {"media": None, "x": {"who_can_reply_post": "following", "thread": ["2/", "3/"]}},
        {"platform_data": {"reply_settings": "following", "thread": ["2/", "3/"]}},
    ),
    (X, {"media": None, "x": {"who_can_reply_post": "everyone"}}, {}),
    (
        LINKEDIN_PAGE,
        {"media": None, "linkedin": {"visibility": "logged_in", "article_url": "https://x.test"}},
        {"visibility": "logged_in", "platform_data": {"article_url": "https://x.test"}},
    ),
    (
        THREADS,
        {"media": None, "threads": {"reply_control": "mentioned_only"}},
        {"platform_data": {"reply_control": "mentioned_only"}},
    ),
    (
        PINTEREST,
        {"pinterest": {"board_id": "90", "title": "Dinner", "link": "https://x.test"}},
        {"board_id": "90", "platform_data": {"title": "Dinner", "link": "https://x.test"}},
    ),
    (BLUESKY, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("account", "changes", "target"), SETTINGS)
async def test_settings_arrive_at_their_account_in_the_services_words(
    tmp_path: Path, account: str, changes: Body, target: Body
) -> None:
    async with noting(tmp_path) as (agent, taken):
        body = await agent.create(accounts=[account], **changes)
        assert body["ok"], body
        assert taken[0]["targets"] == [{"account_id": account.removeprefix("socialapi:"), **target}]


async def test_what_the_service_says_of_a_platform_replaces_our_own_rows(tmp_path: Path) -> None:
    told: Body = {
        "threads": {"text": {"max_length": 600, "counting_mode": "chars"}, "media": {"supported_video_types": ["v"]}},
        "tiktok": {"text": {"max_length": 10, "counting_mode": "bytes"}},
        "zalo": {"text": {"max_length": 20}, "carousel": {"supported": True, "max_items": 2}},
    }
    listed = [*DEFAULT[2:3], *DEFAULT[6:7], *DEFAULT[11:12]]

    async def respond(request: Request) -> Response:
        return JSONResponse({"data": listed if request.url.path == "/accounts" else told})

    app = Starlette(routes=[Route("/{path:path}", respond)])
    async with running(app) as url, agent(tmp_path, url) as found:
        threads = await found.create(accounts=[THREADS], caption="x" * 700, dry_run=True)
        assert {(one["path"], one.get("limit")) for one in threads["problems"]} == {
            ("/caption", 600),
            ("/media/type", None),
        }
        tiktok = await found.create(accounts=[TIKTOK], media=VIDEO, caption="x" * 20, dry_run=True)
        assert tiktok["ok"], tiktok
        zalo = await found.create(accounts=["socialapi:acc_01LLL"], media=slides(3), caption="x" * 21, dry_run=True)
        assert {(one["path"], one["limit"]) for one in zalo["problems"]} == {("/caption", 20), ("/media/urls", 2)}
