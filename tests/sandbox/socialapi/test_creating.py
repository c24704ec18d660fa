"""POST /posts: drafts, schedules, posts at once; 201, 207 and 422 (reference socialapi 4.1)."""

from typing import Any

import pytest

from tests.sandbox.socialapi.caller import (
    CLIP,
    FACEBOOK,
    GOOGLE,
    INSTAGRAM,
    LINKEDIN,
    PHOTO,
    STRANGER,
    THREADS,
    Body,
    Caller,
    draft,
    post,
    to,
)

pytestmark = pytest.mark.anyio

FEED = {"instagram": {"content_type": "feed"}}


async def test_a_post_at_once_is_accepted_and_delivered_in_the_background(socialapi: Caller) -> None:
    answer = await socialapi.send("POST", "/posts", post(targets=to(FACEBOOK, THREADS)))
    assert answer.status_code == 201
    created = answer.json()
    at = created.pop("created_at")
    assert created.pop("updated_at") >= at
    assert created == {
        "id": created["id"],
        "status": "publishing",
        "text": "Launch day",
        "visibility": "public",
        "hidden": False,
        "retry_count": 0,
        "targets": [
            {"account_id": FACEBOOK, "platform": "facebook", "status": "publishing"},
            {"account_id": THREADS, "platform": "threads", "status": "publishing"},
        ],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"publish_now": False},
        {"publish_now": ...},
        {"publish_now": None, "scheduled_at": None},
        {"publish_now": ..., "targets": ...},
        {"publish_now": True, "targets": []},
        {"publish_now": True, "targets": None},
    ],
)
async def test_without_a_time_or_a_target_a_post_is_a_draft_and_costs_nothing(socialapi: Caller, changes: Body) -> None:
    created = await socialapi.create(**changes)
    assert created["status"] == "draft"
    assert (await socialapi.data("GET", "/usage"))["posts_used"] == 0
    await socialapi.wait(30 * 86400)
    assert (await socialapi.shown(created["id"]))["status"] == "draft"


async def test_a_post_with_a_time_is_scheduled(socialapi: Caller) -> None:
    created = await socialapi.create(scheduled_at="2990-02-01T15:00:00+02:00", publish_now=...)
    assert (created["status"], created["scheduled_at"]) == ("scheduled", "2990-02-01T13:00:00Z")
    assert [one["status"] for one in created["targets"]] == ["pending"]
    assert (await socialapi.data("GET", "/usage"))["posts_used"] == 1


async def test_to_publish_now_beats_a_time(socialapi: Caller) -> None:
    created = await socialapi.create(scheduled_at="2990-02-01T15:00:00Z")
    assert created["status"] == "publishing"
    await socialapi.wait(5)
    assert (await socialapi.shown(created["id"]))["status"] == "published"


async def test_what_has_ended_by_the_time_of_the_answer_decides_its_status(instant: Caller) -> None:
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, THREADS)))
    assert (answer.status_code, answer.json()["status"]) == (201, "published")
    await instant.delivery(THREADS, fail="platform.threads.api_error")
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, THREADS)))
    assert (answer.status_code, answer.json()["status"]) == (207, "partial")
    assert [one["status"] for one in answer.json()["targets"]] == ["published", "failed"]
    answer = await instant.send("POST", "/posts", post(targets=to(THREADS)))
    assert (answer.status_code, answer.json()["status"]) == (422, "failed")
    assert (await instant.shown(answer.json()["id"]))["status"] == "failed"


async def test_one_slow_target_keeps_the_outcome_open(instant: Caller) -> None:
    await instant.delivery(FACEBOOK, seconds=300)
    await instant.delivery(THREADS, fail="platform.threads.auth")
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, THREADS)))
    assert (answer.status_code, answer.json()["status"]) == (201, "publishing")
    assert [one["status"] for one in answer.json()["targets"]] == ["publishing", "failed"]
    await instant.wait(299)
    assert (await instant.shown(answer.json()["id"]))["status"] == "publishing"
    await instant.wait(1)
    assert (await instant.shown(answer.json()["id"]))["status"] == "partial"


