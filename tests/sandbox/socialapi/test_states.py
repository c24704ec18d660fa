"""What may be done with a post in which state, and what becomes of it (reference socialapi 4.4 to 4.8, and 5)."""

import anyio
import pytest

from sandbox.socialapi import create_app
from tests.sandbox.socialapi.caller import (
    DEAD_THREADS,
    FACEBOOK,
    GOOGLE,
    INSTAGRAM,
    PHOTO,
    THREADS,
    Body,
    Caller,
    calling,
    post,
    to,
)
from tests.sandbox.socialapi.states import LATER, in_state

pytestmark = pytest.mark.anyio

FEED = {"instagram": {"content_type": "feed"}}


@pytest.fixture
async def today(socialapi: Caller) -> Caller:
    await socialapi.control("/clock", {"now": "2990-01-01T09:00:00Z"})
    return socialapi


ALLOWED = {
    "draft": {"PATCH", "publish", "DELETE"},
    "scheduled": {"PATCH", "publish", "DELETE"},
    "publishing": set[str](),
    "published": {"unpublish", "DELETE"},
    "partial": {"retry", "unpublish", "DELETE"},
    "failed": {"PATCH", "retry", "DELETE"},
    "cancelled": {"DELETE"},
}


@pytest.mark.parametrize("status", ALLOWED)
@pytest.mark.parametrize("action", ["PATCH", "publish", "retry", "unpublish", "DELETE"])
async def test_an_action_that_does_not_fit_the_state_is_refused(today: Caller, status: str, action: str) -> None:
    post_id = await in_state(today, status)
    assert (await today.shown(post_id))["status"] == status
    path = f"/posts/{post_id}" if action.isupper() else f"/posts/{post_id}/{action}"
    method = action if action.isupper() else "POST"
    answer = await today.send(method, path, {"text": "New"} if action == "PATCH" else None)
    if action in ALLOWED[status]:
        assert answer.is_success, answer.text
    else:
        assert answer.status_code == 409
        assert answer.json()["error"] == {"code": "post.state_invalid", "message": f"post is {status}"}
        assert (await today.shown(post_id))["status"] == status


@pytest.mark.parametrize("action", ["publish", "retry", "unpublish"])
async def test_a_post_that_is_not_there_is_not_found(socialapi: Caller, action: str) -> None:
    assert await socialapi.refusal("POST", f"/posts/none/{action}") == (404, "post.not_found", {})
    for method in ("GET", "PATCH", "DELETE"):
        assert (await socialapi.refusal(method, "/posts/none", {}))[:2] == (404, "post.not_found")


async def test_a_post_goes_from_scheduled_over_publishing_to_published(today: Caller) -> None:
    created = await today.create(publish_now=False, scheduled_at=LATER)
    await today.control("/clock", {"now": "2990-01-02T08:59:30Z"})
    assert (await today.shown(created["id"]))["status"] == "scheduled"
    await today.control("/clock", {"now": LATER})
    publishing = await today.shown(created["id"])
    assert (publishing["status"], publishing["targets"][0]["status"]) == ("publishing", "publishing")
    await today.wait(30 * 86400)
    published = await today.shown(created["id"])
    assert (published["status"], published["published_at"]) == ("published", "2990-01-02T09:00:01Z")
    [target] = published["targets"]
    assert target["published_at"] == "2990-01-02T09:00:01Z"
    assert target["permalink"].endswith(target["platform_post_id"])


async def test_a_draft_is_published_once_however_often_it_is_asked_for(instant: Caller) -> None:
    created = await instant.create_draft()
    answer = await instant.send("POST", f"/posts/{created['id']}/publish")
    assert (answer.status_code, answer.json()["status"]) == (201, "published")
    for _ in range(3):
        assert await instant.refusal("POST", f"/posts/{created['id']}/publish") == (409, "post.state_invalid", {})
    assert await instant.appearances() == [{FACEBOOK: 1}]


