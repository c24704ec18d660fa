"""What a PDS refuses, and what comes of it: waiting, another file, nobody to mention."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from engine.clock import utc_now
from providers.answer import Answer
from providers.networks.bluesky.errors import DIALECT, TABLE
from providers.networks.network import Kept, Window
from providers.protocol import Failure
from schemas.errors import ENTRIES, Decision, ErrorCode
from tests.bluesky.desk import Known, connected
from tests.bluesky.worker import parcel
from tests.local.networked import networked
from tests.local.posting import told
from tests.media.files import encoded
from tests.peers.pds import running_pds

pytestmark = pytest.mark.anyio


async def test_a_used_up_allowance_holds_the_post_until_the_server_said(known: Known, tmp_path: Path) -> None:
    use_up(known)
    network = connected(await known.login(tmp_path), tmp_path)
    step = await network.prepare(parcel())
    with pytest.raises(Failure) as raised:
        await step(Window(utc_now, 60))
    await network.aclose()
    assert (raised.value.code, raised.value.doubt) == (ErrorCode.RATE_LIMITED, False)
    assert 3_000 < (raised.value.after_seconds or 0) <= 3_600
    async with networked(tmp_path, await known.login(tmp_path)) as found:
        sent = await found.call("create_post", caption="Patience", accounts=[known.account])
        stand = await told(found, sent["data"]["id"], "Rate Limit Exceeded")
    assert stand["status"] == "queued"


def use_up(known: Known) -> None:
    """Spend all the points that an account has for an hour: 5,000, and a deletion takes one, of whatever."""
    deletion = {"$type": "com.atproto.repo.applyWrites#delete", "collection": "app.bsky.feed.post"}
    body = {"repo": known.member.did, "writes": [{**deletion, "rkey": "3zzzzzzzzzzzz"}] * 200}
    for _ in range(26):
        with pytest.raises(httpx2.HTTPStatusError) as raised:
            known.pds.ask("com.atproto.repo.applyWrites", token=known.member.token, body=body)
        if raised.value.response.status_code == 429:
            return
    raise AssertionError("the allowance has no end")


@pytest.mark.usefixtures("pds")  # skips where it is not installed
async def test_a_film_that_the_server_takes_not_so_large_is_told_with_what_helps(tmp_path: Path, outside: Path) -> None:
    with running_pds(outside, blobUploadLimit=1_000) as pds:
        member = pds.member()
        known = Known(pds, member, pds.app_password(member))
        film = encoded(tmp_path / "film.mp4")
        network = connected(await known.login(tmp_path), tmp_path)
        kept = Kept(str(film), "video/mp4", None, film.stat().st_size, 64, 48)
        sent = parcel(media={"type": "video", "url": "media:film"}, files={"media:film": kept})
        with pytest.raises(Failure) as raised:
            await network.prepare(sent)
        await network.aclose()
        assert known.posts == []
    assert (raised.value.code, raised.value.doubt) == (ErrorCode.PLATFORM_REFUSED, False)
    assert raised.value.provider_error
    assert raised.value.provider_error.http_status == 413
    assert "Give a smaller one" in (raised.value.advice or "")


async def test_what_the_record_may_not_hold_is_told_in_the_servers_words(known: Known, tmp_path: Path) -> None:
    network = connected(await known.login(tmp_path), tmp_path)
    step = await network.prepare(parcel("x" * 301))
    with pytest.raises(Failure, match="300") as raised:
        await step(Window(utc_now, 60))
    await network.aclose()
    assert (raised.value.code, raised.value.doubt, known.posts) == (ErrorCode.PLATFORM_REFUSED, False, [])


@pytest.mark.parametrize(
    ("status", "code", "said", "ours"),
    [
        (400, "InvalidRequest", "Invalid app.bsky.feed.post record: ...", ErrorCode.PLATFORM_REFUSED),
        (400, "InvalidRequest", "Could not find blob: bafy", ErrorCode.PROVIDER_ERROR),
        (400, "BlobNotFound", "Could not find blob", ErrorCode.PROVIDER_ERROR),
        (400, "ExpiredToken", "Token has expired", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (400, "ExpiredToken", "Token has been revoked", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (400, "InvalidToken", "Token could not be verified", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (401, "AuthMissing", "Authentication Required", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (401, "AuthenticationRequired", "Invalid identifier or password", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (401, "AccountTakedown", "Account has been taken down", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (401, "AccountDeactivated", "Account is deactivated", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", ErrorCode.RATE_LIMITED),
        (500, "InternalServerError", "Internal Server Error", ErrorCode.PROVIDER_ERROR),
        (502, "UpstreamFailure", "Upstream service unreachable", ErrorCode.PROVIDER_ERROR),
        (413, "PayloadTooLarge", "request entity too large", ErrorCode.PLATFORM_REFUSED),
        (400, "InvalidSwap", "Record was at bafy", ErrorCode.STATE_CONFLICT),
        (400, "RecordNotFound", "Could not locate record", ErrorCode.NOT_FOUND),
    ],
)
def test_every_error_that_is_known_has_its_meaning(status: int, code: str, said: str, ours: ErrorCode) -> None:
    assert TABLE.find(status, code, said).code is ours


def test_only_what_may_have_written_leaves_a_doubt() -> None:
    doubtful = {(status, code) for status, code in _ANSWERS if TABLE.find(status, code).doubt}
    assert doubtful == {(500, "InternalServerError"), (502, None), (503, None)}
    assert ENTRIES[TABLE.find(500, None).code].decision is Decision.WAIT_THEN_RETRY


_ANSWERS = [
    (500, "InternalServerError"),
    (502, None),
    (502, "UpstreamFailure"),
    (503, None),
    (429, "RateLimitExceeded"),
    (400, "InvalidRequest"),
]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": "1795510860"}, 60.0),
        ({"ratelimit-reset": "1795510860", "retry-after": "30"}, 30.0),
        ({"ratelimit-reset": "1"}, 1.0),
        ({"ratelimit-reset": "99999999999"}, 86_400.0),
        ({"ratelimit-reset": "soon"}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_limit_is_told_as_the_second_since_1970(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1_795_510_800)
    assert DIALECT.asked(Answer(429, headers, b""), lambda: now) == seconds
    assert DIALECT.asked(Answer(400, {"ratelimit-reset": "1795510860"}, b""), lambda: now) is None
