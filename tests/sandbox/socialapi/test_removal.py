"""Taking posts down: what goes, what stays live (reference socialapi 4.7, 4.8)."""

import pytest

from tests.sandbox.socialapi.caller import FACEBOOK, INSTAGRAM, PHOTO, THREADS, TIKTOK, Caller, to
from tests.sandbox.socialapi.states import in_state

pytestmark = pytest.mark.anyio

FEED = {"instagram": {"content_type": "feed"}}


@pytest.mark.parametrize("status", ["draft", "scheduled", "failed"])
async def test_a_post_that_is_not_out_is_deleted_without_asking_anybody(socialapi: Caller, status: str) -> None:
    post_id = await in_state(socialapi, status)
    gone = await socialapi.data("DELETE", f"/posts/{post_id}")
    assert gone == {"success": True, "deleted": True, "results": []}
    assert (await socialapi.refusal("GET", f"/posts/{post_id}"))[:2] == (404, "post.not_found")
    await socialapi.wait(30 * 86400)
    [recorded] = (await socialapi.look("/posts"))["posts"]
    assert (sum(recorded["appearances"].values()), bool(recorded["deleted_at"])) == (0, True)


async def test_a_published_post_stays_where_it_cannot_be_deleted(instant: Caller) -> None:
    tiktok = {"account_id": TIKTOK, "platform_data": {"privacy_level": "SELF_ONLY"}}
    created = await instant.create(targets=[*to(FACEBOOK), tiktok], media=[PHOTO])
    gone = await instant.data("DELETE", f"/posts/{created['id']}")
    assert gone == {
        "success": True,
        "deleted": False,
        "results": [
            {"platform": "facebook", "account_id": FACEBOOK, "outcome": "deleted"},
            {
                "platform": "tiktok",
                "account_id": TIKTOK,
                "outcome": "not_supported",
                "message": "cannot delete there",
            },
        ],
    }
    kept = await instant.shown(created["id"])
    assert (kept["status"], [one["status"] for one in kept["targets"]]) == ("published", ["cancelled", "published"])


async def test_the_only_target_that_cannot_delete_is_a_refusal(instant: Caller) -> None:
    created = await instant.create(targets=to(INSTAGRAM), media=[PHOTO], platform_data=FEED)
    assert await instant.refusal("DELETE", f"/posts/{created['id']}") == (501, "resource.not_supported", {})
    assert (await instant.refusal("POST", f"/posts/{created['id']}/unpublish"))[0] == 501
    assert (await instant.shown(created["id"]))["status"] == "published"


async def test_a_dead_login_keeps_a_post_from_being_deleted_until_it_lives_again(instant: Caller) -> None:
    created = await instant.create()
    await instant.login(FACEBOOK, token_expires_in=0)
    gone = await instant.data("DELETE", f"/posts/{created['id']}")
    assert (gone["deleted"], gone["results"][0]["outcome"]) == (False, "failed")
    await instant.login(FACEBOOK, token_expires_in=None)
    assert (await instant.data("DELETE", f"/posts/{created['id']}"))["deleted"] is True


async def test_a_deletion_can_be_limited_to_a_platform(instant: Caller) -> None:
    created = await instant.create(targets=to(FACEBOOK, THREADS))
    gone = await instant.data("DELETE", f"/posts/{created['id']}", platform="threads")
    assert (gone["deleted"], [one["platform"] for one in gone["results"]]) == (False, ["threads"])
    gone = await instant.data("DELETE", f"/posts/{created['id']}", platform="facebook")
    assert gone["deleted"] is True


async def test_a_post_is_taken_down_from_one_account_or_from_all(instant: Caller) -> None:
    created = await instant.create(targets=to(FACEBOOK, THREADS))
    path = f"/posts/{created['id']}/unpublish"
    assert await instant.data("POST", path, {"account_id": THREADS}) == {"success": True}
    assert (await instant.shown(created["id"]))["status"] == "published"
    assert await instant.refusal("POST", path, {"account_id": THREADS}) == (404, "account.not_found", {})
    assert (await instant.refusal("POST", path, {"account_id": 7}))[1] == "validation.field_invalid"
    assert await instant.data("POST", path, {"account_ids": [THREADS]}) == {"success": True}
    assert (await instant.shown(created["id"]))["status"] == "cancelled"
