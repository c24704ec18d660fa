"""platform-connections, test-connection, and tokens that end (reference postpost 5.7, 5.8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.postpost.caller import (
    BLUESKY,
    BLUESKY_DID,
    EXPIRED,
    EXPIRING,
    INSTAGRAM,
    LINKEDIN,
    PINTEREST,
    TELEGRAM,
    TODAY,
    TWITTER,
    Body,
    Caller,
    stamped,
)

pytestmark = pytest.mark.anyio


async def connection(caller: Caller, platform_id: str) -> Body:
    found = await caller.data("GET", "/platform-connections")
    assert found.keys() == {"success", "connections"}
    [one] = [one for one in found["connections"] if one["platformId"] == platform_id]
    return one


async def test_there_is_a_connection_for_every_platform(postpost: Caller) -> None:
    found = (await postpost.data("GET", "/platform-connections"))["connections"]
    assert {one["platformId"].partition("-")[0] for one in found} == {
        *("twitter", "linkedin", "instagram", "threads", "tiktok", "youtube"),
        *("facebook", "bluesky", "mastodon", "telegram", "pinterest"),
    }
    assert all(
        one.keys()
        == {
            *("platformId", "username", "displayName", "profileImageUrl", "profileUrl"),
            *("accessTokenExpiresAt", "tokenStatus", "tokenExpiresIn", "lastSuccessfulPost", "lastError"),
        }
        for one in found
    )


@pytest.mark.parametrize(
    ("platform_id", "status"),
    [
        (LINKEDIN, "valid"),
        (EXPIRING, "expiring_soon"),
        (EXPIRED, "expired"),
        (TWITTER, "unknown"),
        (BLUESKY_DID, "unknown"),
    ],
)
async def test_the_default_set_has_tokens_in_every_state(postpost: Caller, platform_id: str, status: str) -> None:
    one = await connection(postpost, platform_id)
    assert one["tokenStatus"] == status
    assert (one["accessTokenExpiresAt"] is None) is (status == "unknown")


@pytest.mark.parametrize(
    ("left", "status", "shown"),
    [
        ({"days": 82, "hours": 4}, "valid", "82d 4h"),
        ({"days": 7, "minutes": 30}, "valid", "7d 0h"),
        ({"days": 6, "hours": 23, "minutes": 59}, "expiring_soon", "6d 23h"),
        ({"days": 1}, "expiring_soon", "1d 0h"),
        ({"hours": 5}, "expiring_soon", "5h"),
        ({"minutes": 59}, "expiring_soon", "< 1h"),
        ({"hours": -1}, "expired", "expired"),
    ],
)
async def test_a_tokens_health_follows_from_its_end(
    postpost: Caller, left: dict[str, float], status: str, shown: str
) -> None:
    await postpost.control("/clock", {"now": TODAY})
    end = datetime.fromisoformat(TODAY) + timedelta(**left) + timedelta(seconds=30)
    await postpost.control("/tokens", {LINKEDIN: stamped(end)})
    assert (await postpost.look("/tokens"))[LINKEDIN] == stamped(end)
    one = await connection(postpost, LINKEDIN)
    assert (one["accessTokenExpiresAt"], one["tokenStatus"], one["tokenExpiresIn"]) == (stamped(end), status, shown)
    await postpost.control("/tokens", {LINKEDIN: None})
    one = await connection(postpost, LINKEDIN)
    assert (one["accessTokenExpiresAt"], one["tokenStatus"], one["tokenExpiresIn"]) == (None, "unknown", None)


async def test_a_token_ends_by_the_sandboxs_clock_and_posts_after_it_fail(today: Caller) -> None:
    await today.control("/tokens", {LINKEDIN: "2990-01-16T12:00:00Z"})
    before = await today.create(platforms=[LINKEDIN], scheduledTime="2990-01-16T11:00:00Z")
    after = await today.create(platforms=[LINKEDIN], scheduledTime="2990-01-16T12:00:00Z")
    await today.control("/clock", {"now": "2990-01-18T00:00:00Z"})
    assert (await today.shown(before))[0]["status"] == "published"
    [failed] = await today.shown(after)
    assert failed["error"] == {
        "code": "PLATFORM_AUTH_EXPIRED",
        "message": failed["error"]["message"],
        "platformStatusCode": 401,
        "platformError": "Error validating access token",
        "failedAt": "2990-01-16T12:00:01.000Z",
        "retryable": False,
    }
    one = await connection(today, LINKEDIN)
    assert one["tokenStatus"] == "expired"
    assert one["lastSuccessfulPost"] == "2990-01-16T11:00:01.000Z"
    assert one["lastError"] == {"message": failed["error"]["message"], "occurredAt": "2990-01-16T12:00:01.000Z"}


async def test_a_success_clears_the_last_error(today: Caller) -> None:
    await today.failing(TWITTER, "no")
    await today.schedule()
    assert (await connection(today, TWITTER))["lastError"]["message"] == "no"
    await today.failing(TWITTER, None)
    await today.schedule()
    assert (await connection(today, TWITTER))["lastError"] is None


async def test_a_working_connection_is_told_so(postpost: Caller) -> None:
    found = await postpost.data("POST", f"/test-connection/{TELEGRAM}")
    assert found == {
        "platform": "telegram",
        "platformId": TELEGRAM,
        "username": "lumenlabs",
        "status": "ok",
        "message": "Connection is working",
        "permissions": ["publish"],
        "tokenExpiresIn": None,
        "lastSuccessfulPost": None,
        "lastError": None,
    }


@pytest.mark.parametrize(
    ("platform_id", "message"),
    [
        (BLUESKY, "Missing credentials"),
        (BLUESKY_DID, "Missing credentials"),
        (PINTEREST, "Unknown platform: pinterest"),
        (EXPIRED, "Access token is no longer valid. Reconnect the account."),
        (INSTAGRAM, "Signed out"),
    ],
)
async def test_a_connection_that_does_not_work_is_answered_with_200(
    postpost: Caller, platform_id: str, message: str
) -> None:
    await postpost.failing(INSTAGRAM, {"code": "PLATFORM_AUTH_EXPIRED", "message": "Signed out"})
    found = await postpost.data("POST", f"/test-connection/{platform_id}")
    assert (found["status"], found["message"], found["permissions"]) == ("error", message, [])


@pytest.mark.parametrize(
    ("platform_id", "refusal"),
    [
        ("twitter", (400, {"error": "Invalid platformId format"})),
        ("twitter-", (400, {"error": "Invalid platformId format"})),
        ("-1", (400, {"error": "Invalid platformId format"})),
        ("twitter-404", (404, {"error": "Connection not found"})),
    ],
)
async def test_a_connection_that_is_not_there_is_refused(postpost: Caller, platform_id: str, refusal: Any) -> None:
    assert await postpost.refusal("POST", f"/test-connection/{platform_id}") == refusal
