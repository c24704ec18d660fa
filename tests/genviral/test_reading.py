"""check_status, list_posts and list_accounts through Genviral, as an agent sees them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.instant import wire
from tests.desk import INSTAGRAM, TIKTOK, TRIES, Body, Service, genviral
from tests.desk import Agent as Desk

pytestmark = pytest.mark.anyio


async def test_a_post_is_followed_from_scheduled_to_published_with_its_links(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        moment = datetime.now(UTC) + timedelta(hours=1)
        made = await agent.create(accounts=[INSTAGRAM, TIKTOK], scheduled_at=wire(moment))
        waiting = await agent.call("check_status", post_id=made["data"]["id"])
        assert (waiting["data"]["status"], waiting["data"]["terminal"]) == ("scheduled", False)
        assert 3_500 < waiting["data"]["poll_after_seconds"] < 3_610
        await service.advance(3_700)
        done = await agent.call("check_status", post_id=made["data"]["id"])
        assert (done["data"]["status"], done["data"]["terminal"]) == ("published", True)
        assert all(sent["url"].startswith("https://") for sent in done["data"]["deliveries"])
        assert {sent["name"] for sent in done["data"]["deliveries"]} == {"Lumen Labs", "Lumen Labs on Instagram"}


async def test_a_partial_failure_tells_which_delivery_failed_and_that_it_may_be_retried(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.failing(TIKTOK, "spam_risk_too_many_pending_share")
        made = await agent.create(accounts=[INSTAGRAM, TIKTOK])
        await service.advance(60)
        done = await agent.call("check_status", post_id=made["data"]["id"])
        assert (done["data"]["status"], done["data"]["provider_status"]) == ("partial", "partial")
        by_account = {sent["account"]: sent for sent in done["data"]["deliveries"]}
        assert by_account[TIKTOK]["error"] == "spam_risk_too_many_pending_share"
        assert by_account[TIKTOK]["retry"] is True
        assert by_account[INSTAGRAM]["status"] == "published"


async def test_waiting_sends_progress_and_returns_when_the_post_ends(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        made = await agent.create()
        heard: list[str] = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            heard.append(message or "")
            assert (total, progress >= 0) == (40, True)
            await service.advance(60)

        done = await agent.call("check_status", hear, post_id=made["data"]["id"], wait_seconds=40)
        assert done["data"]["terminal"] or heard
        assert done["data"]["status"] == "published"


async def test_waiting_for_a_post_that_is_far_off_returns_at_once(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        made = await agent.create(scheduled_at="2031-01-01T00:00:00Z")
        waited = await agent.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
        assert waited["data"]["status"] == "scheduled"
        assert await service.requests("GET", made["data"]["id"].removeprefix("genviral:")) == 1


@pytest.mark.parametrize(
    "post_id",
    [
        "genviral:11111111-1111-1111-1111-111111111111",
        "genviral:",
        "x",
        "jrn_0",
        "other:1",
        "../x",
        "genviral:..",
        "genviral:../accounts",
    ],
)
async def test_an_id_that_names_nothing_is_not_found(tmp_path: Path, post_id: str) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.call("check_status", post_id=post_id)
        assert (body["error_code"], body["next"][0]["tool"]) == ("not_found", "list_posts")


async def test_an_accepted_case_of_the_journal_is_told_as_its_post(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault("accept_then_drop", times=TRIES)
        case = (await agent.create())["next"][0]["arguments"]["post_id"]
        first = await agent.call("check_status", post_id=case)
        second = await agent.call("check_status", post_id=case)
        assert first["data"]["id"] == second["data"]["id"]


async def test_pages_hold_every_post_once_newest_first(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        made = [(await agent.create(caption=f"Post {number}"))["data"]["id"] for number in range(23)]
        pages: list[Body] = [await agent.call("list_posts", limit=5)]
        while "next_cursor" in pages[-1]["data"]:
            pages.append(await agent.call("list_posts", limit=5, cursor=pages[-1]["data"]["next_cursor"]))
        seen = [post["id"] for page in pages for post in page["data"]["posts"]]
        assert sorted(seen) == sorted(made)
        assert seen[0] == made[-1]
        assert all(len(page["data"]["posts"]) <= 5 for page in pages)
        assert len(await service.posts()) == 23


async def make_some(agent: Desk, service: Service) -> None:
    await agent.create(caption="one", accounts=[TIKTOK])
    await agent.create(caption="two", scheduled_at="2031-01-01T00:00:00Z")
    await service.advance(60)
    await agent.create(caption="three", accounts=[TIKTOK, INSTAGRAM], scheduled_at="2031-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("filters", "captions"),
    [
        ({}, ["three", "two", "one"]),
        ({"status": "scheduled"}, ["three", "two"]),
        ({"status": "published"}, ["one"]),
        ({"status": "missed"}, []),
        ({"account": TIKTOK}, ["three", "one"]),
        ({"platform": "instagram"}, ["three", "two"]),
        ({"platform": "pinterest"}, []),
        ({"provider": "genviral", "limit": 1}, ["three"]),
        ({"until": "2020-01-01T00:00:00Z"}, []),
    ],
    ids=str,
)  # fmt: skip
async def test_filters_keep_what_they_name(tmp_path: Path, filters: Body, captions: list[str]) -> None:
    async with genviral(tmp_path) as (agent, service):
        await make_some(agent, service)
        body = await agent.call("list_posts", **filters)
        assert [post["caption"] for post in body["data"]["posts"]] == captions
        assert body["data"]["summary"] == {"published": 1, "scheduled": 2} or not captions


async def test_concise_cuts_the_caption_and_detailed_gives_everything(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        await agent.create(caption="x" * 500)
        [concise] = (await agent.call("list_posts"))["data"]["posts"]
        [detailed] = (await agent.call("list_posts", response_format="detailed"))["data"]["posts"]
        assert len(concise["caption"]) == 60
        assert set(concise) == {"id", "status", "at", "accounts", "caption"}
        assert len(detailed["caption"]) == 500
        assert set(detailed) >= {"deliveries", "media", "created_at", "provider_status"}


@pytest.mark.parametrize(
    ("filters", "path"),
    [
        ({"since": "yesterday"}, "/since"),
        ({"until": "2026-01-01T00:00"}, "/until"),
        ({"limit": 0}, "/limit"),
        ({"limit": 101}, "/limit"),
        ({"status": "posted"}, "/status"),
        ({"cursor": "abc"}, "/cursor"),
        ({"provider": "buffer"}, "/provider"),
        ({"account": "local:outbox"}, "/account"),
        ({"stauts": "failed"}, "/stauts"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_filter_that_cannot_be_meant_is_a_problem(tmp_path: Path, filters: Body, path: str) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.call("list_posts", **filters)
        assert body["error_code"] == "invalid_payload"
        assert [problem["path"] for problem in body["problems"]] == [path]


async def test_accounts_say_what_each_accepts(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.call("list_accounts")
        by_id = {account["id"]: account for account in body["data"]["accounts"]}
        assert by_id[TIKTOK]["accepts"] == {
            "caption": {"limit": 500, "unit": "characters"},
            "media": ["video", "slideshow"], "media_required": True, "settings": ["tiktok"],
        }  # fmt: skip
        assert by_id[INSTAGRAM]["accepts"]["settings"] == []
        assert datetime.fromisoformat(body["data"]["now"]).tzinfo is UTC


async def test_accounts_are_read_once_until_a_refresh_is_asked_for(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await agent.call("list_accounts")
        await agent.call("list_accounts", platform="tiktok")
        assert await service.requests("GET", "/accounts") == 1
        await agent.call("list_accounts", refresh=True)
        assert await service.requests("GET", "/accounts") == 2


async def test_one_provider_that_is_down_is_a_warning_beside_the_others(tmp_path: Path) -> None:
    async with genviral(tmp_path, PROVIDERS="genviral,local") as (agent, service):
        await agent.create(accounts=["local:outbox"], media=None)
        await service.fault("status:500", "/accounts", "GET", times=9)
        accounts = await agent.call("list_accounts", refresh=True)
        assert [account["id"] for account in accounts["data"]["accounts"]] == ["local:outbox"]
        assert accounts["data"]["warnings"][0]["provider"] == "genviral"
        await service.fault("status:500", "/posts", "GET", times=9)
        posts = await agent.call("list_posts")
        assert len(posts["data"]["posts"]) == 1
        assert posts["data"]["warnings"][0]["provider"] == "genviral"


async def test_pages_over_two_providers_hold_every_post_once_newest_first(tmp_path: Path) -> None:
    async with genviral(tmp_path, PROVIDERS="genviral,local") as (agent, _):
        made: list[str] = []
        for number in range(6):
            made.append((await agent.create(caption=f"Far {number}"))["data"]["id"])
            near = await agent.create(caption=f"Near {number}", accounts=["local:outbox"], media=None)
            made.append(near["data"]["id"])
        pages: list[Body] = [await agent.call("list_posts", limit=5)]
        while "next_cursor" in pages[-1]["data"]:
            pages.append(await agent.call("list_posts", limit=5, cursor=pages[-1]["data"]["next_cursor"]))
        assert [len(page["data"]["posts"]) for page in pages] == [5, 5, 2]
        assert [post["id"] for page in pages for post in page["data"]["posts"]] == made[::-1]


async def test_a_provider_that_was_down_gives_its_posts_on_the_next_page(tmp_path: Path) -> None:
    async with genviral(tmp_path, PROVIDERS="genviral,local") as (agent, service):
        far = (await agent.create(caption="Far"))["data"]["id"]
        for number in range(3):
            await agent.create(caption=f"Near {number}", accounts=["local:outbox"], media=None)
        await service.fault("status:500", "/posts", "GET", times=TRIES)
        first = await agent.call("list_posts", limit=2)
        assert first["data"]["warnings"][0]["provider"] == "genviral"
        second = await agent.call("list_posts", limit=2, cursor=first["data"]["next_cursor"])
        assert far in [post["id"] for post in second["data"]["posts"]]
