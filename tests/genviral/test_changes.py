"""update_post through Genviral: what it changes, in which state, and what is told when an answer is lost."""

from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from tests.desk import INSTAGRAM, PINTEREST, SLIDES, TIKTOK, TIKTOK_TWO, TRIES, YOUTUBE, Agent, Body, Service
from tests.genviral.lives import FRIDAY, LOST, OPEN, SATURDAY, STATES, lives, made, native, overtaken, record
from tests.genviral.newer import LINKEDIN

pytestmark = pytest.mark.anyio

PATCH = ("/posts/{id}", "PATCH")
GET = ("/posts/{id}", "GET")
MORE: Body = {"type": "slideshow", "urls": ["https://cdn.example.com/2.jpg", "https://cdn.example.com/3.jpg"]}
CLIP: Body = {"type": "video", "url": "https://cdn.example.com/clip.mp4"}
SONG = "https://www.tiktok.com/@lumen/video/7301234567890123456"

#: What a call may want of a post, by a name.
CHANGES: dict[str, Body] = {
    "caption": {"caption": "New words"},
    "media": {"media": MORE},
    "accounts": {"accounts": [INSTAGRAM]},
    "settings": {"accounts": [TIKTOK], "tiktok": {"privacy_level": "SELF_ONLY"}},
    "schedule": {"scheduled_at": SATURDAY},
    "publish": {"mode": "publish"},
    "pause": {"mode": "draft"},
}


async def change(agent: Agent, post_id: str, **wanted: Any) -> Body:
    return await agent.call("update_post", post_id=post_id, **wanted)


@pytest.mark.parametrize("state", STATES)
async def test_what_cannot_be_done_in_a_state_is_refused_with_the_way_round_and_never_asked(
    tmp_path: Path, state: str
) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state)
        before = await record(service)
        possible = CHANGES.keys() - {"pause"} if state in OPEN else set[str]()
        for act in CHANGES.keys() - possible - ({"pause"} if state == "draft" else set[str]()):
            body = await change(agent, post_id, **CHANGES[act])
            assert body["error_code"] == ("not_supported" if act == "pause" else "state_conflict"), act
            assert body["outcome"] == "nothing_sent"
            assert all(
                any(way in problem["fix"] for way in ("create_post", "delete_post", "retry_post"))
                for problem in body["problems"]
            )
        assert await service.requests("PATCH", native(post_id)) == 0
        assert await record(service) == before


async def test_a_draft_that_is_to_be_one_is_left_alone(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        assert (await change(agent, post_id, mode="draft"))["data"]["status"] == "draft"
        assert await service.requests("PATCH", native(post_id)) == 0


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("act", ["caption", "media", "accounts", "settings"])
async def test_what_a_post_says_and_where_is_changed_and_nothing_else(tmp_path: Path, state: str, act: str) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state, media=SLIDES)
        before = await record(service)
        body = await change(agent, post_id, **CHANGES[act])
        assert (body["code"], body["outcome"], body["data"]["id"]) == (200, "accepted", post_id)
        assert body["data"]["status"] == state
        after = await record(service)
        wanted = CHANGES[act]
        assert after["caption"] == wanted.get("caption", before["caption"])
        assert after["media"] == wanted.get("media", before["media"])
        assert after["tiktok"] == wanted.get("tiktok", before["tiktok"])
        accounts = [native(account) for account in wanted.get("accounts", [TIKTOK, INSTAGRAM])]
        assert [sent["account_id"] for sent in after["accounts"]["states"]] == accounts
        assert [native(sent["account"]) for sent in body["data"]["deliveries"]] == accounts
        assert after["scheduled_at"] == before["scheduled_at"]


async def test_any_changes_together_are_made_and_nothing_else(tmp_path: Path) -> None:
    shown = {"caption": "caption", "media": "media", "accounts": "accounts", "schedule": "scheduled_at"}
    async with lives(tmp_path) as (agent, service):
        for number, acts in enumerate(chain.from_iterable(combinations(shown, size) for size in range(1, 5))):
            await made(agent, service, "scheduled", caption=f"Post {number}", idempotency_key=f"post-{number}")
            before = (await service.posts())[-1]
            wanted = {name: value for act in acts for name, value in CHANGES[act].items()}
            body = await change(agent, f"genviral:{before['id']}", **wanted)
            assert body["ok"], acts
            after = (await service.posts())[-1]
            assert after["id"] == before["id"]
            changed = {name for name in before if before[name] != after[name]} - {"due", "warnings"}
            assert changed == {shown[act] for act in acts}


@pytest.mark.parametrize("state", OPEN)
async def test_a_post_that_is_not_out_gets_another_time(tmp_path: Path, state: str) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state)
        body = await change(agent, post_id, scheduled_at="2031-07-05T11:00", timezone="Europe/Berlin")
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", SATURDAY)
        after = await record(service)
        assert (after["status"], after["scheduled_at"]) == ("scheduled", SATURDAY)


