"""PATCH /posts/{id} and POST /posts/delete (reference genviral 9, 11)."""

from typing import Any

import pytest

from tests.sandbox.caller import INSTAGRAM, PINTEREST, STRANGER, TIKTOK, VIDEO, Caller, to

pytestmark = pytest.mark.anyio

LATER = "2990-01-01T00:00:00Z"
EVEN_LATER = "2991-01-01T00:00:00Z"


async def test_a_scheduled_post_is_changed_in_all_that_is_sent(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER, tiktok={"title": "Old"})
    patch = {"caption": "New", "media": VIDEO, "accounts": to(INSTAGRAM), "scheduled_at": EVEN_LATER, "tiktok": None}
    answer = await genviral.send("PATCH", f"/posts/{created['id']}", patch)
    assert answer.status_code == 200
    assert answer.json()["message"] == "Post updated"
    data = answer.json()["data"]
    assert (data["id"], data["status"], data["scheduled_at"]) == (created["id"], "scheduled", EVEN_LATER)
    assert {one["code"] for one in data["warnings"]} == {"VIDEO_DURATION_MISSING", "VIDEO_METADATA_MISSING"}
    shown = await genviral.shown(created["id"])
    assert (shown["caption"], shown["media"], shown["tiktok"]) == ("New", VIDEO, None)
    assert [state["account_id"] for state in shown["accounts"]["states"]] == [INSTAGRAM]


async def test_what_is_not_sent_stays(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER, tiktok={"title": "Old"})
    before = await genviral.shown(created["id"])
    await genviral.data("PATCH", f"/posts/{created['id']}", {"caption": "New"})
    assert await genviral.shown(created["id"]) == before | {"caption": "New"}


async def test_a_time_of_null_publishes_now(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER)
    data = await genviral.data("PATCH", f"/posts/{created['id']}", {"scheduled_at": None})
    assert data["status"] == "pending"
    await genviral.wait(10)
    assert (await genviral.shown(created["id"]))["status"] == "posted"


async def test_a_postponed_post_does_not_go_out_at_its_first_time(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER)
    await genviral.data("PATCH", f"/posts/{created['id']}", {"scheduled_at": EVEN_LATER})
    await genviral.control("/clock", {"now": "2990-06-01T00:00:00Z"})
    assert (await genviral.shown(created["id"]))["status"] == "scheduled"


async def test_a_failed_post_can_be_mended_and_sent_again(genviral: Caller) -> None:
    await genviral.failing(TIKTOK, "no")
    created = await genviral.create()
    await genviral.wait(10)
    await genviral.data("PATCH", f"/posts/{created['id']}", {"accounts": to(INSTAGRAM), "scheduled_at": None})
    await genviral.wait(10)
    assert (await genviral.shown(created["id"]))["status"] == "posted"


async def test_what_is_out_already_is_not_sent_again_by_a_change(genviral: Caller) -> None:
    await genviral.failing(TIKTOK, "no")
    created = await genviral.create(accounts=to(TIKTOK, INSTAGRAM))
    await genviral.wait(10)
    await genviral.data("POST", "/posts/retry", {"post_ids": [created["id"]]})
    before = (await genviral.shown(created["id"]))["accounts"]["states"][1]
    await genviral.data("PATCH", f"/posts/{created['id']}", {"scheduled_at": LATER})
    await genviral.control("/clock", {"now": EVEN_LATER})
    failed, posted = (await genviral.shown(created["id"]))["accounts"]["states"]
    assert (failed["status"], failed["last_attempted_at"]) == ("failed", "2990-01-01T00:00:01Z")
    assert posted == before


async def test_a_posted_post_is_left_alone(genviral: Caller) -> None:
    created = await genviral.create()
    await genviral.wait(10)
    refusal = await genviral.refusal("PATCH", f"/posts/{created['id']}", {"caption": "New"})
    assert refusal[:2] == (400, "validation_failed")


