"""The accounts: listing, logins that die, pages, boards, connecting (reference socialapi 7)."""

import pytest

from tests.sandbox.socialapi.caller import (
    DEAD_THREADS,
    FACEBOOK,
    INSTAGRAM,
    PHOTO,
    PINTEREST,
    STRANGER,
    THREADS,
    TIKTOK,
    TWITTER,
    WHATSAPP,
    Body,
    Caller,
    post,
    to,
)

pytestmark = pytest.mark.anyio

FIRST, SECOND = "3d6f0a52-9b1c-4c7e-8a4d-5e2f7b9c1d06", "b84e2c19-7d35-4f60-92ab-c1d0e9f8a7b3"
PAGES = ("sapi_page_01BBB_1", "sapi_page_01BBB_2")


async def test_the_default_accounts_cover_every_platform(socialapi: Caller) -> None:
    found = await socialapi.data("GET", "/accounts")
    assert found["count"] == len(found["data"]) == 16
    constraints = await socialapi.data("GET", "/posts/validate")
    assert {one["platform"] for one in found["data"]} == {*constraints["data"], "whatsapp", "telegram"}
    assert found["data"][0] == {
        "id": INSTAGRAM,
        "platform": "instagram",
        "username": "lumenlabs",
        "name": "Lumen Labs",
        "brand_id": FIRST,
        "status": "active",
    }
    assert found["data"][-1]["reconnect_reason"] == "token_expired"


async def test_accounts_are_listed_by_brand(socialapi: Caller) -> None:
    found = await socialapi.data("GET", "/accounts", brand_id=SECOND)
    assert [one["id"] for one in found["data"]] == ["acc_01OOO", DEAD_THREADS]
    brands = await socialapi.data("GET", "/brands")
    assert [(one["id"], one["name"], one["accounts_count"]) for one in brands["data"]] == [
        (FIRST, "Lumen Labs", 14),
        (SECOND, "Lumen Daily", 2),
    ]


async def test_a_known_dead_login_refuses_posts_but_takes_drafts(socialapi: Caller) -> None:
    assert await socialapi.refused(targets=to(DEAD_THREADS)) == (403, "account.reconnection_required", {})
    created = await socialapi.create_draft(targets=to(DEAD_THREADS))
    await socialapi.data("POST", f"/posts/{created['id']}/publish")
    await socialapi.wait(5)
    error = (await socialapi.shown(created["id"]))["targets"][0]["error"]
    assert (error["code"], error["category"]) == ("platform.threads.auth", "auth")


async def test_a_login_dies_at_its_time_and_is_found_dead_by_the_next_delivery(socialapi: Caller) -> None:
    await socialapi.login(THREADS, token_expires_in=3600)
    later = await socialapi.ahead(hours=2)
    created = await socialapi.create(publish_now=False, scheduled_at=later, targets=to(THREADS, FACEBOOK))
    await socialapi.wait(3601)
    assert (await socialapi.account(THREADS))["status"] == "active"
    await socialapi.wait(3605)
    partial = await socialapi.shown(created["id"])
    assert partial["status"] == "partial"
    assert partial["targets"][0]["error"] == {
        "category": "auth",
        "caused_by": "platform",
        "code": "platform.threads.auth",
        "message": "token no longer valid",
    }
    dead = await socialapi.account(THREADS)
    assert (dead["status"], dead["reconnect_reason"]) == ("reconnect_required", "token_expired")
    await socialapi.login(THREADS, token_expires_in=None)
    healed = await socialapi.account(THREADS)
    assert (healed["status"], "reconnect_reason" in healed) == ("active", False)
    await socialapi.data("POST", f"/posts/{created['id']}/retry")
    await socialapi.wait(5)
    assert (await socialapi.shown(created["id"]))["status"] == "published"


async def test_a_delivery_that_a_platform_refuses_ends_the_login(instant: Caller) -> None:
    await instant.delivery(FACEBOOK, fail="platform.facebook.auth")
    await instant.send("POST", "/posts", post())
    assert (await instant.account(FACEBOOK))["status"] == "reconnect_required"
    assert (await instant.look("/accounts"))[FACEBOOK]["status"] == "reconnect_required"


