"""Telegram: a bot's posts on a stand-in of the Bot API, over a real socket."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from providers.networks.network import Network
from providers.networks.telegram.errors import ERRORS
from providers.networks.telegram.kind import KIND
from providers.protocol import Failure
from sandbox.clock import Clock
from sandbox.serve import running
from sandbox.telegram import TOKEN, create_app
from schemas.account import Account
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from tests.local.chatting import (
    FAILED,
    PUBLISHED,
    QUEUED,
    UNKNOWN,
    Controls,
    Keeping,
    added,
    delivery,
    means,
    picture,
    posted,
    refusal,
    shows,
)
from tests.local.embedded import Embedded, Watch

pytestmark = pytest.mark.anyio

NEWS, GROUP, TALK = -1001000000001, -1000000003, -1001000000004


@dataclass
class Stage:
    """A bot's account, the engine it is on, and the stand-in."""

    engine: Embedded
    bot: Network
    telegram: Controls
    keeping: Keeping
    watch: Watch

    async def sent(self) -> list[dict[str, Any]]:
        return [told["message"] for told in await self.telegram.messages()]


@asynccontextmanager
async def stage(home: Path, watch: Watch, chat: str = "@sandbox_news") -> AsyncGenerator[Stage]:
    keeping = Keeping()
    async with running(create_app(clock=Clock(watch))) as url:
        bot = await added(KIND, means(home, watch, keeping), token=TOKEN, chat=chat, api=url)
        async with Embedded(home, watch, bot, spread=1.0) as engine:
            yield Stage(engine, bot, Controls(url), keeping, watch)


@pytest.mark.parametrize(
    ("chat", "account"),
    [
        ("@sandbox_news", Account("local:telegram-sandbox_news", "telegram", "Sandbox news", kind="channel")),
        (
            "t.me/sandbox_talk",
            Account("local:telegram-sandbox_talk", "telegram", "Sandbox talk", kind="supergroup"),
        ),
        (str(GROUP), Account("local:telegram--1000000003", "telegram", "Sandbox group", kind="group")),
        ("42", Account("local:telegram-42", "telegram", "Ada", kind="private")),
    ],
)
async def test_an_account_is_a_chat_that_the_bot_may_post_in(
    tmp_path: Path, watch: Watch, chat: str, account: Account
) -> None:
    async with stage(tmp_path, watch, chat) as on:
        assert replace(on.bot.account, username=None) == account
        assert await on.bot.greet() == account.name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": "12345"}, "not a bot's token"),
        ({"chat": "my channel"}, "neither a public name"),
        ({"api": "localhost:8081"}, "not a link"),
    ],
)
async def test_what_can_be_no_login_is_refused_before_anybody_is_asked(
    tmp_path: Path, watch: Watch, given: dict[str, str], words: str
) -> None:
    asked = {"token": TOKEN, "chat": "@sandbox_news", "api": "http://127.0.0.1:9", **given}
    with pytest.raises(ValueError, match=words) as refused:
        await added(KIND, means(tmp_path, watch), **asked)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("chat", "changes"),
    [
        (NEWS, {"status": "left"}),
        (NEWS, {"status": "member"}),
        (NEWS, {"can_post_messages": False}),
        (GROUP, {"status": "kicked"}),
        (GROUP, {"status": "restricted", "can_send_messages": False}),
    ],
)
async def test_a_chat_that_the_bot_may_not_post_in_is_not_added(
    tmp_path: Path, watch: Watch, chat: int, changes: dict[str, Any]
) -> None:
    async with running(create_app()) as url:
        await Controls(url).steer("chats", **{str(chat): changes})
        with pytest.raises(Failure, match="may not post in Sandbox") as refused:
            await added(KIND, means(tmp_path, watch), token=TOKEN, chat=str(chat), api=url)
    assert refused.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT


async def test_a_text_is_sent_as_it_is_and_told_with_its_link(tmp_path: Path, watch: Watch) -> None:
    words = "Hello *world* <b>#tag</b> @someone https://example.com/?a=b&c=d 👩‍👩‍👧"
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.bot, words)
        [message] = await on.sent()
    assert (message["text"], message["chat"]["id"]) == (words, NEWS)
    assert (told.status, told.url) == (PUBLISHED, "https://t.me/sandbox_news/1")


async def test_a_chat_without_a_public_name_has_no_link(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch, str(GROUP)) as on:
        _, told = await posted(on.engine, on.bot)
    assert (told.status, told.url) == (PUBLISHED, None)


