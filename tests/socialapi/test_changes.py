"""update_post through SocialAPI: what it can change, in which state, and what is told when an answer is lost."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from providers.socialapi.changing import WRITE_SECONDS
from tests.desk import TRIES, Body
from tests.sandbox.silence import PASSES
from tests.socialapi.desk import (
    FACEBOOK,
    GOOGLE,
    INSTAGRAM,
    LINKEDIN,
    PINTEREST,
    PUBLISH,
    STATES,
    THREADS,
    TIKTOK,
    VIDEO,
    Agent,
    Service,
    X,
    later,
    made,
    slides,
    socialapi,
)

pytestmark = pytest.mark.anyio

FRIDAY = "2031-07-04T09:00:00Z"
PATCH = ("/posts/{id}", "PATCH")
NOTHING: Body = {"facebook": {}, "threads": {}}
ACTED = ("accept_then_drop", "accept_then_html_500", "accept_then_slow:3600", "accept_then_status:500:system.internal")
NOT_ACTED = ("drop_before", "html_500", "status:500:system.internal")

#: What a call may want of a post, by a name.
CHANGES: dict[str, Body] = {
    "caption": {"caption": "New words"},
    "media": {"media": slides(2)},
    "accounts": {"accounts": [FACEBOOK, X], "facebook": {}},
    "settings": {"threads": {"reply_control": "mentioned_only"}, "facebook": {}},
    "schedule": {"scheduled_at": FRIDAY},
    "pause": {"mode": "draft"},
    "publish": {"mode": "publish"},
}
_EDITS = {"caption", "media", "accounts", "settings", "schedule"}
#: What SocialAPI can do, by the state of the post (reference socialapi 4.4, 4.5); all else is refused.
POSSIBLE = {"draft": {*_EDITS, "publish", "pause"}, "scheduled": {*_EDITS, "publish"}, "failed": _EDITS}


def native(account: str) -> str:
    return account.removeprefix("socialapi:")


async def change(agent: Agent, post_id: str, **wanted: Any) -> Body:
    return await agent.call("update_post", post_id=post_id, **wanted)


async def record(service: Service) -> Body:
    [post] = await service.posts()
    return post


@pytest.mark.parametrize("state", STATES)
async def test_what_cannot_be_done_in_a_state_is_refused_with_the_way_round_and_never_asked(
    tmp_path: Path, state: str
) -> None:
    async with socialapi(tmp_path, delay=3600.0 if state == "publishing" else 0.0) as (agent, service):
        post_id = await made(agent, service, state)
        before = await record(service)
        published = await service.requests("POST", "/publish")
        for act in CHANGES.keys() - POSSIBLE.get(state, set()):
            body = await change(agent, post_id, **CHANGES[act])
            assert body["error_code"] == ("not_supported" if act == "pause" else "state_conflict"), act
            assert body["outcome"] == "nothing_sent"
            [problem, *_] = body["problems"]
            ways = ("delete_post", "retry_post", "new post", "create_post")
            assert any(way in problem["fix"] for way in ways), problem
        assert await service.requests("PATCH", native(post_id)) == 0
        assert await service.requests("POST", "/publish") == published
        assert await record(service) == before


@pytest.mark.parametrize("state", ["draft", "scheduled", "failed"])
async def test_words_media_and_accounts_change_as_long_as_nothing_is_out(tmp_path: Path, state: str) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        wanted = {**CHANGES["caption"], **CHANGES["media"], **CHANGES["accounts"], "first_comment": "First"}
        body = await change(agent, post_id, **wanted)
        assert (body["code"], body["outcome"], body["data"]["status"]) == (200, "accepted", state), body
        found = await record(service)
        assert (found["text"], found["status"]) == ("New words", state)
        assert [item["source"] for item in found["media"]] == slides(2)["urls"]
        assert [target["account_id"] for target in found["targets"]] == [native(FACEBOOK), native(X)]
        assert await service.requests("PATCH", native(post_id)) == 1


@pytest.mark.parametrize("state", ["draft", "scheduled", "failed"])
@pytest.mark.parametrize("act", sorted(_EDITS - {"schedule"}))
async def test_each_edit_leaves_the_rest_as_it_was(tmp_path: Path, state: str, act: str) -> None:
    fields = {
        "caption": {"text"},
        "media": {"media", "media_ids"},
        "accounts": {"targets", "settings"},
        "settings": {"settings"},
    }
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        before = await record(service)
        assert (await change(agent, post_id, **CHANGES[act]))["outcome"] == "accepted"
        after = await record(service)
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert changed - {"updated_at", "appearances", "content"} == fields[act]


async def test_a_scheduled_post_gets_another_time(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        body = await change(agent, post_id, scheduled_at="2031-07-04T11:00", timezone="Europe/Berlin")
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", FRIDAY)
        assert (await record(service))["scheduled_at"] == FRIDAY


@pytest.mark.parametrize("state", ["draft", "scheduled"])
@pytest.mark.parametrize("how", ["mode", "time"])
async def test_a_post_that_waits_is_published_now_and_once(tmp_path: Path, state: str, how: str) -> None:
    now: Body = {"mode": "publish"} if how == "mode" else {"scheduled_at": later(seconds=5)}
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await change(agent, post_id, caption="New words", **now)
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "published"), body
        found = await record(service)
        assert (found["text"], set(found["appearances"].values())) == ("New words", {1})


async def test_publishing_alone_asks_once_for_it(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await change(agent, post_id, mode="publish")
        assert await service.requests("PATCH", native(post_id)) == 0
        assert await service.requests("POST", "/publish") == 1


async def test_a_publication_that_fails_on_each_account_is_told_as_the_post_that_it_is(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.failing(FACEBOOK, "platform.facebook.rate_limit")
        await service.failing(THREADS, "platform.threads.auth")
        body = await change(agent, post_id, mode="publish")
        assert body["data"]["status"] == "failed"
        assert [sent["retry"] for sent in body["data"]["deliveries"]] == [True, False]


async def test_a_publication_that_reaches_some_accounts_is_told_as_partial(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.failing(FACEBOOK, "platform.facebook.rate_limit")
        assert (await change(agent, post_id, mode="publish"))["data"]["status"] == "partial"


@pytest.mark.parametrize("platform", ["facebook", "threads"])
async def test_settings_that_nobody_can_read_are_asked_for_and_not_dropped(tmp_path: Path, platform: str) -> None:
    other = {"facebook": "threads", "threads": "facebook"}[platform]
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        before = await record(service)
        one: Body = {platform: {}}
        body = await change(agent, post_id, **one)
        assert (body["error_code"], body["outcome"]) == ("invalid_payload", "nothing_sent")
        assert [problem["path"] for problem in body["problems"]] == [f"/{other}"]
        assert await record(service) == before
        assert (await change(agent, post_id, **NOTHING))["outcome"] == "accepted"


async def test_a_platform_that_leaves_needs_no_settings_and_one_without_any_neither(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft", accounts=[FACEBOOK, GOOGLE])
        assert (await change(agent, post_id, accounts=[GOOGLE]))["outcome"] == "accepted"
        assert [target["account_id"] for target in (await record(service))["targets"]] == [native(GOOGLE)]


async def test_what_a_target_shows_of_its_own_is_kept(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        [board, *_] = (await service.call("GET", f"/accounts/{native(PINTEREST)}/boards"))["data"]
        mine: Body = {"board_id": board["id"]}
        post_id = await made(agent, service, "scheduled", accounts=[PINTEREST], media=slides(1), pinterest=mine)
        body = await change(agent, post_id, accounts=[PINTEREST, LINKEDIN], pinterest={"title": "Other"})
        assert body["outcome"] == "accepted", body
        assert (await record(service))["targets"][0]["board_id"] == board["id"]


async def test_a_caption_reaches_also_a_target_that_had_its_own(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        made_elsewhere = await service.call(
            "POST",
            "/posts",
            text="Theirs",
            publish_now=False,
            targets=[{"account_id": native(FACEBOOK), "text": "Theirs on Facebook"}, {"account_id": native(THREADS)}],
        )
        post_id = f"socialapi:{made_elsewhere['id']}"
        asked = await change(agent, post_id, caption="Ours")
        assert {problem["path"] for problem in asked["problems"]} == {"/facebook", "/threads"}
        assert (await change(agent, post_id, caption="Ours", **NOTHING))["outcome"] == "accepted"
        found = await record(service)
        assert (found["text"], [target.get("text") for target in found["targets"]]) == ("Ours", [None, None])


@pytest.mark.parametrize(
    ("before", "media", "after"),
    [
        ({"media": slides(1)}, VIDEO, "reel"),
        ({"media": slides(1)}, slides(3), "carousel"),
        ({"media": slides(1), "instagram": {"content_type": "stories"}}, slides(3), "carousel"),
    ],
    ids=["reel", "carousel", "no story"],
)
async def test_the_kind_of_an_instagram_post_follows_its_media(
    tmp_path: Path, before: Body, media: Body, after: str
) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled", accounts=[INSTAGRAM], **before)
        asked = await change(agent, post_id, media=media)
        assert [problem["path"] for problem in asked["problems"]] == ["/instagram"]
        assert (await change(agent, post_id, media=media, instagram={}))["outcome"] == "accepted"
        [target] = (await record(service))["targets"]
        assert target["media_type"] == after


@pytest.mark.parametrize(
    ("before", "media"),
    [
        ({"media": slides(1)}, slides(1, "png")),
        ({"media": slides(2)}, slides(3)),
        ({"media": slides(1), "instagram": {"content_type": "stories"}}, VIDEO),
    ],
    ids=["feed", "carousel", "story"],
)
async def test_media_of_the_same_kind_leave_instagram_settings_alone(tmp_path: Path, before: Body, media: Body) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft", accounts=[INSTAGRAM], **before)
        [kind] = [target["media_type"] for target in (await record(service))["targets"]]
        assert (await change(agent, post_id, media=media))["outcome"] == "accepted"
        assert [target["media_type"] for target in (await record(service))["targets"]] == [kind]


async def test_a_story_stays_one_when_its_other_settings_change(tmp_path: Path) -> None:
    story: Body = {"content_type": "stories"}
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft", accounts=[INSTAGRAM], media=slides(1), instagram=story)
        assert (await change(agent, post_id, instagram={"alt_text": "A lamp"}))["outcome"] == "accepted"
        [target] = (await record(service))["targets"]
        assert target["media_type"] == "stories"


@pytest.mark.parametrize("fault", ACTED)
@pytest.mark.parametrize("act", ["caption", "media", "schedule"])
async def test_a_change_whose_answer_is_lost_is_seen_to_stand(tmp_path: Path, act: str, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *PATCH)
        body = await change(agent, post_id, **CHANGES[act])
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "scheduled"), body
        assert await service.requests("PATCH", native(post_id)) == 1


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_change_that_never_arrived_is_unknown_and_may_be_looked_at(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *PATCH)
        body = await change(agent, post_id, caption="New words")
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert body["next"][0]["arguments"] == {"post_id": post_id}
        assert await service.requests("PATCH", native(post_id)) == 1
        assert (await change(agent, post_id, caption="New words"))["outcome"] == "accepted"


async def test_settings_whose_answer_is_lost_are_never_taken_as_made(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_drop", *PATCH)
        assert (await change(agent, post_id, **CHANGES["settings"]))["outcome"] == "unknown"


@pytest.mark.parametrize("fault", ACTED)
async def test_a_publication_whose_answer_is_lost_is_seen_to_have_run(tmp_path: Path, fault: str) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault(fault, PUBLISH)
        body = await change(agent, post_id, mode="publish")
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "published"), body
        assert set((await record(service))["appearances"].values()) == {1}
        assert await service.requests("POST", "/publish") == 1


@pytest.mark.parametrize("fault", NOT_ACTED)
async def test_a_publication_that_never_arrived_is_unknown_and_the_change_before_it_told(
    tmp_path: Path, fault: str
) -> None:
    async with socialapi(tmp_path, silence=PASSES) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault(fault, PUBLISH)
        body = await change(agent, post_id, mode="publish", caption="New words")
        assert body["outcome"] == "unknown"
        assert body["message"].startswith("The rest of the change was made.")
        assert (await record(service))["status"] == "draft"
        assert (await change(agent, post_id, mode="publish"))["data"]["status"] == "published"
        assert set((await record(service))["appearances"].values()) == {1}


async def test_many_calls_that_publish_at_once_publish_once(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        bodies: list[Body] = []

        async def publish() -> None:
            bodies.append(await change(agent, post_id, mode="publish"))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(publish)
        assert {body["error_code"] for body in bodies if not body["ok"]} <= {"state_conflict"}
        assert any(body["ok"] for body in bodies)
        assert set((await record(service))["appearances"].values()) == {1}


async def test_a_post_that_went_out_meanwhile_is_told_as_such_and_not_changed(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("status:409:post.state_invalid", *PATCH)
        body = await change(agent, post_id, caption="New words")
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "rejected")
        assert body["next"][0]["tool"] == "check_status"
        assert (await record(service))["text"] != "New words"


async def test_a_publication_that_another_call_made_meanwhile_counts(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault("accept_then_status:409:post.state_invalid", PUBLISH)
        assert (await change(agent, post_id, mode="publish"))["data"]["status"] == "published"


@pytest.mark.parametrize("where", [PATCH, (PUBLISH, "POST")], ids=["change", "publish"])
async def test_a_post_that_is_gone_is_told_as_gone(tmp_path: Path, where: tuple[str, str]) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault("status:404:post.not_found", *where)
        body = await change(agent, post_id, caption="New words", mode="publish")
        assert (body["error_code"], body["outcome"]) == ("not_found", "rejected")


async def test_a_publication_that_comes_too_fast_is_told_with_its_wait(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault("retry_after:1841:publishing.velocity_limit", PUBLISH, times=TRIES)
        body = await change(agent, post_id, mode="publish")
        assert (body["error_code"], body["outcome"]) == ("rate_limited", "rejected")
        assert (body["retry"]["decision"], body["retry"]["after_seconds"]) == ("wait_then_retry", 1841)
        assert (await record(service))["status"] == "draft"
        assert await service.requests("POST", "/publish") == 1


async def test_a_used_up_plan_keeps_a_draft_a_draft(tmp_path: Path) -> None:
    async with socialapi(tmp_path, plan="free") as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.limits(posts_used=10)
        body = await change(agent, post_id, mode="publish")
        assert (body["error_code"], body["retry"]["who"]) == ("quota_reached", "user")


async def test_what_the_service_finds_wrong_with_a_change_is_told_by_field(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        post_id = await made(
            agent, service, "scheduled", accounts=[TIKTOK], media=VIDEO, tiktok={"privacy_level": "SELF_ONLY"}
        )
        await service.fault("status:400:validation.field_invalid", *PATCH)
        body = await change(agent, post_id, caption="New words")
        assert (body["error_code"], body["outcome"]) == ("invalid_payload", "rejected")


async def test_a_service_that_hangs_is_given_up_in_time(tmp_path: Path) -> None:
    async with socialapi(tmp_path, silence=WRITE_SECONDS + 1, SEND_TIMEOUT="45") as (agent, service):
        post_id = await made(agent, service, "draft")
        await service.fault("slow:3600", *PATCH)
        with anyio.fail_after(40):
            assert (await change(agent, post_id, caption="New words"))["outcome"] == "unknown"
