"""Discord: a webhook's posts on a stand-in, over a real socket."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from providers.networks.discord.kind import KIND
from providers.networks.network import Network
from providers.protocol import Failure
from sandbox.discord import CHANNEL, GUILD, LINK, THREAD, create_app
from sandbox.serve import running
from schemas.account import Account
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from tests.leaks import planted
from tests.local.chatting import (
    FAILED,
    PUBLISHED,
    QUEUED,
    UNKNOWN,
    Controls,
    added,
    delivery,
    means,
    picture,
    posted,
    refusal,
    shows,
)
from tests.local.embedded import Embedded, Watch
from tests.local.receiver import answers, receiver

pytestmark = pytest.mark.anyio

EXECUTE = "/v10" + LINK.removeprefix("/api")


@dataclass
class Stage:
    """A webhook's account, the engine it is on, and the stand-in."""

    engine: Embedded
    hook: Network
    discord: Controls


@asynccontextmanager
async def stage(home: Path, watch: Watch, **given: str) -> AsyncGenerator[Stage]:
    planted.add(LINK.rpartition("/")[2])
    async with running(create_app()) as url:
        hook = await added(KIND, means(home, watch), url=f"{url}{LINK}", **given)
        async with Embedded(home, watch, hook, spread=1.0) as engine:
            yield Stage(engine, hook, Controls(url))


async def test_an_account_is_named_as_its_webhook(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        assert on.hook.account == Account(
            "local:discord-1100000000000000001", "discord", "Sandbox announcements", kind="channel"
        )
        assert await on.hook.greet() == "Sandbox announcements"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "https://discord.com/channels/1/2"}, "not the link of a webhook"),
        ({"url": "https://discord.com/api/webhooks/1/a-token-of-it", "thread": "general"}, "not an id"),
    ],
)
async def test_what_can_be_no_login_is_refused_before_anybody_is_asked(
    tmp_path: Path, watch: Watch, given: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        await added(KIND, means(tmp_path, watch), **given)


async def test_a_webhook_that_takes_no_posts_is_not_added(tmp_path: Path, watch: Watch) -> None:
    async with running(create_app()) as url:
        await Controls(url).steer("webhook", type=2)
        with pytest.raises(ValueError, match="takes no posts"):
            await added(KIND, means(tmp_path, watch), url=f"{url}{LINK}")
        await Controls(url).steer("webhook", deleted=True)
        with pytest.raises(Failure, match="Unknown Webhook") as gone:
            await added(KIND, means(tmp_path, watch), url=f"{url}{LINK}")
    assert gone.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT


async def test_a_text_mentions_nobody_and_is_told_with_its_link(tmp_path: Path, watch: Watch) -> None:
    words = "Hello @everyone and @here **bold** https://example.com 👩‍👩‍👧"
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, words)
        [kept] = await on.discord.messages()
        requests = await on.discord.requests()
    message = kept["message"]
    assert (message["content"], message["mention_everyone"]) == (words, False)
    assert told.status is PUBLISHED
    assert told.url is not None
    assert told.url.endswith(f"/channels/{GUILD}/{CHANNEL}/{message['id']}")
    assert [request["status"] for request in requests] == [200, 200]


async def test_files_go_with_what_they_show(tmp_path: Path, watch: Watch) -> None:
    assets = [picture(tmp_path, f"Picture {n} ünï", noise=bytes([n])) for n in range(9)] + [picture(tmp_path)]
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, "Ten", **shows(*assets))
        [kept] = await on.discord.messages()
    attached = kept["message"]["attachments"]
    assert told.status is PUBLISHED
    assert [one["description"] for one in attached] == [f"Picture {n} ünï" for n in range(9)] + [None]
    assert [one["size"] for one in attached] == [asset.measures.bytes for asset in assets]
    assert {one["content_type"] for one in attached} == {"image/png"}
    assert not list((tmp_path / "scratch").glob("*"))


async def test_files_that_weigh_too_much_together_are_not_sent(tmp_path: Path, watch: Watch) -> None:
    assets = [picture(tmp_path, noise=bytes([n])) for n in range(3)]
    large = [Asset(one.handle, one.path, one.name, Measures("image/png", 0), None) for one in assets]
    for one in large:
        async with await anyio.open_file(one.path, "ab") as file:
            await file.write(bytes(9 * 1024 * 1024))
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, **shows(*large))
        assert await on.discord.messages() == []
    assert told.status is FAILED
    assert "Discord takes 26,214,400 in one post" in (told.error or "")


async def test_a_thread_is_posted_to_when_one_is_given(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch, thread=THREAD) as on:
        _, told = await posted(on.engine, on.hook)
        [kept] = await on.discord.messages()
        assert kept["message"]["channel_id"] == THREAD
        assert f"/{THREAD}/" in (told.url or "")
        await on.hook.take_back(kept["message"]["id"])
        assert [one["deleted"] for one in await on.discord.messages()] == [True]