async def test_files_in_our_keeping_are_uploaded_and_links_are_left_to_telegram(tmp_path: Path, watch: Watch) -> None:
    mine, link = picture(tmp_path, "A picture"), "https://example.com/two.jpg"
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.bot, 'Ünï "quoted"\r\n--x', **shows(mine, link))
        first, second = await on.telegram.messages()
    assert (told.status, told.url) == (PUBLISHED, "https://t.me/sandbox_news/1")
    assert first["message"]["caption"] == 'Ünï "quoted"\r\n--x'
    assert "caption" not in second["message"]
    assert first["message"]["media_group_id"] == second["message"]["media_group_id"]
    assert first["files"] == [{"name": "1-image.png", "media_type": "image/png", "bytes": mine.measures.bytes}]
    assert second["files"] == [{"link": link}]


async def test_one_photo_and_one_video_are_messages_of_their_own(tmp_path: Path, watch: Watch) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"x" * 300_000)
    kept = Asset("media:" + "f" * 32, str(film), "film.mp4", Measures("video/mp4", 300_012, 64, 48, 1.0))
    video = {"media": {"type": "video", "url": kept.handle}, "assets": {kept.handle: kept}}
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.bot, "A photo", **shows(picture(tmp_path)))
        watch.advance(seconds=5)
        await posted(on.engine, on.bot, "A video", **video)
        photo, moving = await on.telegram.messages()
    assert [photo["message"]["caption"], moving["message"]["caption"]] == ["A photo", "A video"]
    assert "photo" in photo["message"]
    assert moving["message"]["video"]
    assert moving["files"] == [{"name": "1-video.mp4", "media_type": "video/mp4", "bytes": 300_012}]


async def test_a_file_that_is_gone_sends_nothing(tmp_path: Path, watch: Watch) -> None:
    lost = picture(tmp_path)
    await anyio.Path(lost.path).unlink()
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.bot, **shows(lost))
        assert await on.sent() == []
    assert told.status is FAILED
    assert "upload it again" in (told.error or "")


async def test_a_link_that_telegram_cannot_load_is_a_matter_of_the_media(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        _, told = await posted(on.engine, on.bot, **shows("https://example.invalid/a.jpg"))
    assert (told.status, told.retry) == (FAILED, False)
    assert "failed to get HTTP URL content" in (told.error or "")


async def test_too_many_messages_wait_as_long_as_telegram_says(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.bot, "One")
        receipt, told = await posted(on.engine, on.bot, "Two")
        assert told.status is QUEUED
        assert "retry after 1" in (told.error or "")
        watch.advance(seconds=1)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is QUEUED
        watch.advance(seconds=4)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is PUBLISHED
        assert [message["text"] for message in await on.sent()] == ["One", "Two"]


@pytest.mark.parametrize("with_200", [False, True])
async def test_a_token_that_was_revoked_needs_a_person(tmp_path: Path, watch: Watch, *, with_200: bool) -> None:
    async with stage(tmp_path, watch) as on:
        await on.telegram.steer("bot", revoked=True, errors_with_200=with_200)
        refused = await refusal(on.bot, watch)
        with pytest.raises(Failure) as greeted:
            await on.bot.greet()
    assert refused.code is greeted.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    assert refused.message.startswith("Telegram answered 401")
    assert not refused.doubt


@pytest.mark.parametrize(
    ("chat", "changes"),
    [
        ("@sandbox_news", {"status": "kicked"}),
        ("@sandbox_news", {"can_post_messages": False}),
        (str(TALK), {"status": "left"}),
        ("42", {"blocked": True}),
    ],
)
async def test_a_bot_that_was_put_out_needs_a_person(
    tmp_path: Path, watch: Watch, chat: str, changes: dict[str, Any]
) -> None:
    async with stage(tmp_path, watch, chat) as on:
        number = {"@sandbox_news": NEWS}.get(chat, chat)
        await on.telegram.steer("chats", **{str(number): changes})
        refused = await refusal(on.bot, watch)
    assert (refused.code, refused.doubt) == (ErrorCode.ACCOUNT_NEEDS_RECONNECT, False)


async def test_a_group_that_became_a_supergroup_is_followed_and_remembered(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch, str(GROUP)) as on:
        await on.telegram.steer("chats", **{str(GROUP): {"migrated_to": TALK}})
        _, told = await posted(on.engine, on.bot)
        [message] = await on.sent()
    assert (told.status, message["chat"]["id"]) == (PUBLISHED, TALK)
    assert on.keeping.secrets[on.bot.account.id] == {"token": TOKEN, "chat": str(TALK)}


@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "status:500"])
async def test_a_lost_answer_leaves_at_most_one_post_and_is_told_as_unknown(
    tmp_path: Path, watch: Watch, fault: str
) -> None:
    async with stage(tmp_path, watch) as on:
        await on.telegram.fault("/{bot}/sendMessage", fault)
        receipt, told = await posted(on.engine, on.bot)
        watch.advance(minutes=30)
        await on.engine.courier.step()
        assert (await delivery(on.engine, receipt)).status is UNKNOWN
        assert len(await on.sent()) == fault.startswith("accept")
    assert (told.status, told.retry) == (UNKNOWN, None)
    assert "not sent again" in (told.error or "")


