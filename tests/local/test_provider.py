"""Orders in, posts out: the provider over a real file."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.local.provider import Local
from providers.networks.webhook.network import Webhook
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.post import Absent, Query, Receipt
from schemas.status import Status
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, Watch, order

pytestmark = pytest.mark.anyio


async def test_with_nothing_configured_there_is_an_outbox(embedded: Embedded) -> None:
    assert await embedded.local.accounts() == [OUTBOX]


async def test_the_webhook_is_an_account_named_after_its_host(tmp_path: Path, watch: Watch) -> None:
    hook = Webhook("https://user:word@hooks.example.com/t0ken?key=s3cret", None, watch)
    async with Embedded(tmp_path, watch, hook) as engine:
        account = (await engine.local.accounts())[1]
    assert account == Account(id="local:webhook", platform="webhook", name="Webhook hooks.example.com")


async def test_an_order_for_now_is_queued(embedded: Embedded) -> None:
    receipt = await embedded.local.create(order())
    assert (receipt.status, receipt.replayed, receipt.scheduled_at) == (Status.QUEUED, False, None)
    assert receipt.id.startswith("pst_")
    assert [sent.account for sent in receipt.deliveries] == ["local:outbox"]


async def test_the_same_key_again_tells_the_first_post(embedded: Embedded) -> None:
    first = await embedded.local.create(order("One", key="k"))
    again = await embedded.local.create(order("Another", key="k"))
    assert again.replayed
    assert again.id == first.id
    assert (await embedded.local.post(first.id)).caption == "One"


async def test_a_post_is_read_back_as_it_was_ordered(embedded: Embedded, watch: Watch) -> None:
    later = watch.now + timedelta(hours=3, microseconds=7)
    media = {"type": "slideshow", "urls": ["https://example.com/ä.jpg"]}
    receipt = await embedded.local.create(order("Grüße 🌍\nzweite Zeile", media=media, scheduled_at=later))
    post = await embedded.local.post(receipt.id)
    assert post.caption == "Grüße 🌍\nzweite Zeile"
    assert (post.media, post.scheduled_at, post.created_at) == (media, later, watch.now)
    assert (post.status, post.provider_status) == (Status.SCHEDULED, "scheduled")


async def test_a_draft_stays_a_draft(embedded: Embedded, watch: Watch) -> None:
    receipt = await embedded.local.create(order(draft=True, scheduled_at=watch.now + timedelta(minutes=5)))
    watch.advance(days=2)
    await embedded.courier.step()
    assert (await embedded.local.post(receipt.id)).status is Status.DRAFT
    assert embedded.files == []


async def test_each_new_post_wakes_who_delivers(embedded: Embedded, watch: Watch) -> None:
    woken: list[str] = []
    local = Local(embedded.database, watch, embedded.roster, wake=lambda: woken.append("now"))
    await local.create(order("One"))
    assert woken == ["now"]


async def test_an_order_is_found_again_by_its_key_and_only_by_it(embedded: Embedded) -> None:
    receipt = await embedded.local.create(order("Found"))
    settled = await embedded.local.settle(order("Found"))
    assert isinstance(settled, Receipt)
    assert settled.id == receipt.id
    assert await embedded.local.settle(order("Never sent")) == Absent(certain=True)


async def test_an_account_that_is_not_set_up_is_refused(embedded: Embedded) -> None:
    with pytest.raises(Failure) as refused:
        await embedded.local.create(order("Hello", OUTBOX, WEBHOOK))
    assert refused.value.code is ErrorCode.UNKNOWN_ACCOUNTS
    assert await embedded.local.settle(order()) == Absent(certain=True)


async def test_a_post_that_is_not_there_is_not_found(embedded: Embedded) -> None:
    with pytest.raises(Failure) as refused:
        await embedded.local.post("pst_nothing")
    assert refused.value.code is ErrorCode.NOT_FOUND


async def test_an_unusable_home_is_a_failure_that_says_nothing_was_sent(tmp_path: Path, watch: Watch) -> None:
    (tmp_path / "home").write_text("a file where a folder should be", encoding="utf-8")
    async with Embedded(tmp_path / "home", watch) as engine:
        with pytest.raises(Failure) as refused:
            await engine.local.create(order())
    assert refused.value.code is ErrorCode.STORAGE_FAILED
    assert not refused.value.doubt


async def test_pages_stay_stable_while_posts_come_in(embedded: Embedded, watch: Watch) -> None:
    made: list[str] = []
    for number in range(7):
        made.append((await embedded.local.create(order(f"Post {number}"))).id)
        watch.advance(seconds=number % 2)  # some share a moment
    seen: list[str] = []
    position: dict[str, Any] | None = None
    for _ in range(4):
        page = await embedded.local.posts(Query(limit=2, position=position))
        seen += [post.id for post in page.posts]
        position = page.position
        watch.advance(seconds=1)
        await embedded.local.create(order(f"Newer than {position}"))
    assert position is None
    assert sorted(seen) == sorted(made)
    moments = [(await embedded.local.post(post_id)).created_at for post_id in seen]
    assert moments == sorted(moments, key=str, reverse=True)


async def test_a_full_last_page_says_that_it_is_the_last(embedded: Embedded) -> None:
    await embedded.local.create(order("Only one"))
    assert (await embedded.local.posts(Query(limit=1))).position is None


@pytest.mark.parametrize(
    "position", [{}, {"created_at": "x", "id": "y"}, {"created_at": 10**30, "id": "y"}, {"created_at": 1, "id": None}]
)
async def test_a_made_up_position_is_refused_or_starts_over(embedded: Embedded, position: dict[str, Any]) -> None:
    if not position:
        assert (await embedded.local.posts(Query(limit=5, position=position))).posts == ()
        return
    with pytest.raises(Failure) as refused:
        await embedded.local.posts(Query(limit=5, position=position))
    assert refused.value.code is ErrorCode.INVALID_QUERY


async def test_filters_keep_what_they_say(tmp_path: Path, watch: Watch) -> None:
    async with Embedded(tmp_path, watch, Webhook("http://127.0.0.1:9/", None, watch)) as engine:
        await engine.local.create(order("old", scheduled_at=watch.now + timedelta(days=1)))
        watch.advance(hours=1)
        middle = watch.now
        await engine.local.create(order("draft", WEBHOOK, draft=True))
        watch.advance(hours=1)
        await engine.local.create(order("both", OUTBOX, WEBHOOK))

        async def found(**filters: Any) -> list[str]:
            return [post.caption for post in (await engine.local.posts(Query(limit=10, **filters))).posts]

        assert await found() == ["both", "draft", "old"]
        assert await found(status=Status.SCHEDULED) == ["old"]
        assert await found(status=Status.PARTIAL) == []
        assert await found(since=middle) == ["both", "draft"]
        assert await found(until=middle) == ["draft", "old"]
        assert await found(accounts=frozenset({"local:webhook", "local:elsewhere"})) == ["both", "draft"]
        assert await found(accounts=frozenset()) == []
        page = await engine.local.posts(Query(limit=1, status=Status.DRAFT, since=middle))
    assert page.summary == {"draft": 1, "queued": 1}
