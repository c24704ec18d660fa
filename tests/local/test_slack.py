"""Slack: an incoming webhook's posts on a stand-in, over a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.networks.network import Network
from providers.networks.slack.kind import KIND
from providers.networks.slack.network import SECTION, sections
from sandbox.clock import Clock
from sandbox.serve import running
from sandbox.slack import LINK, create_app
from schemas.account import Account
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


@dataclass
class Stage:
    """A webhook's account, the engine it is on, and the stand-in."""

    engine: Embedded
    hook: Network
    slack: Controls


@asynccontextmanager
async def stage(home: Path, watch: Watch) -> AsyncGenerator[Stage]:
    planted.add(LINK.rpartition("/")[2])
    async with running(create_app(clock=Clock(watch))) as url:
        hook = await added(KIND, means(home, watch), url=f"{url}{LINK}", name="#launches")
        async with Embedded(home, watch, hook, spread=1.0) as engine:
            yield Stage(engine, hook, Controls(url))


async def test_an_account_is_named_as_a_person_names_it(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        assert on.hook.account == Account("local:slack-b00sandbox", "slack", "#launches", kind="channel")
        assert await on.hook.greet() == "#launches"
        assert await on.slack.requests() == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://hooks.slack.com/", "x"),
        (f"https://hooks.slack.com{LINK}", ""),
        (f"https://hooks.slack.com{LINK}", "\x1b"),
    ],
)
async def test_what_can_be_no_login_is_refused(tmp_path: Path, watch: Watch, url: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"that is not the link|the name is not one"):
        await added(KIND, means(tmp_path, watch), url=url, name=name)


async def test_a_text_shows_what_it_says_and_mentions_nobody(tmp_path: Path, watch: Watch) -> None:
    words = "Hello <!channel> & <@U123> https://example.com/?a=1&b=2 > 👩‍👩‍👧"
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, words)
        [message] = await on.slack.messages()
    assert (told.status, told.url) == (PUBLISHED, None)
    assert "<" not in message["text"]
    assert unescape(message["text"]) == words


async def test_images_are_blocks_with_an_alternative_text_each(tmp_path: Path, watch: Watch) -> None:
    links = ["https://example.com/1.jpg", "https://example.com/2.jpg"]
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, "Two & two", **shows(*links))
        [message] = await on.slack.messages()
    words, first, second = message["blocks"]
    assert told.status is PUBLISHED
    assert words == {"type": "section", "text": {"type": "mrkdwn", "text": "Two &amp; two"}}
    assert [first["image_url"], second["image_url"]] == links
    assert [first["alt_text"], second["alt_text"]] == ["Image 1 of 2", "Image 2 of 2"]


async def test_a_video_is_its_link(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.hook, "Look", media={"type": "video", "url": "https://example.com/a.mp4"})
        [message] = await on.slack.messages()
    assert message["text"] == "Look\nhttps://example.com/a.mp4"


async def test_files_in_our_keeping_are_not_taken(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        with pytest.raises(Exception, match="is sent links, not files"):
            await posted(on.engine, on.hook, **shows(picture(tmp_path)))


async def test_an_image_that_slack_cannot_load_is_told(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.hook, **shows("https://example.invalid/1.jpg"))
    assert (told.status, told.retry) == (FAILED, False)
    assert "invalid_blocks" in (told.error or "")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("a &<>\n👩"), min_size=1, max_size=4_000))
def test_a_long_text_is_cut_up_and_nothing_of_it_is_lost(words: str) -> None:
    parts = list(sections(words))
    assert all(0 < len(part) <= SECTION for part in parts)
    assert "".join(unescape("".join(parts)).split()) == "".join(words.split())


async def test_too_many_messages_wait_as_long_as_slack_says(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.hook, "One")
        receipt, told = await posted(on.engine, on.hook, "Two")
        assert told.status is QUEUED
        watch.advance(seconds=5)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is PUBLISHED
        assert [message["text"] for message in await on.slack.messages()] == ["One", "Two"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("no_service", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("no_active_hooks", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("channel_not_found", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("channel_is_archived", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("action_prohibited", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("posting_to_general_channel_denied", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("team_disabled", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("invalid_token", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        ("invalid_payload", ErrorCode.PLATFORM_REFUSED),
        ("no_text", ErrorCode.PLATFORM_REFUSED),
        ("something_new", ErrorCode.REJECTED),
    ],
)
async def test_each_word_of_slack_has_a_meaning(tmp_path: Path, watch: Watch, word: str, code: ErrorCode) -> None:
    async with stage(tmp_path, watch) as on:
        await on.slack.steer("webhook", error=word)
        failure = await refusal(on.hook, watch)
    assert (failure.code, failure.doubt) == (code, False)
    assert word in failure.message


@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_html_500", "html_500"])
async def test_a_lost_answer_leaves_at_most_one_post_and_is_told_as_unknown(
    tmp_path: Path, watch: Watch, fault: str
) -> None:
    async with stage(tmp_path, watch) as on:
        await on.slack.fault(LINK, fault)
        receipt, told = await posted(on.engine, on.hook)
        watch.advance(minutes=30)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is UNKNOWN
        assert len(await on.slack.messages()) == fault.startswith("accept")
    assert "not sent again" in (told.error or "")


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>Log in</html>"), (500, b"rollup_error")])
async def test_what_is_no_plain_yes_is_in_doubt(tmp_path: Path, watch: Watch, status: int, body: bytes) -> None:
    async with receiver(answers(status, body, media_type="text/plain")) as server, stage(tmp_path, watch) as on:
        vars(on.hook)["_url"] = server.url
        assert (await refusal(on.hook, watch)).doubt


async def test_the_link_shows_nowhere(tmp_path: Path, watch: Watch) -> None:
    token = LINK.rpartition("/")[2]
    shown: list[Any] = []
    async with stage(tmp_path, watch) as on:
        for fault in (f"page:404:no {LINK}", f"page:500:{token}", "drop_before"):
            await on.slack.fault(LINK, fault)
            failure = await refusal(on.hook, watch)
            shown += [failure.message, repr(failure), repr(failure.provider_error), repr(on.hook)]
    assert not [words for words in shown if token in words]
    assert "[secret]" in "".join(shown)