async def test_what_was_cut_off_before_it_was_taken_is_in_doubt_as_well(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await on.telegram.fault("/{bot}/sendMessage", "drop_before")
        _, told = await posted(on.engine, on.bot)
        assert await on.sent() == []
    assert told.status is UNKNOWN


async def test_a_page_in_place_of_an_answer_is_no_yes(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await on.telegram.fault("/{bot}/sendMessage", "page:404:Nothing here")
        _, told = await posted(on.engine, on.bot)
    assert told.status is not PUBLISHED


@pytest.mark.parametrize("album", [False, True])
async def test_a_post_is_taken_back_and_again(tmp_path: Path, watch: Watch, *, album: bool) -> None:
    media = shows(picture(tmp_path), picture(tmp_path, noise=b"2")) if album else {}
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.bot, **media)
        messages = await on.telegram.messages()
        name = f"{NEWS}:{','.join(str(told['message']['message_id']) for told in messages)}"
        await on.bot.take_back(name)
        await on.bot.take_back(name)
        assert [told["deleted"] for told in await on.telegram.messages()] == [True] * len(messages)


async def test_what_is_older_than_two_days_stays_and_is_told(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.bot)
        watch.advance(hours=49)
        with pytest.raises(Failure, match="can't be deleted") as refused:
            await on.bot.take_back(f"{NEWS}:1")
        with pytest.raises(Failure) as strange:
            await on.bot.take_back("something else")
        assert [told["deleted"] for told in await on.telegram.messages()] == [False]
    assert "48 hours" in (refused.value.advice or "")
    assert strange.value.code is ErrorCode.NOT_FOUND


async def test_a_removal_whose_answer_is_lost_is_in_doubt(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        await posted(on.engine, on.bot)
        await on.telegram.fault("/{bot}/deleteMessage", "accept_then_drop")
        with pytest.raises(Failure) as lost:
            await on.bot.take_back(f"{NEWS}:1")
    assert lost.value.doubt


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (400, "chat not found", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (400, "need administrator rights in the channel chat", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (400, "not enough rights to send text messages to the chat", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (400, "not enough rights to send photos to the chat", ErrorCode.SETUP_NEEDED),
        (400, "wrong file identifier/HTTP URL specified", ErrorCode.MEDIA_UNREACHABLE),
        (400, "WEBPAGE_CURL_FAILED", ErrorCode.MEDIA_UNREACHABLE),
        (400, "message caption is too long", ErrorCode.PLATFORM_REFUSED),
        (400, "PHOTO_INVALID_DIMENSIONS", ErrorCode.PLATFORM_REFUSED),
        (400, "message can't be deleted", ErrorCode.IMMUTABLE),
        (400, "something new", ErrorCode.REJECTED),
        (403, "bot was blocked by the user", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (404, "Not Found", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (413, "Request Entity Too Large", ErrorCode.PLATFORM_REFUSED),
        (429, "Too Many Requests: retry after 5", ErrorCode.RATE_LIMITED),
        (502, "Bad Gateway", ErrorCode.PROVIDER_ERROR),
    ],
)
async def test_the_words_of_the_bot_api_have_a_meaning(status: int, words: str, code: ErrorCode) -> None:
    assert ERRORS.find(status, None, words).code is code


async def test_the_token_shows_nowhere(tmp_path: Path, watch: Watch) -> None:
    async with stage(tmp_path, watch) as on:
        half = TOKEN.partition(":")[2]
        shown = [repr(on.bot), repr(on.bot.account), repr(vars(on.bot)["_bot"])]
        for fault in (f"status:400:Bad {half}", f"page:502:at /bot{TOKEN}/x", "status:429", "drop_before"):
            await on.telegram.fault("/{bot}/sendMessage", fault)
            failure = await refusal(on.bot, watch)
            shown += [failure.message, str(failure), repr(failure), repr(failure.provider_error)]
    assert not [words for words in shown if TOKEN in words or half in words]
    assert re.search(r"\[secret\]", "".join(shown))
