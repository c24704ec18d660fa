"""create_post through Genviral, as an agent sees it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from sandbox.genviral import BASE_PATH
from schemas.instant import wire
from tests.desk import HOSTED, INSTAGRAM, KEY, PINTEREST, SLIDES, TIKTOK, TIKTOK_TWO, YOUTUBE, Body, genviral
from tests.desk import agent as another_agent

pytestmark = pytest.mark.anyio

VIDEO = {"type": "video", "url": "https://cdn.example.com/clip.mp4"}
MUSIC = "https://www.tiktok.com/@genviral/video/1234567890"


def later(**delta: float) -> str:
    return wire(datetime.now(UTC) + timedelta(**delta))


async def test_a_post_for_now_is_queued_and_says_where_it_goes(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create()
        assert (body["code"], body["outcome"], body["data"]["status"]) == (201, "accepted", "queued")
        assert body["data"]["id"].startswith("genviral:")
        assert body["data"]["provider_status"] == "pending"
        assert "Lumen Labs on Instagram (instagram)" in body["message"]
        assert body["next"][0] == {
            "tool": "check_status", "arguments": {"post_id": body["data"]["id"]}, "why": "See if it went out.",
        }  # fmt: skip
        [post] = await service.posts()
        assert post["external_id"] == body["data"]["idempotency_key"]


async def test_a_scheduled_post_tells_the_time_in_utc_in_the_callers_zone_and_in_words(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.create(scheduled_at="2031-07-01T17:00", timezone="Europe/Berlin")
        assert body["data"]["status"] == "scheduled"
        assert body["data"]["scheduled_at"] == "2031-07-01T15:00:00Z"
        assert body["data"]["scheduled_at_local"] == "2031-07-01T17:00:00+02:00"
        assert "2031-07-01T15:00:00Z (2031-07-01T17:00:00+02:00 Europe/Berlin), in " in body["message"]


async def test_a_post_with_every_field_of_tiktok_arrives_as_it_was_given(tmp_path: Path) -> None:
    tiktok: Body = {
        "title": "Launch", "description": "Out now", "post_mode": "MEDIA_UPLOAD", "privacy_level": "SELF_ONLY",
        "disable_comment": True, "disable_duet": False, "disable_stitch": False, "auto_add_music": True,
        "is_commercial": True, "is_your_brand": True, "is_branded_content": False, "user_consent": True,
    }  # fmt: skip
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create(accounts=[TIKTOK, TIKTOK_TWO], tiktok=tiktok, music_url=MUSIC)
        assert body["ok"], body
        [post] = await service.posts()
        assert (post["tiktok"], post["music_url"]) == (tiktok, MUSIC)


async def test_a_pin_with_board_and_tags_arrives_as_it_was_given(tmp_path: Path) -> None:
    pinterest = {"board_id": "123", "title": "Dinner", "link": "https://example.com/a", "tags": ["Italian recipes"]}
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create(accounts=[PINTEREST, INSTAGRAM], pinterest=pinterest)
        assert body["ok"], body
        [post] = await service.posts()
        assert post["pinterest"] == pinterest


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"media": {"type": "slideshow", "url": "https://x.test/1.jpg"}}, "/media/urls", "media_form"),
        ({"media": VIDEO, "accounts": [TIKTOK], "tiktok": {"post_mode": "MEDIA_UPLOAD"}}, "/tiktok/post_mode",
         "media_upload_needs_slideshow"),
        ({"tiktok": {}, "pinterest": {}}, "", "tiktok_xor_pinterest"),
        ({"accounts": [TIKTOK], "tiktok": {"video_cover_timestamp_ms": 5}}, "/tiktok/video_cover_timestamp_ms",
         "cover_needs_direct_video"),
        ({"music_url": "https://example.com/song"}, "/music_url", "music_url_is_tiktok"),
        ({"music_url": "https://nottiktok.com/@a/video/1"}, "/music_url", "music_url_is_tiktok"),
        ({"accounts": ["local:outbox"]}, "/accounts/0", "accounts_exist"),
        ({"facebook": {"url": "x"}}, "/facebook", None),
        ({"instagram": {}}, "/instagram", None),
        ({"linkedin": {}}, "/linkedin", None),
        ({"youtube": {}}, "/youtube", None),
        ({"media": None}, "/media", None),
        ({"timezone": "Mars/Olympus"}, "/timezone", "scheduled_at_is_a_time_to_come"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "/scheduled_at", "scheduled_at_is_a_time_to_come"),
    ],
    ids=str,
)  # fmt: skip
async def test_what_the_shape_forbids_is_refused_here(
    tmp_path: Path, changes: Body, path: str, rule: str | None
) -> None:
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert body["outcome"] == "nothing_sent"
        assert (path, rule) in {(problem["path"], problem.get("rule")) for problem in body["problems"]}
        assert await service.requests("POST", "/posts") == 0


@pytest.mark.parametrize(
    ("changes", "path", "accounts"),
    [
        ({"music_url": MUSIC, "accounts": [TIKTOK, INSTAGRAM]}, "/music_url", [INSTAGRAM]),
        ({"tiktok": {}, "accounts": [TIKTOK, HOSTED]}, "/tiktok", [HOSTED]),
        ({"pinterest": {"board_id": "1"}}, "/pinterest", None),
        ({"pinterest": {"board_id": "1"}, "accounts": [PINTEREST], "media": VIDEO}, "/media/type", None),
        ({"accounts": [PINTEREST], "pinterest": {"board_id": "1", "tags": ["x" * 100] * 4}, "caption": "x" * 401},
         "/caption", [PINTEREST]),
    ],
    ids=str,
)  # fmt: skip
async def test_what_an_account_does_not_take_is_refused_here_and_the_account_named(
    tmp_path: Path, changes: Body, path: str, accounts: list[str] | None
) -> None:
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create(**changes)
        assert (body["code"], body["error_code"], body["outcome"]) == (400, "validation_failed", "nothing_sent")
        [problem] = body["problems"]
        assert (problem["path"], problem.get("accounts")) == (path, accounts)
        assert await service.requests("POST", "/posts") == 0


async def test_a_dry_run_takes_the_same_path_and_sends_nothing(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create(dry_run=True, scheduled_at=later(hours=2))
        assert (body["ok"], body["outcome"], body["data"]["status"]) == (True, "nothing_sent", "scheduled")
        refused = await agent.create(dry_run=True, caption="x" * 501)
        assert refused["problems"][0]["actual"] == 501
        assert await service.posts() == []
        assert (await agent.create())["code"] == 201


async def test_a_short_lead_and_a_pin_without_a_board_are_warnings(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.create(accounts=[PINTEREST], scheduled_at=later(seconds=90))
        assert {warning["code"] for warning in body["data"]["warnings"]} == {"SHORT_LEAD", "NO_BOARD"}


async def test_the_services_own_warnings_are_passed_on(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.create(media=VIDEO, accounts=[YOUTUBE])
        assert body["data"]["warnings"]
        assert all(warning["code"].startswith("VIDEO_") for warning in body["data"]["warnings"])


async def test_within_thirty_seconds_is_now(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        assert (await agent.create(scheduled_at=later(seconds=20)))["data"]["status"] == "queued"


async def test_json_text_stands_for_objects_and_null_for_absent(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        body = await agent.call(
            "create_post",
            caption="Launch day",
            accounts=f'["{INSTAGRAM}"]',
            media='{"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]}',
            tiktok=None,
            scheduled_at=None,
        )
        assert body["ok"], body
        [post] = await service.posts()
        assert post["media"] == SLIDES


async def test_repeating_a_call_makes_one_post_and_answers_with_it(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        first, second = await agent.create(), await agent.create()
        assert (second["code"], second["data"]["replayed"]) == (200, True)
        assert second["data"]["id"] == first["data"]["id"]
        assert await service.requests("POST", "/posts") == 1


async def test_repeating_a_call_after_a_restart_makes_one_post(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        first = await agent.create(idempotency_key="launch-1")
        url = f"{service.url}{BASE_PATH}"
        async with another_agent(tmp_path, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=url) as another:
            second = await another.create(idempotency_key="launch-1")
        assert second["data"]["id"] == first["data"]["id"]
        assert len(await service.posts()) == 1


async def test_the_same_call_many_times_at_once_makes_one_post(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        bodies: list[Body] = []

        async def create() -> None:
            bodies.append(await agent.create())

        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(create)
        assert len(await service.posts()) == 1
        assert {body["outcome"] for body in bodies} <= {"accepted", "unknown"}
        assert sum(body["code"] == 201 for body in bodies) == 1


async def test_a_key_used_for_another_post_is_a_conflict(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        first = await agent.create(idempotency_key="launch-1")
        second = await agent.create(idempotency_key="launch-1", caption="Something else")
        assert (second["code"], second["error_code"]) == (409, "idempotency_conflict")
        assert first["data"]["id"] in second["message"]
        assert len(await service.posts()) == 1


async def test_a_key_whose_post_was_refused_is_free_for_the_corrected_one(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, service):
        await service.fault("status:400:validation_failed")
        assert (await agent.create(idempotency_key="launch-1"))["outcome"] == "rejected"
        corrected = await agent.create(idempotency_key="launch-1", caption="Shorter")
        assert corrected["code"] == 201
        [post] = await service.posts()
        assert (post["caption"], post["external_id"]) == ("Shorter", "launch-1")


async def test_the_same_post_within_a_day_is_refused_unless_it_is_wanted_twice(tmp_path: Path) -> None:
    shift = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    async with genviral(tmp_path, clock) as (agent, service):
        first = await agent.create()
        shift = timedelta(hours=2)
        second = await agent.create()
        assert (second["error_code"], second["retry"]["decision"]) == ("duplicate_post", "ask_user")
        assert second["next"][0]["arguments"] == {"post_id": first["data"]["id"]}
        third = await agent.create(allow_duplicate=True)
        assert third["code"] == 201
        shift = timedelta(hours=30)
        assert (await agent.create())["code"] == 201
        assert len(await service.posts()) == 3


async def test_a_mixed_call_gets_its_ready_made_split(tmp_path: Path) -> None:
    async with genviral(tmp_path, PROVIDERS="genviral,local") as (agent, service):
        body = await agent.create(accounts=[INSTAGRAM, "local:outbox"])
        [problem] = [found for found in body["problems"] if found["code"] == "mixed_providers"]
        assert f"['{INSTAGRAM}']" in problem["fix"]
        assert "['local:outbox']" in problem["fix"]
        assert await service.requests("POST", "/posts") == 0


async def test_an_unwritable_journal_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "postwright.db").mkdir()
    async with genviral(tmp_path) as (agent, service):
        body = await agent.create()
        assert (body["error_code"], body["outcome"], body["retry"]["who"]) == (
            "storage_failed", "nothing_sent", "operator",
        )  # fmt: skip
        assert await service.requests("POST", "/posts") == 0


def problems(body: Body) -> dict[str, Any]:
    return {problem["path"]: problem for problem in body["problems"]}


async def test_a_guessed_account_id_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (agent, _):
        body = await agent.create(accounts=[INSTAGRAM.removeprefix("genviral:"), "@lumen.daily", INSTAGRAM[:-1]])
        assert body["error_code"] == "unknown_accounts"
        assert INSTAGRAM in problems(body)["/accounts/0"]["fix"]
        assert TIKTOK_TWO in problems(body)["/accounts/1"]["fix"]
        assert INSTAGRAM in problems(body)["/accounts/2"]["fix"]
