"""Posts that wait are changed, held back, sent now, cancelled; failed ones are sent again."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from providers.database import Database
from providers.local import dispatch
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.networks.webhook.network import Webhook
from providers.protocol import Failure
from providers.store import Connection
from schemas.ability import Act
from schemas.account import Account
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from schemas.post import Change, Delivery, Limit, Post
from schemas.status import Status
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, Watch, order
from tests.local.receiver import answers, receiver
from tests.local.test_delivery import LEASE, claimed, intended

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SLIDE = {"type": "slideshow", "urls": ["media:abc"]}


async def made(engine: Embedded, caption: str = "Hello", *accounts: Account, **more: Any) -> Post:
    receipt = await engine.local.create(order(caption, *accounts, **more))
    return await engine.local.post(receipt.id)


async def again(engine: Embedded, post: Post) -> Post:
    return await engine.local.post(post.id)


def statuses(deliveries: Sequence[Delivery]) -> list[str]:
    return [sent.status.value for sent in deliveries]


def asset(path: Path) -> Asset:
    return Asset("media:abc", str(path), "a.png", Measures("image/png", 9))


async def test_there_is_a_row_for_every_act(embedded: Embedded) -> None:
    assert set(embedded.local.abilities) == set(Act)
    assert all(row.otherwise and row.source for row in embedded.local.abilities.values())


async def test_a_waiting_post_goes_out_as_it_was_changed(embedded: Embedded, watch: Watch) -> None:
    post = await made(embedded, "Helo", scheduled_at=watch.now + HOUR)
    changed = await embedded.local.update(post, Change(caption="Hello", scheduled_at=watch.now + 2 * HOUR))
    assert (changed.caption, changed.scheduled_at, changed.status) == ("Hello", watch.now + 2 * HOUR, Status.SCHEDULED)
    assert changed == await again(embedded, post)
    watch.advance(hours=1)
    await embedded.courier.step()
    assert embedded.files == []
    watch.advance(hours=1)
    await embedded.courier.step()
    [name] = embedded.files
    assert (embedded.folder / name).read_text(encoding="utf-8").endswith("\nHello\n")


async def test_a_change_of_text_alone_moves_nothing(embedded: Embedded, watch: Watch) -> None:
    draft = await made(embedded, "Draft", draft=True)
    assert (await embedded.local.update(draft, Change(caption="New"))).status is Status.DRAFT
    planned = await made(embedded, "Planned", scheduled_at=watch.now + HOUR)
    changed = await embedded.local.update(planned, Change(caption="Newer"))
    assert (changed.status, changed.scheduled_at) == (Status.SCHEDULED, planned.scheduled_at)


async def test_a_paused_post_stays_until_it_is_sent_now(embedded: Embedded, watch: Watch) -> None:
    post = await made(embedded, scheduled_at=watch.now + HOUR)
    paused = await embedded.local.update(post, Change(pause=True))
    assert (paused.status, paused.scheduled_at) == (Status.DRAFT, watch.now + HOUR)
    watch.advance(days=3)
    await embedded.courier.step()
    assert embedded.files == []
    sent = await embedded.local.update(paused, Change(now=True))
    assert (sent.status, sent.scheduled_at) == (Status.QUEUED, watch.now)
    await embedded.courier.step()
    assert (await again(embedded, post)).status is Status.PUBLISHED


@pytest.mark.parametrize("change", [Change(now=True), Change(scheduled_at=Watch().now + 9 * HOUR)])
async def test_a_missed_post_gets_another_time(embedded: Embedded, watch: Watch, change: Change) -> None:
    post = await made(embedded, scheduled_at=watch.now + HOUR)
    watch.advance(hours=5)
    await embedded.courier.step()
    missed = await again(embedded, post)
    assert missed.status is Status.MISSED
    with pytest.raises(Failure) as refused:
        await embedded.local.update(missed, Change(caption="Only this"))
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert (await embedded.local.update(missed, change)).deliveries[0].error is None
    watch.now = change.scheduled_at or watch.now
    await embedded.courier.step()
    assert (await again(embedded, post)).status is Status.PUBLISHED


async def test_accounts_come_and_go(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers()) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        post = await made(engine, "Hello", OUTBOX, scheduled_at=watch.now + HOUR)
        both = await engine.local.update(post, Change(accounts=(OUTBOX, WEBHOOK)))
        assert statuses(both.deliveries) == ["scheduled", "scheduled"]
        one = await engine.local.update(both, Change(accounts=(WEBHOOK,)))
        assert [sent.account for sent in one.deliveries] == ["local:webhook"]
        watch.advance(hours=1)
        await engine.courier.step()
        assert (await again(engine, post)).status is Status.PUBLISHED
        assert (engine.files, len(server.seen)) == ([], 1)
        with pytest.raises(Failure) as refused:
            await engine.local.update(post, Change(accounts=(Account("local:no", "no", "No"),)))
    assert refused.value.code is ErrorCode.UNKNOWN_ACCOUNTS


@pytest.mark.parametrize("change", [Change(caption="Late"), Change(pause=True), Change(now=True)])
async def test_what_is_in_a_couriers_hand_is_not_changed(embedded: Embedded, watch: Watch, change: Change) -> None:
    post = await made(embedded)
    for take in (claimed, intended):
        claim = await take(embedded, watch)
        with pytest.raises(Failure) as refused:
            await embedded.local.update(post, change)
        assert (refused.value.code, refused.value.doubt) == (ErrorCode.STATE_CONFLICT, False)
        assert "being sent at this moment: nothing was changed" in refused.value.message
        with pytest.raises(Failure) as refused:
            await embedded.local.delete(post)
        assert "nothing was deleted" in refused.value.message
        watch.advance(seconds=61)
        if claim.fence == 1:
            lapse = partial(dispatch.lapse, now=watch.now, judge=lambda _: pytest.fail("only leased"), limit=9)
            await embedded.database.write(lapse)
    assert (await again(embedded, post)).caption == "Hello"


async def test_what_an_earlier_try_may_have_sent_is_neither_changed_nor_called_removed(
    embedded: Embedded, watch: Watch
) -> None:
    post = await made(embedded)
    await intended(embedded, watch)
    watch.advance(seconds=60)
    await embedded.courier.step()
    queued = await again(embedded, post)
    assert queued.status is Status.QUEUED
    with pytest.raises(Failure) as refused:
        await embedded.local.update(queued, Change(caption="Another"))
    assert "may have delivered" in refused.value.message
    [removal] = await embedded.local.delete(queued)
    assert (removal.removed, removal.stays_live) == (False, True)
    watch.advance(hours=1)
    await embedded.courier.step()
    assert (await again(embedded, post)).status is Status.UNKNOWN
    assert embedded.files == []


async def test_a_deleted_post_is_told_as_cancelled_and_never_goes_out(embedded: Embedded, watch: Watch) -> None:
    for number, more in enumerate(({}, {"draft": True}, {"scheduled_at": watch.now + HOUR})):
        post = await made(embedded, f"Post {number}", **more)
        [removal] = await embedded.local.delete(post)
        assert (removal.removed, removal.stays_live, removal.message) == (True, False, None)
        assert (await embedded.local.delete(await again(embedded, post)))[0].removed
        watch.advance(hours=2)
        await embedded.courier.step()
        assert statuses((await again(embedded, post)).deliveries) == ["cancelled"]
    assert embedded.files == []


async def test_what_lies_in_the_outbox_stays_and_it_is_said(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers(400)) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        post = await made(engine, "Hello", OUTBOX, WEBHOOK)
        await engine.courier.step()
        partial_post = await again(engine, post)
        assert partial_post.status is Status.PARTIAL
        there, gone = await engine.local.delete(partial_post)
        assert (there.removed, there.stays_live, gone.removed) == (False, True, True)
        assert engine.folder.as_uri() in (there.message or "")
        assert statuses((await again(engine, post)).deliveries) == ["published", "cancelled"]
        assert await engine.landed(1)


async def test_only_failed_deliveries_that_may_go_again_do(tmp_path: Path, watch: Watch) -> None:
    async with (
        receiver(answers(503, headers={"retry-after": "1"})) as server,
        Embedded(tmp_path, watch, Webhook(server.url, None, watch), spread=1.0) as engine,
    ):
        post = await made(engine, "Hello", OUTBOX, WEBHOOK)
        for _ in range(8):
            await engine.courier.step()
            watch.advance(hours=0.9)
        failed = await again(engine, post)
        assert statuses(failed.deliveries) == ["published", "failed"]
        assert await engine.local.retry(failed, [OUTBOX.id]) == failed.deliveries[:1]
        [queued] = await engine.local.retry(failed, [WEBHOOK.id])
        assert (queued.status, queued.error) == (Status.QUEUED, None)
        await engine.courier.step()
        told = (await again(engine, post)).deliveries[1]
        assert (len(server.seen), told.status) == (9, Status.QUEUED)
        assert "Try 2 follows" in (told.error or "")
        assert await engine.landed(1)


async def test_what_would_fail_again_is_left_alone(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers(400)) as server, Embedded(tmp_path, watch, Webhook(server.url, None, watch)) as engine:
        post = await made(engine, "Hello", WEBHOOK)
        await engine.courier.step()
        [left] = await engine.local.retry(post, [WEBHOOK.id])
        assert (left.status, left.retry) == (Status.FAILED, False)


async def test_a_post_that_is_not_there_is_not_found(embedded: Embedded) -> None:
    post = Post("pst_no", Status.DRAFT, "draft", "", ())
    for verb in (
        embedded.local.update(post, Change(caption="x")),
        embedded.local.delete(post),
        embedded.local.retry(post, []),
    ):
        with pytest.raises(Failure) as refused:
            await verb
        assert refused.value.code is ErrorCode.NOT_FOUND


async def test_what_waits_is_counted(embedded: Embedded, watch: Watch) -> None:
    for number in range(3):
        await made(embedded, f"Post {number}", scheduled_at=watch.now + HOUR)
    await made(embedded, "Draft", draft=True)
    usage = await embedded.local.usage()
    assert set(usage.limits) == {Limit("scheduled posts", used=3), Limit("draft posts", used=1)}


async def test_files_in_our_keeping_are_copied_when_the_post_goes_out(
    embedded: Embedded, watch: Watch, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"a picture")
    post = await made(embedded, media=SLIDE, assets={"media:abc": asset(kept)}, scheduled_at=watch.now + HOUR)
    (tmp_path / "other").write_bytes(b"a better picture")
    await embedded.local.update(post, Change(media=SLIDE, assets={"media:abc": asset(tmp_path / "other")}))
    watch.advance(hours=1)
    await embedded.courier.step()
    picture = next(name for name in embedded.files if name.endswith(".png"))
    assert (embedded.folder / picture).read_bytes() == b"a better picture"


async def test_a_file_that_is_gone_is_told(embedded: Embedded, tmp_path: Path) -> None:
    post = await made(embedded, media=SLIDE, assets={"media:abc": asset(tmp_path / "gone")})
    await embedded.courier.step()
    [failed] = (await again(embedded, post)).deliveries
    assert (failed.status, failed.retry) == (Status.FAILED, False)
    assert "upload it again" in (failed.error or "")
    assert embedded.files == []


async def test_a_webhook_is_sent_no_files(tmp_path: Path, watch: Watch) -> None:
    async with Embedded(tmp_path, watch, Webhook("http://127.0.0.1:9/", None, watch)) as engine:
        wanted = order("Hello", WEBHOOK, media=SLIDE, assets={"media:abc": asset(tmp_path / "any")})
        post = await made(engine, "Links", WEBHOOK, draft=True)
        for verb in (
            engine.local.rehearse(wanted),
            engine.local.create(wanted),
            engine.local.update(post, Change(media=SLIDE, assets=wanted.assets)),
        ):
            with pytest.raises(Failure) as refused:
                await verb
            assert [problem.path for problem in refused.value.problems] == ["/accounts/0"]


async def test_a_ledger_of_before_is_read_on_and_its_tries_are_doubted(tmp_path: Path, watch: Watch) -> None:
    old = Database(tmp_path / "postwright.db", {"local": LEDGER_MIGRATIONS[:1]})

    def fill(connection: Connection) -> None:
        connection.execute("INSERT INTO post VALUES ('pst_1', 'k', 'queued', 'Old', NULL, NULL, 0)")
        connection.execute(
            "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, tries)"
            " VALUES ('dlv_1', 'pst_1', 'local:outbox', 'outbox', 'queued', 1, 2)"
        )

    await old.write(fill)
    await old.aclose()
    async with Embedded(tmp_path, watch) as engine:
        [removal] = await engine.local.delete(await engine.local.post("pst_1"))
    assert removal.stays_live


async def test_a_late_post_that_may_have_been_sent_is_not_told_as_unsent(embedded: Embedded, watch: Watch) -> None:
    post = await made(embedded)
    await intended(embedded, watch)
    watch.now += LEASE
    await embedded.courier.step()
    watch.advance(hours=3)
    await embedded.courier.step()
    [missed] = (await again(embedded, post)).deliveries
    assert (missed.status, (missed.error or "")[:32]) == (Status.MISSED, "An earlier try may have sent it,")