@pytest.mark.parametrize(("state", "code"), [("archived", ErrorCode.SETUP_NEEDED), ("locked", ErrorCode.SETUP_NEEDED)])
async def test_a_thread_that_is_closed_is_a_matter_of_setting_up(
    tmp_path: Path, watch: Watch, state: str, code: ErrorCode
) -> None:
    async with stage(tmp_path, watch, thread=THREAD) as on:
        await on.discord.steer("threads", **{THREAD: state})
        assert (await refusal(on.hook, watch)).code is code


async def test_a_full_bucket_is_waited_for_and_never_run_into(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        for number in range(7):
            _, told = await posted(on.engine, on.hook, f"Post {number}")
            assert told.status is PUBLISHED
        statuses = [request["status"] for request in await on.discord.requests()]
    assert statuses == [200] * 8


async def test_a_limit_that_was_met_waits_as_long_as_discord_says(tmp_path: Path, watch: Watch) -> None:
    limited = answers(
        429,
        b'{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}',
        headers={"retry-after": "65"},
    )
    async with receiver(limited) as server, stage(tmp_path, watch) as on:
        vars(on.hook)["_url"] = server.url
        _, told = await posted(on.engine, on.hook)
        failure = await refusal(on.hook, watch)
    assert told.status is QUEUED
    assert (failure.code, failure.after_seconds, failure.doubt) == (ErrorCode.RATE_LIMITED, 64.57, False)


async def test_a_webhook_that_was_deleted_needs_a_person(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await on.discord.steer("webhook", deleted=True)
        failure = await refusal(on.hook, watch)
    assert (failure.code, failure.doubt) == (ErrorCode.ACCOUNT_NEEDS_RECONNECT, False)


@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_status:502", "accept_then_html_500", "html_500"])
async def test_a_lost_answer_leaves_at_most_one_post_and_is_told_as_unknown(
    tmp_path: Path, watch: Watch, fault: str
) -> None:
    async with stage(tmp_path, watch) as on:
        await on.discord.fault(EXECUTE, fault)
        receipt, told = await posted(on.engine, on.hook)
        watch.advance(minutes=30)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is UNKNOWN
        assert len(await on.discord.messages()) == fault.startswith("accept")
    assert "not sent again" in (told.error or "")


async def test_an_answer_of_somebody_else_is_no_yes(tmp_path: Path, watch: Watch) -> None:
    page = answers(200, b"<html>Log in to the hotel's network</html>")
    async with receiver(page) as server, stage(tmp_path, watch) as on:
        vars(on.hook)["_url"] = server.url
        failure = await refusal(on.hook, watch)
    assert failure.doubt


async def test_what_discord_says_of_single_fields_is_told(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, "x" * 2001)
    assert (told.status, told.retry) == (FAILED, False)
    assert "Invalid Form Body; content: Must be 2000 or fewer in length." in (told.error or "")


async def test_a_message_is_taken_back_and_again(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.hook)
        [kept] = await on.discord.messages()
        await on.hook.take_back(kept["message"]["id"])
        await on.hook.take_back(kept["message"]["id"])
        assert [one["deleted"] for one in await on.discord.messages()] == [True]
        with pytest.raises(Failure) as strange:
            await on.hook.take_back("../../users/@me")
    assert strange.value.code is ErrorCode.NOT_FOUND


async def test_the_token_shows_nowhere(tmp_path: Path, watch: Watch) -> None:
    token = LINK.rpartition("/")[2]
    async with stage(tmp_path, watch) as on:
        shown = [repr(on.hook), repr(on.hook.account)]
        for fault in (f"page:502:{LINK} is away", f"status:404:10015:No {token}", "drop_before"):
            await on.discord.fault(EXECUTE, fault)
            failure = await refusal(on.hook, watch)
            shown += [failure.message, repr(failure), repr(failure.provider_error)]
    assert not [words for words in shown if token in words]
    assert "[secret]" in "".join(shown)


@pytest.mark.parametrize(
    ("page", "depth"), [({"errors": {"a": {"b": {"_errors": [{"message": "No"}]}}}}, "a.b: No"), ({"errors": []}, "")]
)
async def test_any_json_in_an_error_can_be_read(tmp_path: Path, watch: Watch, page: dict[str, Any], depth: str) -> None:
    refused = answers(400, json.dumps({"code": 50035, **page}).encode())
    async with receiver(refused) as server, stage(tmp_path, watch) as on:
        vars(on.hook)["_url"] = server.url
        failure = await refusal(on.hook, watch)
    assert failure.code is ErrorCode.PLATFORM_REFUSED
    assert depth in failure.message
