"""What the board tells of deliveries that did not go well, and of services that cannot be asked."""

from pathlib import Path
from typing import Any

import pytest

from engine.clock import utc_now
from engine.fixing import fix
from engine.window import MOST_READ
from schemas.ability import Act
from schemas.board import BoardDelivery
from schemas.post import Delivery, Post
from schemas.status import Status
from tests.board.boards import OUTBOX, at_desk, filled, only, planned, read
from tests.desk import INSTAGRAM, SLIDES, TIKTOK, Agent
from tests.local.embedded import order
from tests.local.receiver import answers, receiver
from tests.modes.town import LATER, THREADS, Town, X, town

pytestmark = pytest.mark.anyio

LINKEDIN, EXPIRED = "postpost:linkedin-Tz9W5i6ZYG", "postpost:linkedin-Xp1r3dC0de"
PUBLISH = "/posts/{id}/publish"
NO_LIMITS = {"monthly_posts": None, "queued_posts": None}
AGAIN = {"code": "PLATFORM_SERVER_ERROR", "message": "Down", "retryable": True}


async def steer(services: Town, account: str, told: Any) -> None:
    """Let deliveries to an account fail as told; ``None`` heals it."""
    service, _, native = account.partition(":")
    url = f"{services.urls[service.upper()]}/_sandbox/delivery"
    (await services.http.post(url, json={native: {"fail": told}})).raise_for_status()


async def theirs(services: Town, caption: str, account: str) -> None:
    """Make a post at PostPost as another program of the user's would."""
    url = f"{services.settings['POSTPOST_BASE_URL']}/create-post"
    body = {"content": caption, "platforms": [account.partition(":")[2]], "scheduledTime": LATER}
    made = await services.http.post(url, json=body, headers={"x-api-key": services.settings["POSTPOST_API_KEY"]})
    assert made.is_success, made.text


async def ended(agent: Agent, post_id: str) -> None:
    while not (await agent.call("check_status", post_id=post_id, wait_seconds=20))["data"]["terminal"]:
        pass


async def follow(agent: Agent, sent: BoardDelivery) -> dict[str, Any]:
    """Make the call that the board names."""
    assert sent.fix
    assert sent.fix.next
    return await agent.call(sent.fix.next.tool, **sent.fix.next.arguments)


