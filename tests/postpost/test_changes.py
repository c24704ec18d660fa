"""update_post through PostPost: what it can change, in which state, and what is told when an answer is lost."""

from pathlib import Path

import anyio
import pytest

from providers.postpost.changing import WRITE_SECONDS
from schemas.instant import parse
from tests.desk import TRIES, Body
from tests.local.passing import pass_time
from tests.postpost.desk import LINKEDIN, THREADS, Poster, PostPostService, X, postpost, slides

pytestmark = pytest.mark.anyio

FRIDAY, SATURDAY = "2031-07-04T09:00:00Z", "2031-07-05T09:00:00Z"
PUT = ("/update-post/{id}", "PUT")
LOST = ["accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "accept_then_status:502:update_failed"]

#: What a call may want of a post, by a name.
CHANGES: dict[str, Body] = {
    "caption": {"caption": "New words"},
    "media": {"media": slides("/1.jpg")},
    "accounts": {"accounts": [X]},
    "settings": {"threads": {"reply_control": "everyone"}},
    "schedule": {"scheduled_at": SATURDAY},
    "pause": {"mode": "draft"},
    "publish": {"mode": "publish"},
}
#: What PostPost can do, by the state of the post (reference postpost 5.4); all else is refused.
POSSIBLE = {"draft": {"schedule", "pause", "publish"}, "scheduled": {"schedule", "pause", "publish"}}
NEVER = {"caption", "media", "accounts", "settings"}
STATES = ["draft", "scheduled", "queued", "published", "partial", "failed"]


async def made(agent: Poster, service: PostPostService, state: str) -> str:
    """Bring a post into a state."""
    for account in {"partial": [THREADS], "failed": [THREADS, LINKEDIN]}.get(state, []):
        await service.steer(account, {"code": "PLATFORM_SERVER_ERROR", "message": "No", "retryable": True})
    how: Body = {"draft": {"mode": "draft"}, "scheduled": {"scheduled_at": FRIDAY}}.get(state, {})
    post_id = (await agent.create(accounts=[LINKEDIN, THREADS], **how))["data"]["id"]
    assert (await agent.call("check_status", post_id=post_id))["data"]["status"] == state
    return post_id


async def record(service: PostPostService) -> Body:
    [post] = await service.posts()
    return post


@pytest.mark.parametrize("state", STATES)
async def test_what_cannot_be_done_in_a_state_is_refused_with_the_way_round_and_never_asked(
    tmp_path: Path, state: str
) -> None:
    async with postpost(tmp_path, worker_delay=3600.0 if state == "queued" else 0.0) as (agent, service):
        post_id = await made(agent, service, state)
        before = await record(service)
        for act in CHANGES.keys() - POSSIBLE.get(state, set()):
            body = await agent.call("update_post", post_id=post_id, **CHANGES[act])
            never = act in NEVER
            assert body["error_code"] == ("not_supported" if never else "state_conflict"), act
            assert body["outcome"] == "nothing_sent"
            [problem] = body["problems"]
            assert ("create_post anew" in problem["fix"]) is never
        assert await service.calls("PUT", "update-post") == 0
        assert await record(service) == before


@pytest.mark.parametrize("state", ["draft", "scheduled"])
async def test_a_post_that_waits_gets_another_time(tmp_path: Path, state: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call(
            "update_post", post_id=post_id, scheduled_at="2031-07-05T11:00", timezone="Europe/Berlin"
        )
        assert (body["code"], body["outcome"], body["data"]["status"]) == (200, "accepted", "scheduled")
        assert (body["data"]["id"], body["data"]["scheduled_at"]) == (post_id, SATURDAY)
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["scheduled", "scheduled"]
        found = await record(service)
        assert (found["status"], found["scheduledTime"]) == ("scheduled", "2031-07-05T09:00:00.000Z")
        assert await service.calls("PUT", "update-post") == 1


@pytest.mark.parametrize("state", ["draft", "scheduled"])
async def test_a_post_that_waits_is_sent_now(tmp_path: Path, state: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        body = await agent.call("update_post", post_id=post_id, mode="publish")
        assert body["data"]["status"] == "published"
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["published", "published"]
        assert (await record(service))["status"] == "published"


async def test_a_post_that_is_sent_now_and_waits_for_the_publisher_is_queued(tmp_path: Path) -> None:
    async with postpost(tmp_path, worker_delay=3600.0) as (agent, service):
        post_id = await made(agent, service, "draft")
        body = await agent.call("update_post", post_id=post_id, mode="publish")
        assert body["data"]["status"] == "queued"
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["queued", "queued"]


async def test_a_paused_post_does_not_go_out_and_can_be_sent_later(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        body = await agent.call("update_post", post_id=post_id, mode="draft")
        assert body["data"]["status"] == "draft"
        assert [sent["status"] for sent in body["data"]["deliveries"]] == ["draft", "draft"]
        await service.advance(3600 * 24 * 365 * 10)
        assert (await record(service))["status"] == "draft"


async def test_pausing_a_draft_changes_nothing_and_sends_nothing(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "draft")
        body = await agent.call("update_post", post_id=post_id, mode="draft")
        assert (body["ok"], body["data"]["status"]) == (True, "draft")
        assert await service.calls("PUT", "update-post") == 0
        assert (await record(service))["status"] == "draft"


async def test_a_time_that_the_service_moves_is_told_as_it_is_now(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(gap_seconds=600)
        await agent.create(caption="First", scheduled_at=SATURDAY)
        second = await agent.create(mode="draft")
        body = await agent.call("update_post", post_id=second["data"]["id"], scheduled_at=SATURDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", "2031-07-05T09:10:00Z")
        assert f"the service moved it from {SATURDAY} to 2031-07-05T09:10:00Z" in body["message"]


@pytest.mark.parametrize("act", ["pause", "schedule"])
async def test_a_change_that_comes_after_the_publisher_began_is_told_as_too_late(tmp_path: Path, act: str) -> None:
    async with postpost(tmp_path, worker_delay=3600.0) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("slow:8", *PUT)
        bodies: list[Body] = []
        async with anyio.create_task_group() as group:

            async def change() -> None:
                bodies.append(await agent.call("update_post", post_id=post_id, **CHANGES[act]))

            group.start_soon(change)
            while (await service.http.get(f"{service.url}/_sandbox/faults")).json()["faults"]:  # noqa: ASYNC110
                await anyio.sleep(0.02)  # another server sets no event
            due = parse(FRIDAY)
            assert due
            now = (await service.http.get(f"{service.url}/_sandbox/clock")).json()["now"]
            await service.advance((due - (parse(now) or due)).total_seconds() + 1)
            assert (await record(service))["posts"][0]["status"] == "pending"
            pass_time(8)
        [body] = bodies
        assert (body["error_code"], body["retry"]["decision"]) == ("state_conflict", "check_first")
        assert "taken up the post before: it is queued" in body["message"]
        assert body["next"][0]["arguments"] == {"post_id": post_id}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize(("act", "status"), [("schedule", "scheduled"), ("pause", "draft"), ("publish", "published")])
async def test_a_change_whose_answer_is_lost_is_found_done(tmp_path: Path, fault: str, act: str, status: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(fault, *PUT)
        body = await agent.call("update_post", post_id=post_id, **CHANGES[act])
        assert (body["outcome"], body["data"]["status"]) == ("accepted", status)
        if act == "schedule":
            assert body["data"]["scheduled_at"] == SATURDAY
        assert await service.calls("PUT", "update-post") == 1


async def test_a_draft_whose_scheduling_is_lost_and_moved_is_found_scheduled(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(gap_seconds=600)
        await agent.create(caption="First", scheduled_at=SATURDAY)
        second = (await agent.create(mode="draft"))["data"]["id"]
        await service.fault("accept_then_drop", *PUT)
        body = await agent.call("update_post", post_id=second, scheduled_at=SATURDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", "2031-07-05T09:10:00Z")


@pytest.mark.parametrize("state", ["draft", "scheduled"])
@pytest.mark.parametrize("act", ["schedule", "publish"])
async def test_a_change_that_is_not_found_done_stays_open_and_is_not_repeated(
    tmp_path: Path, state: str, act: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, state)
        await service.fault("drop_before", *PUT)
        body = await agent.call("update_post", post_id=post_id, **CHANGES[act])
        assert (body["error_code"], body["outcome"]) == ("outcome_unknown", "unknown")
        assert body["retry"]["decision"] == "check_first"
        assert body["next"] == [
            {"tool": "check_status", "arguments": {"post_id": post_id}, "why": body["next"][0]["why"]}
        ]
        assert await service.calls("PUT", "update-post") == 1
        assert (await record(service))["status"] == state


async def test_a_pause_that_is_not_found_done_stays_open(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("drop_before", *PUT)
        assert (await agent.call("update_post", post_id=post_id, mode="draft"))["outcome"] == "unknown"


async def test_a_lost_change_of_a_post_that_cannot_be_seen_stays_open(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_drop", *PUT)
        await service.fault("slow:0", "/get-post/{id}", "GET")
        await service.fault("html_500", "/get-post/{id}", "GET", times=TRIES)
        body = await agent.call("update_post", post_id=post_id, mode="draft")
        assert body["outcome"] == "unknown"


async def test_a_change_that_is_answered_is_told_without_a_look_where_none_succeeds(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("slow:0", "/get-post/{id}", "GET")
        await service.fault("html_500", "/get-post/{id}", "GET", times=TRIES)
        body = await agent.call("update_post", post_id=post_id, scheduled_at=SATURDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", SATURDAY)


async def test_a_change_whose_answer_does_not_come_ends_in_time(tmp_path: Path) -> None:
    async with postpost(tmp_path, silence=True) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_slow:3600", *PUT)
        with anyio.fail_after(2 * WRITE_SECONDS):
            body = await agent.call("update_post", post_id=post_id, scheduled_at=SATURDAY)
        assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", SATURDAY)


async def test_a_post_that_ends_while_it_is_sent_now_is_told_as_it_ended(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("accept_then_status:400:not_editable", *PUT)
        body = await agent.call("update_post", post_id=post_id, mode="publish")
        assert (body["outcome"], body["data"]["status"]) == ("accepted", "published")


async def test_a_post_that_the_service_finds_in_another_state_is_a_conflict(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("status:400:not_editable", *PUT)
        body = await agent.call("update_post", post_id=post_id, mode="draft")
        assert (body["error_code"], body["outcome"]) == ("state_conflict", "rejected")
        assert body["next"][0]["arguments"] == {"post_id": post_id}


async def test_a_post_that_is_gone_meanwhile_is_not_found(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault("status:404:post_group_not_found", *PUT)
        body = await agent.call("update_post", post_id=post_id, mode="draft")
        assert (body["error_code"], body["outcome"]) == ("not_found", "rejected")


@pytest.mark.parametrize("tool", ["update_post", "delete_post", "retry_post"])
@pytest.mark.parametrize("native", ["1", "6601a0b1c2d3e4f50617283", "6601a0b1c2d3e4f50617283g", "../list-posts"])
async def test_an_id_that_is_none_never_reaches_the_service(tmp_path: Path, tool: str, native: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        wanted: Body = {"mode": "draft"} if tool == "update_post" else {}
        body = await agent.call(tool, post_id=f"postpost:{native}", **wanted)
        assert (body["error_code"], body["outcome"]) == ("not_found", "nothing_sent")
        log = (await service.http.get(f"{service.url}/_sandbox/requests")).json()["requests"]
        assert log == []


#: A limit met while a post is moved: its form, our code, who is to act, and what the fix says.
LIMITS = [
    ("POST_LIMIT_REACHED:account", "quota_reached", "user", "Tell the user. They can take a larger plan or wait until"),
    ("POST_LIMIT_REACHED:connection", "validation_failed", "agent", f"create it again without {X} or wait until"),
    ("SCHEDULED_POST_LIMIT_REACHED:account", "quota_reached", "user", "delete scheduled posts"),
    ("SCHEDULED_POST_LIMIT_REACHED:connection", "validation_failed", "agent", f"create it again without {X}, delete"),
    ("SCHEDULE_HORIZON_REACHED", "validation_failed", "agent", "Schedule no later than"),
    ("PLATFORM_NOT_AVAILABLE", "validation_failed", "agent", f"Delete this post and create it again without {X}"),
    ("CONNECTIONS_OVER_LIMIT", "quota_reached", "user", "Nothing can be posted until"),
    ("CHANNEL_LIMIT_REACHED:expandable", "quota_reached", "user", "can be extended"),
    ("CHANNEL_LIMIT_REACHED:managed", "quota_reached", "user", "The owner of their workspace"),
]


@pytest.mark.parametrize(("limit", "code", "who", "fix"), LIMITS)
async def test_a_limit_that_is_met_while_a_post_is_moved_says_what_can_be_done(
    tmp_path: Path, limit: str, code: str, who: str, fix: str
) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = (await agent.create(accounts=[LINKEDIN, X], scheduled_at=FRIDAY))["data"]["id"]
        await service.fault(f"status:403:{limit}", *PUT)
        body = await agent.call("update_post", post_id=post_id, scheduled_at=SATURDAY)
        assert (body["error_code"], body["outcome"], body["retry"]["who"]) == (code, "rejected", who)
        [problem] = body["problems"]
        assert fix in problem["fix"]
        assert (await record(service))["scheduledTime"] == "2031-07-04T09:00:00.000Z"


async def test_a_plan_that_takes_fewer_posts_than_accounts_says_on_how_many_to_make_it_anew(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        draft = (await agent.create(accounts=[LINKEDIN, X, THREADS], mode="draft"))["data"]["id"]
        await service.limits(scope="account", queued_posts=2)
        body = await agent.call("update_post", post_id=draft, scheduled_at=FRIDAY)
        [problem] = body["problems"]
        assert problem["fix"].startswith("Delete this post and create it again on at most 2 of its accounts")


@pytest.mark.parametrize("refusal", ["past_time", "invalid_scheduled_time", "invalid_time", "SCHEDULED_TIME_IN_PAST"])
async def test_every_way_of_refusing_a_time_points_at_it(tmp_path: Path, refusal: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        post_id = await made(agent, service, "scheduled")
        await service.fault(f"status:400:{refusal}", *PUT)
        body = await agent.call("update_post", post_id=post_id, scheduled_at=SATURDAY)
        assert (body["error_code"], body["outcome"]) == ("invalid_payload", "rejected")
        [problem] = body["problems"]
        assert problem["path"] == "/scheduled_at"
        assert problem["fix"].startswith("Schedule ")