@pytest.mark.parametrize(
    ("status", "code", "patch"),
    [
        (422, "invalid_payload", {}),
        (422, "invalid_payload", {"caption": None}),
        (422, "invalid_payload", {"media": None}),
        (422, "invalid_payload", {"status": "draft"}),
        (422, "invalid_payload", {"tiktok": {}, "pinterest": {}}),
        (400, "unknown_accounts", {"accounts": to(STRANGER)}),
        (400, "validation_failed", {"media": VIDEO}),
        (400, "validation_failed", {"pinterest": {}}),
        (400, "validation_failed", {"accounts": to(PINTEREST)}),
        (400, "invalid_music_url", {"music_url": "https://example.com/song"}),
        (400, "media_unreachable", {"media": {"type": "slideshow", "urls": ["https://nowhere.invalid/1.jpg"]}}),
        (409, "external_id_immutable", {"external_id": "launch-2"}),
    ],
)
async def test_a_patch_is_held_to_the_rules_of_a_whole_post_and_changes_nothing_when_refused(
    genviral: Caller, status: int, code: str, patch: Any
) -> None:
    tiktok = {"post_mode": "MEDIA_UPLOAD"}
    created = await genviral.create(scheduled_at=LATER, external_id="launch-1", tiktok=tiktok)
    before = await genviral.shown(created["id"])
    assert (await genviral.refusal("PATCH", f"/posts/{created['id']}", patch))[:2] == (status, code)
    assert await genviral.shown(created["id"]) == before


async def test_the_external_id_may_be_repeated_in_a_patch(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER, external_id="launch-1")
    await genviral.data("PATCH", f"/posts/{created['id']}", {"external_id": "launch-1"})


async def test_an_unknown_post_cannot_be_changed(genviral: Caller) -> None:
    assert (await genviral.refusal("PATCH", f"/posts/{STRANGER}", {"caption": "New"}))[:2] == (404, "not_found")


@pytest.mark.parametrize("name", ["postIds", "post_ids"])
async def test_deleting_tells_apart_what_went_what_stays_and_what_never_was(genviral: Caller, name: str) -> None:
    posted = (await genviral.create())["id"]
    await genviral.wait(10)
    scheduled = (await genviral.create(scheduled_at=LATER))["id"]
    body = {name: [scheduled, scheduled, posted, STRANGER]}
    answer = await genviral.send("POST", "/posts/delete", body)
    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "deletedIds": [scheduled],
        "blockedStatuses": [{"id": posted, "status": "posted"}],
        "skipped": [STRANGER],
    }
    assert (await genviral.refusal("GET", f"/posts/{scheduled}"))[:2] == (404, "not_found")
    assert (await genviral.data("POST", "/posts/delete", body))["skipped"] == [scheduled, STRANGER]


async def test_a_deleted_post_is_never_delivered_and_stays_on_the_sandboxs_record(genviral: Caller) -> None:
    created = await genviral.create(scheduled_at=LATER)
    await genviral.data("POST", "/posts/delete", {"postIds": [created["id"]]})
    await genviral.control("/clock", {"now": EVEN_LATER})
    [recorded] = (await genviral.look("/posts"))["posts"]
    assert recorded["status"] == "scheduled"
    assert recorded["deleted_at"] is not None
    assert (await genviral.data("GET", "/posts"))["summary"]["total"] == 0


@pytest.mark.parametrize("body", [{}, {"postIds": []}, {"postIds": ["x"]}, {"ids": [TIKTOK]}, {"postIds": TIKTOK}])
async def test_a_deletion_of_the_wrong_shape_is_refused(genviral: Caller, body: Any) -> None:
    assert (await genviral.refusal("POST", "/posts/delete", body))[:2] == (422, "invalid_payload")


async def test_at_most_fifty_posts_are_deleted_at_once(genviral: Caller) -> None:
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(51)]
    assert (await genviral.refusal("POST", "/posts/delete", {"postIds": ids}))[:2] == (400, "too_many_post_ids")
    assert len((await genviral.data("POST", "/posts/delete", {"postIds": ids[:50] * 2}))["skipped"]) == 50