async def test_a_person_reconnects_an_account_in_place(socialapi: Caller) -> None:
    body = {"platform": "threads", "brand_id": SECOND, "state": "mine"}
    answer = await socialapi.send("POST", "/accounts/connect", body)
    assert answer.status_code == 202
    begun = answer.json()
    assert (begun["state"], begun["metadata"], bool(begun["message"])) == ("mine", {}, True)
    connected = (await socialapi.http.get(begun["auth_url"])).json()
    assert connected == {"status": "success", "platform": "threads", "state": "mine", "account_id": DEAD_THREADS}
    await socialapi.create(targets=to(DEAD_THREADS))


async def test_a_new_account_is_connected_and_posted_to(socialapi: Caller) -> None:
    begun = await socialapi.data("POST", "/accounts/connect", {"platform": "bluesky"})
    connected = (await socialapi.http.get(begun["auth_url"])).json()
    await socialapi.create(targets=to(connected["account_id"]))
    assert (await socialapi.data("GET", "/brands"))["count"] == 3


async def test_the_link_of_the_seed_leads_to_the_same_consent(socialapi: Caller) -> None:
    begun = await socialapi.data("GET", "/oauth/url", platform="threads", brand_id=SECOND)
    connected = (await socialapi.http.get(begun["auth_url"])).json()
    assert connected["account_id"] == DEAD_THREADS


async def test_a_consent_that_nobody_asked_for_is_refused(socialapi: Caller) -> None:
    answer = await socialapi.http.get(f"{socialapi.url}/_sandbox/consent", params={"platform": "myspace"})
    assert answer.status_code == 422


UNCONNECTED: list[tuple[Body, tuple[int, str, Body]]] = [
    ({}, (400, "validation.field_required", {"field": "platform"})),
    ({"platform": "myspace"}, (400, "account.unsupported_platform", {})),
    ({"platform": "threads", "brand_id": "none"}, (404, "brand.not_found", {})),
    ({"platform": "tiktok"}, (403, "billing.platform_not_available", {"plan": "free"})),
    ({"platform": "threads"}, (403, "billing.brands_limit", {"plan": "free", "max": 2})),
]


@pytest.mark.parametrize(("body", "refusal"), UNCONNECTED)
async def test_a_connection_that_cannot_be_is_refused(
    socialapi: Caller, body: Body, refusal: tuple[int, str, Body]
) -> None:
    await socialapi.limit(plan="free", platforms=["threads"])
    assert await socialapi.refusal("POST", "/accounts/connect", body) == refusal


async def test_an_account_that_is_gone_cannot_be_loaded_at_delivery(socialapi: Caller) -> None:
    later = await socialapi.ahead(hours=1)
    created = await socialapi.create(publish_now=False, scheduled_at=later)
    assert (await socialapi.send("DELETE", f"/accounts/{FACEBOOK}")).status_code == 204
    assert await socialapi.refusal("DELETE", f"/accounts/{FACEBOOK}") == (404, "account.not_found", {})
    assert await socialapi.refused() == (404, "account.not_found", {})
    await socialapi.wait(3600)
    error = (await socialapi.shown(created["id"]))["targets"][0]["error"]
    assert error["code"] == "publishing.delivery.account_load_failed"


async def test_x_asks_for_the_customers_own_app(instant: Caller) -> None:
    await instant.create(targets=to(TWITTER))
    await instant.login(TWITTER, own_app=False)
    assert await instant.refused(targets=to(TWITTER)) == (412, "byok.credentials_missing", {"platform": "twitter"})
    created = await instant.create_draft(targets=to(TWITTER))
    answer = await instant.send("POST", f"/posts/{created['id']}/publish")
    assert answer.json()["targets"][0]["error"]["code"] == "byok.credentials_missing"


async def test_what_is_for_messages_alone_cannot_be_posted_to(instant: Caller) -> None:
    assert await instant.refused(targets=to(WHATSAPP)) == (501, "resource.not_supported", {})
    created = await instant.create_draft(targets=to(WHATSAPP))
    answer = await instant.send("POST", f"/posts/{created['id']}/publish")
    assert (answer.status_code, answer.json()["targets"][0]["error"]["code"]) == (422, "resource.not_supported")