async def test_a_target_may_differ_and_inherits_the_rest(socialapi: Caller) -> None:
    own = {"text": "For Threads", "first_comment": "Hello", "visibility": "private", "media": [CLIP]}
    created = await socialapi.create(targets=[*to(FACEBOOK), *to(THREADS, **own)], media=[PHOTO], title="T")
    facebook, threads = created["targets"]
    assert set(facebook) == {"account_id", "platform", "status"}
    assert own.items() <= threads.items()
    assert (created["media"], created["media_ids"], created["title"]) == ([PHOTO], [], "T")


async def test_fields_that_nobody_knows_are_ignored(socialapi: Caller) -> None:
    created = await socialapi.create(colour="red", targets=to(FACEBOOK, platform="tiktok", mood="good"))
    assert "colour" not in created
    assert created["targets"][0]["platform"] == "facebook"


async def test_the_older_list_of_media_is_taken_but_for_links_in_it(socialapi: Caller) -> None:
    upload = await socialapi.http.post(
        f"{socialapi.url}/v1/media/upload",
        files={"file": ("a.jpg", b"bytes", "image/jpeg")},
        headers={"Authorization": "Bearer sapi_key_1"},
    )
    media_id = upload.json()["media_id"]
    created = await socialapi.create(media_ids=[media_id, "https://media.example.com/1.jpg"])
    assert created["media_ids"] == [media_id]
    assert created["media"] == [{"source_type": "media_id", "source": media_id}]


WRONG: list[tuple[Body, str, str]] = [
    ({"text": ...}, "validation.field_required", "text"),
    ({"text": ""}, "validation.field_required", "text"),
    ({"text": 7}, "validation.field_invalid", "text"),
    ({"title": []}, "validation.field_invalid", "title"),
    ({"publish_now": "yes"}, "validation.field_invalid", "publish_now"),
    ({"skip_validation": 1}, "validation.field_invalid", "skip_validation"),
    ({"skip_duplicate_check": "no"}, "validation.field_invalid", "skip_duplicate_check"),
    ({"visibility": "secret"}, "validation.field_invalid", "visibility"),
    ({"targets": {}}, "validation.field_invalid", "targets"),
    ({"targets": [FACEBOOK]}, "validation.field_invalid", "targets[0]"),
    ({"targets": [{}]}, "validation.field_required", "targets[0].account_id"),
    ({"targets": [*to(FACEBOOK), {"account_id": "1"}]}, "validation.field_invalid", "targets[1].account_id"),
    ({"targets": to(FACEBOOK, text=7)}, "validation.field_invalid", "targets[0].text"),
    ({"targets": to(FACEBOOK, platform_data=[])}, "validation.field_invalid", "targets[0].platform_data"),
    ({"platform_data": "x"}, "validation.field_invalid", "platform_data"),
    ({"platform_data": {"facebook": "x"}}, "validation.field_invalid", "platform_data.facebook"),
    ({"segments": "x"}, "validation.field_invalid", "segments"),
    ({"media": PHOTO}, "validation.field_invalid", "media"),
    ({"media": [{}]}, "validation.field_required", "media[0].source_type"),
    ({"media": [{"source_type": "file", "source": "x"}]}, "validation.field_invalid", "media[0].source_type"),
    ({"media": [{"source_type": "url"}]}, "validation.field_required", "media[0].source"),
    ({"media": [PHOTO | {"type": "gif"}]}, "validation.field_invalid", "media[0].type"),
    (
        {"media": [{"source_type": "platform_attachment_id", "source": "1"}]},
        "validation.field_required",
        "media[0].type",
    ),
    ({"media_ids": [7]}, "validation.field_invalid", "media_ids[0]"),
    ({"scheduled_at": "tomorrow"}, "validation.field_invalid", "scheduled_at"),
]


