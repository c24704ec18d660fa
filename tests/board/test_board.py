"""The board: what is planned, what went out, what failed, as one document."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.board import MOST_TEXT, Wanted, board
from engine.clock import utc_now
from providers.database import Database
from providers.store import Work
from schemas.instant import parse, wire
from schemas.post import Order
from schemas.status import Status
from server.app import COMPONENTS, DATABASE, open_desk
from server.settings import load
from tests.board.boards import OUTBOX, at_desk, filled, only, planned, read
from tests.desk import INSTAGRAM, SLIDES, TIKTOK, Agent
from tests.local.embedded import Watch, order
from tests.media.files import png
from tests.modes.town import LATER, town

pytestmark = pytest.mark.anyio


async def test_posts_stand_in_order_of_their_time_in_utc_and_on_the_wall_clock(tmp_path: Path) -> None:
    watch = Watch()
    async with at_desk(tmp_path, watch) as (agent, desk):
        await planned(agent, "third", "2026-12-03T08:00:00Z")
        await planned(agent, "first", "2026-11-30T08:00:00+01:00")
        await planned(
            agent,
            "second",
            "2026-12-01T08:00:00Z",
            media={"type": "slideshow", "urls": ["https://a.example/2.jpg", "https://a.example/1.jpg"]},
        )
        found = await read(desk)
        assert [post.caption for post in found.posts] == ["first", "second", "third"]
        first, second, _ = found.posts
        assert (first.at, first.at_local, first.at_is) == (
            "2026-11-30T07:00:00Z",
            "2026-11-30T08:00:00+01:00",
            "scheduled",
        )
        assert (first.status, first.due, first.provider) == ("scheduled", "in 5 d 22 h", "local")
        assert [(file.position, file.kind, file.name, file.web) for file in second.media] == [
            (1, "image", "2.jpg", True),
            (2, "image", "1.jpg", True),
        ]
        assert [(sent.account, sent.platform, sent.status) for sent in second.deliveries] == [
            (OUTBOX, "outbox", "scheduled")
        ]
        assert (found.counts, found.more.note) == ({"scheduled": 3}, None)
        assert [(one.id, one.provider) for one in found.accounts] == [(OUTBOX, "local")]
        there = await read(desk, timezone="America/New_York")
        assert (there.posts[0].at_local, there.timezone) == ("2026-11-30T02:00:00-05:00", "America/New_York")


async def test_a_board_without_posts_is_a_board(tmp_path: Path) -> None:
    async with at_desk(tmp_path, Watch()) as (_, desk):
        found = await read(desk)
        assert (found.posts, found.counts, found.warnings) == ([], {}, [])
        assert (found.since, found.until) == ("2026-11-17T09:00:00Z", "2026-12-24T09:00:00Z")


async def test_a_post_made_long_before_the_window_is_there_when_its_time_comes(tmp_path: Path) -> None:
    watch = Watch()
    async with at_desk(tmp_path, watch) as (agent, desk):
        made = await planned(agent, "Far ahead", wire(watch.now + timedelta(days=200)))
        assert (await read(desk)).posts == []
        watch.advance(days=190)
        [post] = (await read(desk)).posts
        assert (post.id, post.due) == (made, "in 10 d")


async def test_a_window_shows_what_lies_in_it_its_ends_included(tmp_path: Path) -> None:
    watch = Watch()
    async with at_desk(tmp_path, watch) as (agent, desk):
        for day in range(1, 6):
            await planned(agent, f"day {day}", f"2026-12-0{day}T08:00:00Z")
        found = await read(desk, since=parse("2026-12-02T08:00:00Z"), until=parse("2026-12-04T08:00:00Z"))
        assert [post.caption for post in found.posts] == ["day 2", "day 3", "day 4"]


async def test_of_too_many_posts_those_nearest_to_now_are_shown(tmp_path: Path) -> None:
    watch = Watch()
    async with at_desk(tmp_path, watch) as (agent, desk):
        watch.now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
        for day in range(1, 8):
            await planned(agent, f"day {day}", f"2026-12-0{day}T08:00:00Z", mode="draft")
        watch.now = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
        found = await read(desk, limit=3)
        assert [post.caption for post in found.posts] == ["day 2", "day 3", "day 4"]
        assert (found.more.earlier, found.more.later) == (True, True)
        assert found.more.note == "There are 7 posts: the 3 nearest to now are here."
        assert (await read(desk, limit=7)).more.note is None
        late = await read(desk, limit=3, since=parse("2026-12-05T00:00:00Z"))
        assert ([post.caption for post in late.posts], late.more.later) == (["day 5", "day 6", "day 7"], False)


def long(number: int) -> Order:
    return order(f"{number} ".ljust(9_000, "x"), key=f"{number}", scheduled_at=Watch().now + timedelta(hours=number))


async def test_of_too_much_text_so_many_posts_are_shown_as_fit(tmp_path: Path) -> None:
    async with open_desk(load({"POSTWRIGHT_HOME": str(tmp_path)}), Watch()) as opened:
        await filled(tmp_path, (long(number) for number in range(251)), Watch().now)
        found = await read(opened.desk)
        # A caption is told at most 8,000 characters long, twice: of the post, and of its one delivery.
        assert len(found.posts) == MOST_TEXT / (2 * 8_000)
        assert (found.posts[0].caption[:2], found.more.earlier, found.more.later) == ("0 ", False, True)


async def test_of_many_posts_of_one_time_the_shown_are_one_stretch(tmp_path: Path) -> None:
    watch = Watch()
    async with at_desk(tmp_path, watch) as (agent, desk):
        for number in range(5):
            await planned(agent, f"draft {number}", "2026-11-25T09:00:00Z", mode="draft")
        every = [post.id for post in (await read(desk)).posts]
        watch.advance(days=2)
        found = await read(desk, limit=2)
        assert ([post.id for post in found.posts], found.more.later) == (every[3:], False)
        assert found.more.earlier


async def test_a_board_can_be_of_one_account_or_one_status(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        await planned(agent, "both", LATER, accounts=[INSTAGRAM, TIKTOK], media=SLIDES)
        await planned(agent, "one", LATER, accounts=[TIKTOK], media=SLIDES)
        await planned(agent, "draft", LATER, mode="draft")
        assert {post.caption for post in (await read(desk, account=INSTAGRAM)).posts} == {"both"}
        assert {post.caption for post in (await read(desk, account=TIKTOK)).posts} == {"both", "one"}
        assert {post.caption for post in (await read(desk, status=Status.SCHEDULED)).posts} == {"both", "one"}
        found = await read(desk, account=OUTBOX)
        assert [(post.caption, post.scheduled_at, post.due) for post in found.posts] == [("draft", LATER, None)]
        assert {INSTAGRAM, TIKTOK, OUTBOX} <= {one.id for one in found.accounts}
        stranger = await read(desk, account="nobody:1")
        assert ([one.code for one in stranger.warnings], stranger.posts) == (["unknown_accounts"], [])


async def test_what_awaits_approval_stands_at_the_time_it_asks_for(tmp_path: Path) -> None:
    async with at_desk(tmp_path, MODE="approve") as (agent, desk):
        held = await planned(agent, "May I?", LATER)
        found = await read(desk, status=Status.AWAITING_APPROVAL)
        [post] = found.posts
        assert (post.id, post.status, post.at, post.at_is) == (held, "awaiting_approval", LATER, "scheduled")
        assert (only(found).status, only(found).fix, only(found).preview.shown) == ("awaiting_approval", None, "May I?")
        assert [one.id for one in (await read(desk)).posts] == [held]
        assert (await read(desk, account="local:other")).posts == []
        assert (await read(desk, status=Status.SCHEDULED)).posts == []


async def test_files_in_our_keeping_are_told_with_their_words_and_size_in_slide_order(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as (agent, desk):
        handles = [await uploaded(agent, width, f"A door {width} wide") for width in (30, 20)]
        media = {"type": "slideshow", "urls": [handles[1], "https://cdn.example.com/photos/3.jpg?x=1", handles[0]]}
        await planned(agent, "Doors", LATER, media=media)
        [post] = (await read(desk)).posts
        assert [(file.name, file.alt_text, file.width, file.web) for file in post.media] == [
            ("20.png", "A door 20 wide", 20, False),
            ("3.jpg", None, None, True),
            ("30.png", "A door 30 wide", 30, False),
        ]
        assert [file.position for file in post.media] == [1, 2, 3]


async def uploaded(agent: Agent, width: int, words: str) -> str:
    data = base64.b64encode(png(width, 10, noise=words.encode())).decode()
    body = await agent.call("upload_media", data=data, filename=f"{width}.png", alt_text=words)
    return body["data"]["media"]


async def test_a_preview_folds_the_caption_and_its_meters_say_what_list_accounts_says(tmp_path: Path) -> None:
    async with town(tmp_path) as services, at_desk(tmp_path, **services.settings) as (agent, desk):
        caption = "A launch! " * 30
        await planned(agent, caption, LATER, accounts=[INSTAGRAM], media=SLIDES)
        seen = only(await read(desk)).preview
        assert (seen.platform, len(seen.shown), seen.shown + seen.rest) == ("instagram", 125, caption)
        assert seen.fold
        assert (seen.fold.limit, seen.fold.approximate) == (125, True)
        listed = await agent.call("list_accounts", provider="genviral")
        [accepts] = [one["accepts"] for one in listed["data"]["accounts"] if one["id"] == INSTAGRAM]
        first = seen.meters[0]
        assert (first.metric, {"limit": first.limit, "unit": first.unit.value}) == ("caption", accepts["caption"])
        assert (first.used, first.share, first.state) == (300, 0.6, "ok")
        [slides] = [one for one in seen.meters if one.metric == "media"]
        assert (slides.used, slides.unit) == (1, "items")


async def test_text_from_outside_hides_nothing_and_a_long_one_is_cut(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as (agent, desk):
        await planned(agent, "Hi\u202e \u200bthere<script>alert(1)</script>\U000e0041", LATER)
        await planned(agent, "x" * 9_000, LATER)
        found = {post.caption_characters: post for post in (await read(desk)).posts}
        long, short = found.pop(9_000), found.popitem()[1]
        assert short.caption == "Hi there<script>alert(1)</script>"
        assert (len(long.caption), long.caption[-1]) == (8_000, "…")
        assert long.deliveries[0].preview.meters[0].used == 9_000
        media = {"type": "slideshow", "urls": ["https://a.example/\u200b1.jpg"]}
        await planned(agent, "Hidden", LATER, media=media)
        [hidden] = [post for post in (await read(desk)).posts if post.caption == "Hidden"]
        assert (hidden.media[0].web, hidden.media[0].link) == (False, "https://a.example/1.jpg")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(timezone="Mars/Olympus"), "not an IANA time zone"),
        (Wanted(since=utc_now(), until=utc_now() - timedelta(days=1)), "before it begins"),
        (Wanted(since=utc_now().replace(tzinfo=None)), "need an offset"),
        (Wanted(limit=0), "1 to 500"),
        (Wanted(limit=501), "1 to 500"),
    ],
)
async def test_a_board_that_cannot_be_is_refused_in_words(tmp_path: Path, wanted: Wanted, words: str) -> None:
    async with at_desk(tmp_path) as (_, desk):
        with pytest.raises(ValueError, match=words):
            await board(desk, wanted)


class Counted(Database):
    """A database that counts how often it is read."""

    reads = 0

    async def read(self, work: Work[Any]) -> Any:
        self.reads += 1
        return await super().read(work)


def illustrated(number: int) -> Order:
    media = {"type": "slideshow", "urls": [f"media:{number:032x}"]}
    return order("Hi", key=f"{number}", scheduled_at=Watch().now + timedelta(hours=number), media=media)


async def test_three_hundred_posts_take_no_more_reads_than_one(tmp_path: Path) -> None:
    database = Counted(tmp_path / DATABASE, COMPONENTS)
    async with open_desk(load({"POSTWRIGHT_HOME": str(tmp_path)}), Watch(), database=database) as opened:
        taken: list[int] = []
        for numbers in (range(1), range(1, 300)):
            await filled(tmp_path, map(illustrated, numbers), Watch().now)
            before = database.reads
            found = await read(opened.desk)
            taken.append(database.reads - before)
        assert len(found.posts) == 300
        assert taken[1] <= taken[0] <= 8