async def test_pages_are_listed_and_switched(socialapi: Caller) -> None:
    pages = (await socialapi.data("GET", f"/accounts/{FACEBOOK}/pages"))["data"]
    assert [(one["id"], one["is_active"], one["is_default"]) for one in pages] == [
        (PAGES[0], True, True),
        (PAGES[1], True, False),
    ]
    path = f"/accounts/{FACEBOOK}/pages/{PAGES[0]}"
    assert (await socialapi.data("PATCH", path, {"is_active": False}))["is_active"] is False
    assert (await socialapi.data("PATCH", path, {}))["is_active"] is False
    assert await socialapi.refused(targets=to(FACEBOOK, page_id=PAGES[0])) == (409, "account.page_inactive", {})
    await socialapi.create(targets=to(FACEBOOK, page_id=PAGES[1]))
    await socialapi.data("PATCH", f"/accounts/{FACEBOOK}/pages/{PAGES[1]}", {"is_active": False})
    assert await socialapi.refused() == (404, "account.no_active_page", {})
    assert (await socialapi.data("PATCH", path, {"is_active": True}))["is_active"] is True
    await socialapi.create()


async def test_pages_that_do_not_exist_are_told_apart(instant: Caller) -> None:
    assert await instant.refusal("GET", f"/accounts/{INSTAGRAM}/pages") == (501, "account.pages_not_supported", {})
    target = to(THREADS, page_id="sapi_page_7")
    assert await instant.refused(targets=target) == (501, "account.pages_not_supported", {})
    refusal = await instant.refusal("PATCH", f"/accounts/{FACEBOOK}/pages/7", {"is_active": True})
    assert refusal == (404, "resource.not_found", {"resource": "page", "id": "7"})
    answer = await instant.send("POST", "/posts", post(targets=to(FACEBOOK, page_id="sapi_page_7")))
    assert answer.status_code == 422
    assert answer.json()["targets"][0]["error"]["code"] == "publishing.delivery.page_resolve_failed"


async def test_boards_are_listed(socialapi: Caller) -> None:
    boards = (await socialapi.data("GET", f"/accounts/{PINTEREST}/boards"))["data"]
    assert [set(one) for one in boards] == [{"id", "board_id", "name", "privacy"}] * 2
    for key in ("id", "board_id"):
        await socialapi.create(targets=to(PINTEREST, board_id=boards[1][key]), media=[PHOTO])


async def test_tiktok_tells_what_a_creator_may_choose(socialapi: Caller) -> None:
    info = await socialapi.data("GET", f"/accounts/{TIKTOK}/creator-info")
    assert info["can_post"] is True
    clip = {"source_type": "url", "source": "https://media.example.com/1.mp4"}
    for level in info["privacy_level_options"]:
        await socialapi.create(targets=to(TIKTOK, platform_data={"privacy_level": level}), media=[clip])


async def test_a_platform_that_is_asked_tells_that_a_login_has_just_died(socialapi: Caller) -> None:
    await socialapi.login(TIKTOK, token_expires_in=0)
    assert await socialapi.refusal("GET", f"/accounts/{TIKTOK}/creator-info") == (401, "platform.tiktok.auth", {})
    refusal = await socialapi.refusal("GET", f"/accounts/{TIKTOK}/creator-info")
    assert refusal == (403, "account.reconnection_required", {})


async def test_instagram_counts_what_is_left_today(instant: Caller) -> None:
    path = f"/accounts/{INSTAGRAM}/limits"
    assert await instant.data("GET", path) == {"posts_remaining": 25}
    settings = {"instagram": {"content_type": "feed"}}
    await instant.create(targets=to(INSTAGRAM), media=[PHOTO], platform_data=settings)
    assert await instant.data("GET", path) == {"posts_remaining": 24}
    await instant.wait(86400)
    assert await instant.data("GET", path) == {"posts_remaining": 25}
    await instant.login(INSTAGRAM, token_expires_in=0)
    assert (await instant.refusal("GET", path))[:2] == (403, "account.reconnection_required")


@pytest.mark.parametrize("part", ["limits", "creator-info", "boards"])
async def test_what_a_platform_does_not_have_is_not_supported(socialapi: Caller, part: str) -> None:
    assert await socialapi.refusal("GET", f"/accounts/{FACEBOOK}/{part}") == (501, "resource.not_supported", {})
    assert await socialapi.refusal("GET", f"/accounts/{STRANGER}/{part}") == (404, "account.not_found", {})
    refusal = await socialapi.refusal("GET", f"/accounts/7/{part}")
    assert refusal == (400, "validation.field_invalid", {"field": "account_id"})
