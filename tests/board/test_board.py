"""The board: what is planned, what went out, what failed, as one document."""

from pathlib import Path

import pytest

from tests.board.boards import OUTBOX, at_desk, planned, read
from tests.local.embedded import Watch

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
        assert (found.counts, found.more.note, found.warnings) == ({"scheduled": 3}, None, [])
        assert [(one.id, one.provider) for one in found.accounts] == [(OUTBOX, "local")]
        there = await read(desk, timezone="America/New_York")
        assert (there.posts[0].at_local, there.timezone) == ("2026-11-30T02:00:00-05:00", "America/New_York")


async def test_a_board_without_posts_is_a_board(tmp_path: Path) -> None:
    async with at_desk(tmp_path, Watch()) as (_, desk):
        found = await read(desk)
        assert (found.posts, found.counts, found.warnings) == ([], {}, [])
        assert (found.since, found.until) == ("2026-11-17T09:00:00Z", "2026-12-24T09:00:00Z")