@pytest.mark.parametrize(("changes", "code", "field"), WRONG)
async def test_a_wrong_field_is_named(socialapi: Caller, changes: Body, code: str, field: str) -> None:
    assert await socialapi.refused(**changes) == (400, code, {"field": field})
    assert (await socialapi.look("/posts"))["posts"] == []


@pytest.mark.parametrize(
    "text", ["2990-02-01", "2990-02-01T13:00Z", "2990-02-01T13:00:00", "2990-02-31T13:00:00Z", "2020-01-01T00:00:00Z"]
)
async def test_a_time_has_an_offset_and_lies_ahead(socialapi: Caller, text: str) -> None:
    refusal = await socialapi.refused(publish_now=False, scheduled_at=text)
    assert refusal == (400, "validation.field_invalid", {"field": "scheduled_at"})


async def test_targets_may_have_times_of_their_own(socialapi: Caller) -> None:
    await socialapi.control("/clock", {"now": "2990-01-01T00:00:00Z"})
    early = to(FACEBOOK, scheduled_at="2990-01-01T01:00:00Z")
    created = await socialapi.create(
        publish_now=False, targets=early + to(THREADS), scheduled_at="2990-01-01T02:00:00Z"
    )
    await socialapi.control("/clock", {"now": "2990-01-01T01:00:05Z"})
    shown = await socialapi.shown(created["id"])
    assert (shown["status"], [one["status"] for one in shown["targets"]]) == ("publishing", ["published", "pending"])
    await socialapi.control("/clock", {"now": "2990-01-01T02:00:05Z"})
    shown = await socialapi.shown(created["id"])
    assert (shown["status"], shown["published_at"]) == ("published", "2990-01-01T02:00:01Z")


async def test_a_time_for_some_targets_alone_is_not_enough(socialapi: Caller) -> None:
    some = to(FACEBOOK, scheduled_at="2990-01-01T01:00:00Z")
    refusal = await socialapi.refused(publish_now=False, targets=some + to(THREADS))
    assert refusal == (400, "validation.field_required", {"field": "scheduled_at"})
    past = to(FACEBOOK, scheduled_at="2020-01-01T01:00:00Z")
    refusal = await socialapi.refused(publish_now=False, targets=past)
    assert refusal == (400, "validation.field_invalid", {"field": "targets[0].scheduled_at"})


async def test_a_stranger_is_not_found(socialapi: Caller) -> None:
    assert await socialapi.refused(targets=to(STRANGER)) == (404, "account.not_found", {})


async def test_two_targets_with_one_destination_come_out_once(instant: Caller) -> None:
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, FACEBOOK)))
    assert answer.status_code == 207
    first, second = answer.json()["targets"]
    assert (first["status"], second["error"]["code"]) == ("published", "publishing.duplicate_target")
    assert await instant.appearances() == [{FACEBOOK: 1}]


async def test_a_repeated_create_makes_a_second_post_since_there_is_no_idempotency_key(instant: Caller) -> None:
    for _ in range(2):
        await instant.create()
    assert await instant.appearances() == [{FACEBOOK: 1}, {FACEBOOK: 1}]


async def test_skipped_rules_are_met_at_delivery(instant: Caller) -> None:
    unfit: dict[str, Any] = {"text": "x" * 501, "targets": to(THREADS)}
    assert (await instant.refused(**unfit))[:2] == (400, "validation.field_invalid")
    answer = await instant.send("POST", "/posts", post(**unfit, skip_validation=True))
    assert answer.status_code == 422
    assert answer.json()["targets"][0]["error"]["category"] == "validation"


async def test_drafts_are_held_to_their_types_alone(socialapi: Caller) -> None:
    created = await socialapi.create_draft(text="x" * 9000, targets=to(INSTAGRAM, THREADS, GOOGLE, LINKEDIN))
    assert created["status"] == "draft"
    assert (await socialapi.refusal("POST", "/posts", draft(text=7)))[0] == 400
