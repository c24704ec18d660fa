"""What becomes of a post: the worker, failures, retries, and the clock that moves them."""

import pytest

from sandbox.genviral import create_app
from tests.sandbox.caller import HOSTED, INSTAGRAM, TIKTOK, TIKTOK_TOO, Caller, calling, to
from tests.sandbox.still import still

pytestmark = pytest.mark.anyio

TOMORROW = "2990-01-02T09:00:00Z"


@pytest.fixture
async def today(genviral: Caller) -> Caller:
    await genviral.control("/clock", {"now": "2990-01-01T09:00:00Z"})
    return genviral


async def test_a_post_goes_from_scheduled_over_pending_to_posted(today: Caller) -> None:
    created = await today.create(scheduled_at=TOMORROW, accounts=to(INSTAGRAM))
    await today.control("/clock", {"now": "2990-01-02T08:59:30Z"})
    assert (await today.shown(created["id"]))["status"] == "scheduled"
    await today.control("/clock", {"now": "2990-01-02T09:00:00Z"})
    pending = await today.shown(created["id"])
    assert (pending["status"], pending["accounts"]["states"][0]["status"]) == ("pending", "pending")
    await today.wait(1)
    posted = await today.shown(created["id"])
    assert posted["status"] == "posted"
    [state] = posted["accounts"]["states"]
    assert state["status"] == "posted"
    assert state["published_at"] == state["last_attempted_at"] == "2990-01-02T09:00:01Z"
    assert state["error_message"] is None
    assert state["published_url"].startswith("https://www.instagram.com/p/")


async def test_deliveries_are_dated_when_they_were_due_however_late_one_looks(today: Caller) -> None:
    created = await today.create(scheduled_at=TOMORROW)
    await today.wait(30 * 24 * 3600)
    [state] = (await today.shown(created["id"]))["accounts"]["states"]
    assert state["published_at"] == "2990-01-02T09:00:01Z"


async def test_a_worker_may_be_slow_or_at_once() -> None:
    async with calling(create_app(worker_delay=300, clock=still())) as slow:
        created = await slow.create()
        await slow.wait(290)
        assert (await slow.shown(created["id"]))["status"] == "pending"
        await slow.wait(10)
        assert (await slow.shown(created["id"]))["status"] == "posted"
    async with calling(create_app(worker_delay=0)) as fast:
        created = await fast.create()
        assert created["status"] == "pending"
        assert (await fast.shown(created["id"]))["status"] == "posted"


async def test_a_delivery_that_fails_makes_a_post_partial_and_only_it_is_retried(genviral: Caller) -> None:
    await genviral.failing(TIKTOK, "Access token expired")
    created = await genviral.create(accounts=to(TIKTOK, INSTAGRAM))
    await genviral.wait(10)
    partial = await genviral.shown(created["id"])
    assert partial["status"] == "partial"
    failed, posted = partial["accounts"]["states"]
    assert (failed["status"], failed["error_message"]) == ("failed", "Access token expired")
    assert failed["published_at"] is None
    assert failed["published_url"] is None
    assert failed["last_attempted_at"] == posted["last_attempted_at"] is not None
    assert posted["status"] == "posted"

    await genviral.failing(TIKTOK, None)
    answer = await genviral.send("POST", "/posts/retry", {"post_ids": [created["id"]]})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"retried": 1, "ids": [created["id"]], "failed": []}
    queued = await genviral.shown(created["id"])
    assert queued["status"] == "retry"
    assert [state["status"] for state in queued["accounts"]["states"]] == ["retry", "posted"]
    assert queued["accounts"]["states"][0]["error_message"] is None
    await genviral.wait(10)
    healed = await genviral.shown(created["id"])
    assert healed["status"] == "posted"
    assert healed["accounts"]["states"][1] == posted


async def test_a_post_fails_when_every_delivery_does_and_may_fail_again(genviral: Caller) -> None:
    await genviral.control("/delivery", {TIKTOK: {"fail": "no"}, TIKTOK_TOO: {"fail": "no either"}})
    created = await genviral.create(accounts=to(TIKTOK, TIKTOK_TOO))
    await genviral.wait(10)
    assert (await genviral.shown(created["id"]))["status"] == "failed"
    await genviral.failing(TIKTOK, None)
    await genviral.data("POST", "/posts/retry", {"post_ids": [created["id"]], "account_ids": [TIKTOK]})
    await genviral.wait(10)
    again = await genviral.shown(created["id"])
    assert again["status"] == "partial"
    assert [state["error_message"] for state in again["accounts"]["states"]] == [None, "no either"]


async def test_what_was_due_before_an_account_broke_was_delivered(genviral: Caller) -> None:
    created = await genviral.create()
    await genviral.wait(10)
    await genviral.failing(TIKTOK, "too late")
    assert (await genviral.shown(created["id"]))["status"] == "posted"
    assert await genviral.look("/delivery") == {TIKTOK: {"fail": "too late"}}


async def test_a_draft_upload_is_posted_without_a_link(genviral: Caller) -> None:
    created = await genviral.create(tiktok={"post_mode": "MEDIA_UPLOAD"})
    await genviral.wait(10)
    shown = await genviral.shown(created["id"])
    assert shown["status"] == "posted"
    assert shown["accounts"]["states"][0]["published_url"] is None


async def test_a_retry_tells_post_by_post_what_could_not_be_queued(genviral: Caller) -> None:
    await genviral.failing(TIKTOK, "no")
    failed = (await genviral.create())["id"]
    posted = (await genviral.create(accounts=to(INSTAGRAM)))["id"]
    await genviral.wait(10)
    stranger = "11111111-1111-1111-1111-111111111111"
    data = await genviral.data("POST", "/posts/retry", {"post_ids": [failed, posted, stranger]})
    assert data == {
        "retried": 1,
        "ids": [failed],
        "failed": [posted, stranger],
        "errors": {posted: "Only failed or partial posts can be retried", stranger: "Post not found"},
    }
    await genviral.wait(10)
    data = await genviral.data("POST", "/posts/retry", {"post_ids": [failed], "account_ids": [HOSTED]})
    assert (data["retried"], data["failed"]) == (0, [failed])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"post_ids": []},
        {"post_ids": ["x"]},
        {"post_ids": [TIKTOK] * 21},
        {"post_ids": [TIKTOK], "account_ids": []},
        {"post_ids": [TIKTOK], "account_ids": [TIKTOK] * 11},
        {"post_ids": [TIKTOK], "all": True},
        [TIKTOK],
    ],
)
async def test_a_retry_of_the_wrong_shape_is_refused(genviral: Caller, body: object) -> None:
    assert (await genviral.refusal("POST", "/posts/retry", body))[:2] == (422, "invalid_payload")