async def test_publishing_at_the_same_moment_lets_one_through(socialapi: Caller) -> None:
    created = await socialapi.create_draft()
    statuses: list[int] = []

    async def publish() -> None:
        statuses.append((await socialapi.send("POST", f"/posts/{created['id']}/publish")).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(publish)
    await socialapi.wait(5)
    assert sorted(statuses) == [201] + [409] * 7
    assert await socialapi.appearances() == [{FACEBOOK: 1}]


async def test_a_lost_answer_to_publish_shows_in_the_state(socialapi: Caller) -> None:
    created = await socialapi.create_draft()
    await socialapi.fault("accept_then_status:502", "/posts/{id}/publish")
    assert (await socialapi.send("POST", f"/posts/{created['id']}/publish")).status_code == 502
    assert (await socialapi.shown(created["id"]))["status"] == "publishing"
    assert (await socialapi.refusal("POST", f"/posts/{created['id']}/publish"))[1] == "post.state_invalid"
    await socialapi.wait(5)
    assert await socialapi.appearances() == [{FACEBOOK: 1}]


async def test_publish_answers_as_create_does(instant: Caller) -> None:
    for failing, status, word in (((THREADS,), 207, "partial"), ((THREADS, FACEBOOK), 422, "failed")):
        for account in failing:
            await instant.delivery(account, fail="platform.threads.api_error")
        created = await instant.create_draft(targets=to(FACEBOOK, THREADS))
        answer = await instant.send("POST", f"/posts/{created['id']}/publish")
        assert (answer.status_code, answer.json()["status"]) == (status, word)


async def test_a_scheduled_post_is_published_early_and_not_again_at_its_time(today: Caller) -> None:
    created = await today.create(publish_now=False, scheduled_at=LATER)
    assert (await today.data("POST", f"/posts/{created['id']}/publish"))["status"] == "publishing"
    await today.control("/clock", {"now": "2990-02-01T00:00:00Z"})
    assert await today.appearances() == [{FACEBOOK: 1}]


async def test_a_draft_that_breaks_the_rules_fails_when_it_is_published(socialapi: Caller) -> None:
    created = await socialapi.create_draft(targets=to(INSTAGRAM))
    answer = await socialapi.send("POST", f"/posts/{created['id']}/publish")
    assert (answer.status_code, answer.json()["status"]) == (422, "failed")
    error = answer.json()["targets"][0]["error"]
    assert (error["category"], error["caused_by"]) == ("validation", "user")
    await socialapi.data("PATCH", f"/posts/{created['id']}", {"media": [PHOTO], "platform_data": FEED})
    assert await socialapi.data("POST", f"/posts/{created['id']}/retry") == {"success": True}
    await socialapi.wait(5)
    healed = await socialapi.shown(created["id"])
    assert (healed["status"], healed["retry_count"]) == ("published", 1)
    assert "error" not in healed["targets"][0]


async def test_a_draft_without_targets_cannot_be_published(socialapi: Caller) -> None:
    created = await socialapi.create_draft(targets=...)
    refusal = await socialapi.refusal("POST", f"/posts/{created['id']}/publish")
    assert refusal == (400, "validation.field_required", {"field": "targets"})


async def test_a_retry_sends_only_what_failed(today: Caller) -> None:
    post_id = await in_state(today, "partial")
    published = (await today.shown(post_id))["targets"][0]
    assert await today.data("POST", f"/posts/{post_id}/retry") == {"success": True}
    retried = await today.shown(post_id)
    assert (retried["status"], retried["retry_count"]) == ("publishing", 1)
    await today.wait(5)
    healed = await today.shown(post_id)
    assert healed["status"] == "published"
    assert healed["targets"][0] == published
    assert await today.appearances() == [{FACEBOOK: 1, THREADS: 1}]


async def test_a_retry_may_fail_again(today: Caller) -> None:
    post_id = await in_state(today, "failed")
    await today.delivery(THREADS, fail="platform.threads.rate_limit")
    await today.data("POST", f"/posts/{post_id}/retry")
    await today.wait(5)
    assert (await today.shown(post_id))["status"] == "partial"


async def test_a_time_out_may_hide_a_post_that_a_retry_doubles(instant: Caller) -> None:
    await instant.delivery(FACEBOOK, fail="publishing.delivery.timeout")
    answer = await instant.send("POST", "/posts", post())
    assert answer.json()["targets"][0]["error"]["code"] == "publishing.delivery.timeout"
    assert await instant.appearances() == [{FACEBOOK: 1}]
    await instant.delivery(FACEBOOK)
    await instant.data("POST", f"/posts/{answer.json()['id']}/retry")
    assert await instant.appearances() == [{FACEBOOK: 2}]


async def test_google_cannot_be_retried(instant: Caller) -> None:
    await instant.delivery(GOOGLE, fail="platform.google.api_error")
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, GOOGLE)))
    assert answer.status_code == 207
    refusal = await instant.refusal("POST", f"/posts/{answer.json()['id']}/retry")
    assert refusal == (400, "post.no_retryable_deliveries", {})