@pytest.mark.parametrize("state", OPEN)
async def test_a_post_that_is_not_out_is_published_now(tmp_path: Path, state: str) -> None:
    async with lives(tmp_path, state) as (agent, service):
        post_id = await made(agent, service, state)
        body = await change(agent, post_id, mode="publish")
        assert body["data"]["status"] == ("queued" if state == "queued" else "published")
        assert (await record(service))["status"] == ("pending" if state == "queued" else "posted")


async def test_settings_are_laid_over_those_that_are_there(tmp_path: Path) -> None:
    """What is not named must not get lost: a private post that turns public cannot be taken back."""
    async with lives(tmp_path) as (agent, service):
        settings = {"privacy_level": "SELF_ONLY", "title": "Old"}
        post_id = await made(agent, service, "scheduled", accounts=[TIKTOK], tiktok=settings)
        body = await change(agent, post_id, tiktok={"title": "New"})
        assert body["ok"]
        assert (await record(service))["tiktok"] == {"privacy_level": "SELF_ONLY", "title": "New"}


async def test_the_settings_of_another_platform_take_the_place_of_those_that_were_there(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled", accounts=[TIKTOK], tiktok={"title": "Old"}, music_url=SONG)
        body = await change(agent, post_id, accounts=[PINTEREST], pinterest={"board_id": "1"})
        assert body["ok"], body
        after = await record(service)
        assert (after["tiktok"], after["music_url"], after["pinterest"]) == (None, None, {"board_id": "1"})


async def test_settings_that_an_account_still_needs_are_not_dropped_for_another(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled", accounts=[TIKTOK], tiktok={"privacy_level": "SELF_ONLY"})
        before = await record(service)
        body = await change(agent, post_id, accounts=[TIKTOK, INSTAGRAM])
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "rejected")
        assert await record(service) == before
        assert (await change(agent, post_id, accounts=[TIKTOK, TIKTOK_TWO]))["ok"]
        assert (await record(service))["tiktok"] == {"privacy_level": "SELF_ONLY"}


async def test_settings_that_no_account_has_a_use_for_any_more_go(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled", accounts=[TIKTOK], tiktok={"title": "Old"}, music_url=SONG)
        assert (await change(agent, post_id, accounts=[INSTAGRAM]))["ok"]
        after = await record(service)
        assert (after["tiktok"], after["music_url"]) == (None, None)


async def test_the_newer_generation_merges_the_settings_of_each_platform(tmp_path: Path) -> None:
    async with lives(tmp_path, generation="v2") as (agent, service):
        youtube = {"title": "Old", "category_id": "22"}
        how: Body = {"accounts": [YOUTUBE, LINKEDIN], "media": CLIP, "youtube": youtube}
        post_id = await made(agent, service, "scheduled", **how)
        assert (await change(agent, post_id, youtube={"title": "New", "made_for_kids": True}))["ok"]
        settings = {"title": "New", "categoryId": "22", "selfDeclaredMadeForKids": "yes"}
        assert (await record(service))["settings"] == {"youtube": settings}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("act", ["caption", "media", "accounts", "settings", "schedule", "publish"])
async def test_a_change_whose_answer_is_lost_is_told_as_made_once_a_look_shows_it(
    tmp_path: Path, act: str, fault: str
) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *PATCH)
        body = await change(agent, post_id, **CHANGES[act])
        assert (body["ok"], body["outcome"]) == (True, "accepted"), body
        assert await service.requests("PATCH", native(post_id)) == 1


@pytest.mark.parametrize("fault", ["drop_before", "html_500", "status:500:update_failed", "slow:3600"])
async def test_a_change_that_a_look_does_not_show_is_unknown_and_not_made_again(tmp_path: Path, fault: str) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        before = await record(service)
        for act in ("caption", "media", "accounts", "settings", "schedule", "publish"):
            await service.fault(fault, *PATCH)
            body = await change(agent, post_id, **CHANGES[act])
            told = (body["error_code"], body["outcome"], body["retry"]["decision"])
            assert told == ("outcome_unknown", "unknown", "check_first"), act
            [look] = body["next"]
            assert (look["tool"], look["arguments"]) == ("check_status", {"post_id": post_id})
        assert await service.requests("PATCH", native(post_id)) == 6
        assert await record(service) == before


async def test_a_lost_answer_and_a_look_that_fails_leave_it_unknown(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_drop", *PATCH)
        await looks_fail(service, post_id)
        body = await change(agent, post_id, caption="New words")
        assert body["outcome"] == "unknown"
        assert (await record(service))["caption"] == "New words"


async def looks_fail(service: Service, post_id: str) -> None:
    """Let the look before a change succeed, and those after it fail."""
    assert post_id
    await service.fault("slow:0", *GET)
    await service.fault("html_500", *GET, times=TRIES)


async def test_a_failed_post_that_is_failed_after_a_lost_answer_tells_nothing(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "failed")
        for account in (TIKTOK, INSTAGRAM):
            await service.failing(account, "No")
        await service.fault("accept_then_drop", *PATCH)
        assert (await change(agent, post_id, mode="publish"))["outcome"] == "unknown"


async def test_a_change_that_was_made_is_told_without_a_look_where_that_fails(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await looks_fail(service, post_id)
        body = await change(agent, post_id, caption="New words", scheduled_at=SATURDAY, accounts=[INSTAGRAM, YOUTUBE])
        assert body["error_code"] == "provider_error"  # the record is needed for what the accounts can keep
        assert body["outcome"] == "rejected"
        await looks_fail(service, post_id)
        body = await change(agent, post_id, caption="New words", scheduled_at=SATURDAY)
        assert (body["ok"], body["data"]["status"], body["data"]["scheduled_at"]) == (True, "scheduled", SATURDAY)
        assert body["data"]["caption"] == "New words"
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["scheduled", "scheduled"]


REFUSALS = [
    ("status:401:invalid_token", "unauthorized", "rejected"),
    ("status:402:subscription_required", "subscription_required", "rejected"),
    ("status:403:tier_not_allowed", "plan_forbids", "rejected"),
    ("status:404:not_found", "not_found", "rejected"),
    ("status:400:unknown_accounts", "unknown_accounts", "rejected"),
    ("status:400:missing_accounts", "missing_accounts", "rejected"),
    ("status:400:validation_failed", "validation_failed", "rejected"),
    ("status:400:media_unreachable", "media_unreachable", "rejected"),
    ("status:400:invalid_music_url", "invalid_music_url", "rejected"),
    ("status:409:external_id_immutable", "immutable", "rejected"),
    ("status:422:invalid_payload", "invalid_payload", "rejected"),
    ("status:429", "rate_limited", "rejected"),
    ("status:400", "rejected", "rejected"),
]


@pytest.mark.parametrize(("fault", "code", "outcome"), REFUSALS)
async def test_a_refusal_is_told_by_the_error_table_and_changes_nothing(
    tmp_path: Path, fault: str, code: str, outcome: str
) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        before = await record(service)
        await service.fault(fault, *PATCH)
        body = await change(agent, post_id, caption="New words")
        assert (body["error_code"], body["outcome"]) == (code, outcome)
        assert body["provider_error"]["http_status"] == int(fault.split(":")[1])
        assert await record(service) == before


async def test_a_short_wait_that_the_service_names_is_waited_out(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("retry_after:1:rate_limited", *PATCH)
        assert (await change(agent, post_id, caption="New words"))["ok"]
        assert await service.requests("PATCH", native(post_id)) == 2


async def test_a_post_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        body = await change(agent, "genviral:11111111-1111-1111-1111-111111111111", caption="New words")
        assert (body["error_code"], body["outcome"]) == ("not_found", "nothing_sent")
        assert await service.requests("PATCH", "11111111-1111-1111-1111-111111111111") == 0


@pytest.mark.parametrize(
    "wanted",
    [
        {"caption": ""},
        {"caption": "x" * 501},
        {"accounts": []},
        {"accounts": ["genviral:00000000-0000-0000-0000-000000000000"]},
        {"accounts": ["postpost:x-1"]},
        {"media": {"type": "slideshow", "urls": []}},
        {"scheduled_at": "2020-01-01T00:00:00Z"},
        {"tiktok": {"privacy_level": "SELF_ONLY"}},
        {"pinterest": {"tags": ["x"] * 31}},
        {"music_url": "https://example.com/song"},
        {"instagram": {"post_type": "story"}},
        {},
    ],
    ids=str,
)
async def test_a_change_that_breaks_a_rule_is_refused_before_anything_is_sent(tmp_path: Path, wanted: Body) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        body = await change(agent, post_id, **wanted)
        assert (body["ok"], body["outcome"]) == (False, "nothing_sent")
        assert body["problems"]
        assert await service.requests("PATCH", native(post_id)) == 0


@pytest.mark.parametrize(
    ("state", "act"), [("queued", "caption"), ("queued", "schedule"), ("scheduled", "media"), ("scheduled", "publish")]
)
async def test_a_change_that_comes_after_the_post_went_out_is_told_as_too_late(
    tmp_path: Path, state: str, act: str
) -> None:
    async with lives(tmp_path, state, patient=True) as (agent, service):
        post_id = await made(agent, service, state)
        body = await overtaken(service, lambda: change(agent, post_id, **CHANGES[act]), *PATCH)
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "rejected")
        assert body["message"].endswith("but the post is published by now.")
        assert body["next"][0]["arguments"] == {"post_id": post_id}


async def test_a_post_is_not_moved_by_a_time_that_it_has_already(tmp_path: Path) -> None:
    async with lives(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        body = await change(agent, post_id, scheduled_at=FRIDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", FRIDAY)