async def test_a_failed_delivery_tells_the_call_that_sends_it_again(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await steer(services, LINKEDIN, AGAIN)
        await ended(agent, await planned(agent, "Hello", None, accounts=[LINKEDIN, X]))
        [post] = (await read(desk)).posts
        sent = {one.account: one for one in post.deliveries}
        assert (post.status, sent[X].status, sent[X].fix) == ("partial", "published", None)
        failed = sent[LINKEDIN]
        assert (failed.status, failed.retry, failed.name) == ("failed", True, "Lumen Labs")
        assert "Down" in (failed.error or "")
        await steer(services, LINKEDIN, None)
        body = await follow(agent, failed)
        assert (body["ok"], [one["account"] for one in body["data"]["deliveries"]]) == (True, [LINKEDIN]), body


async def test_a_delivery_that_would_fail_again_tells_to_check_a_mended_post(tmp_path: Path) -> None:
    async with receiver(answers(400)) as server, at_desk(tmp_path, WEBHOOK_URL=server.url) as (agent, desk):
        await ended(agent, await planned(agent, "Refused", None, accounts=["local:webhook"]))
        sent = only(await read(desk))
        assert (sent.status, sent.retry) == ("failed", False)
        assert sent.fix
        assert sent.fix.advice.startswith("The same would fail again")
        assert sent.fix.next
        assert sent.fix.next.tool == "create_post"
        arguments: dict[str, Any] = {**sent.fix.next.arguments, "caption": "Mended"}
        mended = await agent.call("create_post", **arguments)
        assert (mended["ok"], mended["data"]["dry_run"]) == (True, True)


async def test_a_failure_nobody_knows_the_reason_of_is_left_to_a_person(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await steer(services, TIKTOK, "Something went wrong.")
        await ended(agent, await planned(agent, "Hm", None, accounts=[TIKTOK], media=SLIDES))
        sent = only(await read(desk))
        assert sent.status == "failed"
        assert sent.fix
        told = await agent.call("retry_post", post_id=(await read(desk)).posts[0].id)
        if sent.retry is True:
            assert sent.fix.next
            assert told["ok"]
        else:
            assert told["problems"][0]["fix"] == sent.fix.advice


async def test_a_post_nobody_knows_to_be_made_is_told_until_it_is_known(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await services.fault("POSTPOST", "accept_then_drop", "/create-post")
        lost = await agent.create(caption="Lost?", accounts=[LINKEDIN], media=None, scheduled_at=LATER)
        assert lost["outcome"] == "unknown"
        found = await read(desk, status=Status.UNKNOWN)
        [case] = found.posts
        assert (case.id[:4], case.status, case.caption, case.scheduled_at) == ("jrn_", "unknown", "Lost?", LATER)
        sent = only(found)
        assert (sent.account, sent.platform, sent.preview.shown) == (LINKEDIN, "linkedin", "Lost?")
        assert sent.fix
        assert "Do not post it again" in sent.fix.advice
        assert (await follow(agent, sent))["ok"]
        [post] = (await read(desk, until=None)).posts
        assert (post.id[:9], post.status, only(await read(desk)).fix) == ("postpost:", "scheduled", None)


async def test_a_post_that_waits_for_an_account_that_is_closed_tells_so_before_it_fails(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await theirs(services, "Event", EXPIRED)
        sent = only(await read(desk))
        assert sent.status == "scheduled"
        assert sent.fix
        assert sent.fix.advice.startswith("Lumen Events (linkedin) is ")
        listed = await follow(agent, sent)
        [account] = [one for one in listed["data"]["accounts"] if one["id"] == EXPIRED]
        assert account["status"] != "active"


async def test_a_service_that_is_down_is_a_warning_and_the_others_are_there(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        settings = {**services.settings, "GENVIRAL_BASE_URL": "http://127.0.0.1:9/api"}
        async with at_desk(tmp_path, **settings) as (agent, desk):
            ids = {await planned(agent, f"On {account}", LATER, accounts=[account]) for account in (X, OUTBOX)}
            found = await read(desk)
            assert {post.id for post in found.posts} == ids
            [down] = [one for one in found.warnings if one.provider == "genviral"]
            assert (down.code, bool(down.message)) == ("provider_unreachable", True)
            assert {one.provider for one in found.accounts} == {"local", "postpost", "socialapi"}


async def test_every_provider_stands_on_one_board(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        media = {INSTAGRAM: SLIDES}
        accounts = (INSTAGRAM, X, OUTBOX)
        ids = [await planned(agent, f"On {one}", LATER, accounts=[one], media=media.get(one)) for one in accounts]
        found = await read(desk)
        assert [post.id for post in found.posts] == sorted(ids)
        told = {post.deliveries[0].account: post.deliveries[0] for post in found.posts}
        assert {name: sent.platform for name, sent in told.items()} == {
            INSTAGRAM: "instagram",
            X: "x",
            OUTBOX: "outbox",
        }
        for account in found.accounts:
            assert account.name


async def test_what_nobody_would_deliver_is_a_warning(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as (agent, desk):
        assert (await read(desk)).warnings == []
        await planned(agent, "Later", LATER)
        told = await agent.call("check_status", post_id=(await read(desk)).posts[0].id)
        [warning] = (await read(desk)).warnings
        assert [{"code": warning.code, "message": warning.message}] == told["data"]["warnings"]


async def test_a_post_that_is_there_is_not_told_as_a_case_too(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await services.fault("SOCIALAPI", "accept_then_drop", PUBLISH)
        lost = await agent.create(caption="Half way", accounts=[THREADS], media=None)
        assert lost["outcome"] == "unknown"
        [post] = (await read(desk)).posts
        assert post.id.startswith("socialapi:")


async def test_a_failure_whose_reason_could_not_be_read_tells_to_look_for_it(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await steer(services, LINKEDIN, AGAIN)
        await ended(agent, await planned(agent, "Hello", None, accounts=[LINKEDIN]))
        fault = {"method": "GET", "path": "/get-post/{id}", "fault": "status:500", "times": 9}
        (await services.http.post(f"{services.urls['POSTPOST']}/_sandbox/faults", json=fault)).raise_for_status()
        sent = only(await read(desk))
        assert (sent.status, sent.error, sent.retry) == ("failed", None, None)
        await services.heal()
        told = await follow(agent, sent)
        assert "Down" in told["data"]["deliveries"][0]["error"]


async def test_a_failure_beside_a_delivery_under_way_tells_why_it_has_to_wait(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as (_, desk):
        local = desk.providers["local"]
        sent = Delivery(OUTBOX, Status.FAILED, error="The disk is full.", retry=True)
        post = Post("pst_1", Status.QUEUED, "queued", "Hi", (sent, Delivery("local:other", Status.QUEUED)))
        told = fix(local, "local:pst_1", post, sent, None)
        assert told
        assert (told.advice, told.next) == (local.abilities[Act.RETRY].otherwise, None)


async def test_only_the_service_of_an_account_is_asked_for_its_posts(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (_, desk):
        await read(desk, account=X)
        asked = {name: await _listed(services, name) for name in services.urls}
        assert asked["POSTPOST"] > 0
        assert (asked["GENVIRAL"], asked["SOCIALAPI"]) == (0, 0)


async def _listed(services: Town, name: str) -> int:
    """How often a service was asked for its list of posts."""
    log = (await services.http.get(f"{services.urls[name]}/_sandbox/requests")).json()["requests"]
    return sum(entry["method"] == "GET" and entry["path"].endswith(("/posts", "/list-posts")) for entry in log)


async def test_all_pages_of_a_service_are_read(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (_, desk):
        await services.http.post(f"{services.urls['POSTPOST']}/_sandbox/limits", json=NO_LIMITS)
        for number in range(105):
            await theirs(services, f"post {number}", X)
        found = await read(desk)
        assert {post.caption for post in found.posts} == {f"post {number}" for number in range(105)}


async def test_what_waits_is_there_behind_more_posts_than_are_looked_at(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as (agent, desk):
        first = await planned(agent, "Waits", LATER)
        drafts = (order("Hi", key=f"{number}", draft=True) for number in range(MOST_READ + 1))
        await filled(tmp_path, drafts, utc_now())
        found = await read(desk, limit=500)
        assert "not_all_read" in {warning.code for warning in found.warnings}
        assert [post.id for post in (await read(desk, status=Status.SCHEDULED)).posts] == [first]
        assert found.posts[-1].id == first or found.more.later