@pytest.mark.parametrize("status", ["draft", "scheduled", "failed"])
async def test_a_change_keeps_the_state_and_what_it_does_not_name(today: Caller, status: str) -> None:
    post_id = await in_state(today, status)
    before = await today.shown(post_id)
    await today.wait(1)
    after = await today.data("PATCH", f"/posts/{post_id}", {"text": "New", "hidden": True, "title": None})
    assert after["updated_at"] > before["updated_at"]
    assert after == before | {"text": "New", "hidden": True, "updated_at": after["updated_at"]}


async def test_a_draft_with_a_time_stays_a_draft(today: Caller) -> None:
    post_id = await in_state(today, "draft")
    changed = await today.data("PATCH", f"/posts/{post_id}", {"scheduled_at": LATER})
    assert (changed["status"], changed["scheduled_at"]) == ("draft", LATER)
    await today.wait(30 * 86400)
    assert (await today.shown(post_id))["status"] == "draft"


async def test_a_scheduled_post_moves_with_its_time(today: Caller) -> None:
    post_id = await in_state(today, "scheduled")
    await today.data("PATCH", f"/posts/{post_id}", {"scheduled_at": "2990-01-03T09:00:00Z"})
    await today.control("/clock", {"now": "2990-01-03T08:00:00Z"})
    assert (await today.shown(post_id))["status"] == "scheduled"
    await today.control("/clock", {"now": "2990-01-03T10:00:00Z"})
    assert (await today.shown(post_id))["published_at"] == "2990-01-03T09:00:01Z"


async def test_a_scheduled_post_gets_other_targets(today: Caller) -> None:
    post_id = await in_state(today, "scheduled")
    changed = await today.data("PATCH", f"/posts/{post_id}", {"targets": to(THREADS)})
    assert [one["account_id"] for one in changed["targets"]] == [THREADS]
    await today.wait(30 * 86400)
    assert await today.appearances() == [{THREADS: 1}]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "validation.field_invalid", "scheduled_at"),
        ({"targets": []}, "validation.field_required", "targets"),
        ({"text": "x" * 501, "targets": to(THREADS)}, "validation.field_invalid", "text"),
        ({"hidden": "yes"}, "validation.field_invalid", "hidden"),
    ],
)
async def test_a_change_of_a_scheduled_post_that_is_wrong_changes_nothing(
    today: Caller, change: Body, code: str, field: str
) -> None:
    post_id = await in_state(today, "scheduled")
    before = await today.shown(post_id)
    assert await today.refusal("PATCH", f"/posts/{post_id}", change) == (400, code, {"field": field})
    assert await today.shown(post_id) == before
    if field == "text":
        await today.data("PATCH", f"/posts/{post_id}", change | {"skip_validation": True})


async def test_a_post_is_not_scheduled_for_an_account_that_is_dead(today: Caller) -> None:
    post_id = await in_state(today, "scheduled")
    change = {"targets": to(DEAD_THREADS)}
    assert (await today.refusal("PATCH", f"/posts/{post_id}", change))[:2] == (403, "account.reconnection_required")


async def test_a_post_is_found_by_the_id_that_a_platform_gave_it(instant: Caller) -> None:
    created = await instant.create()
    assert (await instant.shown(created["targets"][0]["platform_post_id"]))["id"] == created["id"]


@pytest.mark.parametrize("schedules", [False, True], ids=["stays a draft", "is scheduled"])
async def test_a_draft_that_gets_a_time_does_as_the_stand_in_is_told(*, schedules: bool) -> None:
    async with calling(create_app(schedules_drafts=schedules)) as caller:
        post_id = await in_state(caller, "draft")
        await caller.data("PATCH", f"/posts/{post_id}", {"scheduled_at": LATER})
        shown = await caller.shown(post_id)
        assert (shown["status"], shown["scheduled_at"]) == ("scheduled" if schedules else "draft", LATER)
        assert (await caller.data("GET", "/usage"))["posts_used"] == int(schedules)


async def test_an_instagram_target_shows_which_kind_of_post_it_is(socialapi: Caller) -> None:
    settings = [{"account_id": INSTAGRAM, "platform_data": {"content_type": "stories"}}]
    created = await socialapi.create(publish_now=False, media=[PHOTO], targets=settings)
    assert created["targets"][0]["media_type"] == "stories"
