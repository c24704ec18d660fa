"""``postwright board`` lets its own user look, on this machine, and nobody change anything."""

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from engine.clock import utc_now
from schemas.instant import wire
from server.board.page import page
from server.board.serving import Doors, board_app
from tests.board.boards import at_desk, planned
from tests.board.browser import genviral_service, served
from tests.desk import INSTAGRAM, KEY, SLIDES
from tests.local.embedded import Watch

pytestmark = pytest.mark.anyio
SPAN = {"since": "2026-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


async def test_its_address_opens_the_page_and_its_posts_and_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with at_desk(home) as (agent, _):
        await planned(agent, "Tomorrow", wire(utc_now() + timedelta(days=1)))
    async with served(home) as address, httpx2.AsyncClient(timeout=60) as client:
        shown = await client.get(address)
        assert (shown.status_code, shown.text) == (200, page().html)
        found = await client.get(f"{address}board.json", params=SPAN)
        assert [post["caption"] for post in found.json()["posts"]] == ["Tomorrow"]
        root = address.rsplit("/", 2)[0]
        for path in ("", "/", "/board.json", "/x/", "/x/board.json", "/once/x", f"{address.removeprefix(root)}x"):
            assert (await client.get(f"{root}{path}")).status_code == 404, path
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert (await client.request(method, f"{address}board.json")).status_code == 405


async def test_no_answer_is_kept_framed_or_sniffed_and_only_the_pages_own_script_runs(tmp_path: Path) -> None:
    async with served(tmp_path / "home") as address, httpx2.AsyncClient(timeout=60) as client:
        for path in ("", "board.json", "nothing"):
            headers = (await client.get(f"{address}{path}")).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "default-src 'none'" in headers["content-security-policy"]
        policy = (await client.get(address)).headers["content-security-policy"]
        assert "script-src 'sha256-" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 200),
    ],
)
async def test_pages_of_elsewhere_get_nothing_whatever_name_they_give_this_machine(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async with served(tmp_path / "home") as address, httpx2.AsyncClient(timeout=60) as client:
        for path in ("", "board.json"):
            assert (await client.get(f"{address}{path}", headers=headers)).status_code == status


async def test_what_has_not_changed_is_not_sent_again_though_time_goes_on(tmp_path: Path) -> None:
    watch, doors = Watch(), Doors()
    async with at_desk(tmp_path, watch) as (agent, desk):
        transport = httpx2.ASGITransport(board_app(desk, (), doors))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            address = f"/{doors.lasting}/board.json"
            await planned(agent, "Tomorrow", wire(watch.now + timedelta(days=1)))
            first = await client.get(address, params=SPAN)
            tag = {"If-None-Match": first.headers["etag"]}
            watch.advance(minutes=5)
            assert (await client.get(address, params=SPAN, headers=tag)).status_code == 304
            await planned(agent, "And the day after", wire(watch.now + timedelta(days=2)))
            again = await client.get(address, params=SPAN, headers=tag)
            assert (again.status_code, len(again.json()["posts"])) == (200, 2)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "yesterday"}, "since is not an ISO 8601 time with offset"),
        ({"until": "2026-12-01T00:00:00"}, "until is not an ISO 8601 time with offset"),
        ({"since": SPAN["until"], "until": SPAN["since"]}, "ends"),
        ({"account": "local:outbox"}, "A board takes since and until, not account"),
    ],
)
async def test_what_is_no_span_of_time_is_refused_in_words(tmp_path: Path, asked: dict[str, str], words: str) -> None:
    async with served(tmp_path / "home") as address, httpx2.AsyncClient(timeout=60) as client:
        refused = await client.get(f"{address}board.json", params=asked)
        assert refused.status_code == 400
        assert words in refused.text


async def test_the_address_that_a_browser_is_started_with_opens_once(tmp_path: Path) -> None:
    doors = Doors()
    async with at_desk(tmp_path) as (_, desk):
        transport = httpx2.ASGITransport(board_app(desk, (), doors))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            once = doors.once
            first = await client.get(f"/once/{once}")
            assert (first.status_code, first.headers["location"]) == (303, f"/{doors.lasting}/")
            assert (await client.get(f"/once/{once}")).status_code == 404
            assert (await client.get(f"/{once}/")).status_code == 404
            assert (await client.get(f"/{doors.lasting}/")).status_code == 200


async def test_posts_of_a_hosted_service_are_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with genviral_service() as settings:
        async with at_desk(home, **settings) as (agent, _):
            at = wire(utc_now() + timedelta(days=1))
            await planned(agent, "At the service", at, accounts=[INSTAGRAM], media=SLIDES)
        async with served(home, **settings) as address, httpx2.AsyncClient(timeout=60) as client:
            found = (await client.get(f"{address}board.json", params=SPAN)).json()
            assert "At the service" in [post["caption"] for post in found["posts"]]


async def test_a_secret_that_stands_in_a_post_is_cut_out(tmp_path: Path) -> None:
    doors = Doors()
    async with at_desk(tmp_path) as (agent, desk):
        await planned(agent, "The word is hush-hush-hush", wire(utc_now() + timedelta(days=1)))
        transport = httpx2.ASGITransport(board_app(desk, ("hush-hush-hush",), doors))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            told = (await client.get(f"/{doors.lasting}/board.json", params=SPAN)).text
    assert "The word is" in told
    assert "hush-hush-hush" not in told


async def test_a_service_that_is_down_leaves_the_board_up(tmp_path: Path) -> None:
    settings = {"GENVIRAL_API_KEY": KEY, "GENVIRAL_BASE_URL": "http://127.0.0.1:9/nothing"}
    async with served(tmp_path / "home", **settings) as address, httpx2.AsyncClient(timeout=60) as client:
        answer = await client.get(f"{address}board.json")
        assert answer.status_code == 200
        assert [warning["provider"] for warning in answer.json()["warnings"]] == ["genviral"]
