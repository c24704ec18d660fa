"""Export and import: everything arrives, twice is once, and nothing goes out a second time by it."""

import json
import stat
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import utc_now
from providers.networks.webhook.network import Webhook
from schemas.post import Query
from server.app import database_of
from server.exchange import export, take_in, whole_file
from server.settings import load
from tests.desk import agent
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, order
from tests.local.receiver import answers, receiver
from tests.operations.commands import run

pytestmark = pytest.mark.anyio

Lines = list[dict[str, Any]]


def lines(text: str) -> Lines:
    """The lines of an export, but for when it was made."""
    return [line for line in map(json.loads, text.strip("\n").split("\n")) if line["type"] != "export"]


def exported(home: Path, *options: str) -> Path:
    target = home.parent / f"{home.name}{len(list(home.parent.glob('*.jsonl')))}.jsonl"
    shown = run(home, "export", str(target), *options)
    assert shown.returncode == 0, shown.stderr
    return target


def imported(home: Path, source: Path) -> str:
    shown = run(home, "import", str(source))
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def read(home: Path) -> Lines:
    return lines(run(home, "export").stdout)


async def states(home: Path) -> dict[str, str]:
    async with Embedded(home, utc_now) as engine:
        posts = (await engine.local.posts(Query(limit=100))).posts
    return {post.caption: post.status.value for post in posts}


async def test_what_was_published_stays_so_and_what_waits_becomes_a_draft(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with receiver(answers(204)) as hook:
        async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
            await engine.local.create(order("Out", WEBHOOK))
            await engine.courier.step()
            await engine.local.create(order("Waits", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
            await engine.local.create(order("Due", WEBHOOK))
        told = imported(other, exported(home))
        assert "New: 3 posts" in told
        async with Embedded(other, utc_now, Webhook(hook.url, None, utc_now)) as engine:
            await engine.courier.step()
        assert await states(other) == {"Out": "published", "Waits": "draft", "Due": "draft"}
        assert len(hook.seen) == 1


async def test_what_was_handed_over_goes_out_once_from_where_it_came_to(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with receiver(answers(204)) as hook:
        async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
            await engine.local.create(order("Due", WEBHOOK))
        first, again = exported(home, "--hand-over"), exported(home, "--hand-over")
        assert lines(first.read_text()) == lines(again.read_text())
        assert await states(home) == {"Due": "cancelled"}
        imported(other, first)
        imported(other, again)
        for place in (home, other, home):
            async with Embedded(place, utc_now, Webhook(hook.url, None, utc_now)) as engine:
                await engine.courier.step()
        assert await states(other) == {"Due": "published"}
        assert len(hook.seen) == 1


async def test_what_was_handed_over_is_taken_back_by_importing_it_where_it_came_from(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("Waits", scheduled_at=utc_now() + timedelta(hours=1)))
    before = read(home)
    saved = exported(home, "--hand-over")
    assert "1 posts that were here learned" in imported(home, saved)
    assert read(home) == before
    assert "learned" not in imported(home, saved)


async def test_a_post_that_waits_here_and_was_sent_elsewhere_is_not_sent(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with receiver(answers(204)) as hook:
        async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
            made = await engine.local.create(order("Once", WEBHOOK))
        imported(other, exported(home))
        async with agent(other, WEBHOOK_URL=hook.url) as writer:
            await writer.call("update_post", post_id=f"local:{made.id}", mode="publish")
            await writer.call("check_status", post_id=f"local:{made.id}", wait_seconds=50)
        imported(home, exported(other))
        async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
            await engine.courier.step()
        assert await states(home) == {"Once": "published"}
        assert len(hook.seen) == 1


async def test_a_repeated_call_is_known_again_where_the_journal_was_imported(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    call: dict[str, Any] = {"caption": "Once", "accounts": ["local:outbox"], "idempotency_key": "k-1"}
    async with agent(home) as writer:
        made = await writer.call("create_post", None, **call)
        await writer.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
    imported(other, exported(home))
    async with agent(other) as writer:
        again = await writer.call("create_post", None, **call)
        assert (again["data"]["replayed"], again["data"]["id"]) == (True, made["data"]["id"])


async def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with agent(home) as writer:
        made = await writer.call("create_post", caption="One", accounts=["local:outbox"])
        await writer.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
        await writer.call("create_post", caption="Two", accounts=["local:outbox"], mode="draft")
    saved = exported(home)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    imported(other, saved)
    once = read(other)
    assert once == read(home)
    assert "New: 0 posts, 0 entries of the journal, 0 accounts." in imported(other, saved)
    assert read(other) == once


async def test_only_what_was_made_since_a_time_is_exported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, lambda: utc_now() - timedelta(days=3)) as engine:
        await engine.local.create(order("Old"))
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("New"))
    day = (utc_now() - timedelta(days=1)).date().isoformat()
    told = lines(run(home, "export", "--since", day).stdout)
    assert [line["caption"] for line in told if line["type"] == "post"] == ["New"]
    assert run(home, "export", "--since", "yesterday").returncode == 2


def _cut(text: str) -> str:
    return "\n".join(text.splitlines()[:-1])


def _half(text: str) -> str:
    return text[: len(text) - 30]


def _swapped(text: str) -> str:
    head, *rest = text.splitlines()
    return "\n".join([*rest, head])


def _shorter(text: str) -> str:
    all_lines = text.splitlines()
    return "\n".join([all_lines[0], *all_lines[2:]])


def _newer(text: str) -> str:
    return text.replace('"version":1', '"version":2')


def _stranger(text: str) -> str:
    return text.replace('"caption":"One"', '"caption":5')


def _nonsense(text: str) -> str:
    return "hello\n"


@pytest.mark.parametrize("spoil", [_cut, _half, _swapped, _shorter, _newer, _stranger, _nonsense])
async def test_a_file_that_is_not_whole_is_refused_as_a_whole(tmp_path: Path, spoil: Any) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("One"))
        await engine.local.create(order("Two"))
    saved = exported(home)
    saved.write_text(spoil(saved.read_text()), encoding="utf-8")
    shown = run(other, "import", str(saved))
    assert shown.returncode == 1
    assert shown.stderr.startswith("Nothing was imported: ")
    assert [line["type"] for line in read(other)] == ["end"]


async def test_a_path_in_a_file_leads_nowhere_but_into_the_media_of_the_home(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("One", draft=True))
    saved = exported(home)
    kept = {"path": "/etc/passwd", "media_type": "image/png", "alt_text": None}
    inside = {**kept, "path": f"/somewhere/else/{'ab' * 32}"}
    head, post, end = map(json.loads, saved.read_text().splitlines())
    post["assets"] = {"media:a": kept, "media:b": inside}
    saved.write_text("\n".join(map(json.dumps, (head, post, end))), encoding="utf-8")
    imported(other, saved)
    [post, _] = read(other)
    assert post["assets"] == {"media:b": {**inside, "path": str(other / "media" / ("ab" * 32))}}


async def test_an_export_to_stdout_cannot_hand_over(tmp_path: Path) -> None:
    shown = run(tmp_path, "export", "--hand-over")
    assert shown.returncode == 2
    assert "needs a FILE" in shown.stderr


POSTS = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=40),
        st.sampled_from(["draft", "later", "now", "published", "cancelled"]),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda post: post[0],
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(posts=POSTS)
def test_an_export_of_what_was_imported_is_the_same_export(posts: list[tuple[str, str, bool]]) -> None:
    anyio.run(_is_the_same, posts)


async def _is_the_same(posts: list[tuple[str, str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder, name) for name in ("one", "two", "three")]
        async with (
            receiver(answers(204)) as hook,
            Embedded(homes[0], utc_now, Webhook(hook.url, None, utc_now)) as engine,
        ):
            for caption, kind, both in posts:
                accounts = (OUTBOX, WEBHOOK) if both else (WEBHOOK,)
                at = utc_now() + timedelta(hours=1) if kind == "later" else None
                made = await engine.local.create(order(caption, *accounts, scheduled_at=at, draft=kind == "draft"))
                if kind == "published":
                    await engine.courier.step()
                if kind == "cancelled":
                    await engine.local.delete(await engine.local.post(made.id))
        handed = await _carried(homes[0], homes[1], hand_over=True)
        again = await _carried(homes[1], homes[2], hand_over=True)
        assert handed == again == await _carried(homes[1], homes[2], hand_over=True)
        assert await _carried(homes[2], homes[2], hand_over=False) == _not_handed(again)


async def _carried(source: Path, target: Path, *, hand_over: bool) -> Lines:
    """Export one home and import it into another; tell the lines."""
    saved = source.parent / f"{source.name}.jsonl"
    reading, writing = (database_of(load({"POSTWRIGHT_HOME": str(home)})) for home in (source, target))
    try:
        with whole_file(saved) as opened:
            await export(reading, opened.write, utc_now(), None, hand_over=hand_over)
        await take_in(writing, saved, target)
    finally:
        await reading.aclose()
        await writing.aclose()
    return lines(saved.read_text(encoding="utf-8"))


def _not_handed(told: Lines) -> Lines:
    return [
        {**line, "deliveries": [{**sent, "handed_over": False} for sent in line["deliveries"]]}
        if line["type"] == "post"
        else line
        for line in told
    ]


async def test_a_file_that_is_there_is_written_over_only_when_that_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("Waits", scheduled_at=utc_now() + timedelta(hours=1)))
    given_away = exported(home, "--hand-over")
    before = given_away.read_bytes()
    refused = run(home, "export", str(given_away))
    assert (refused.returncode, given_away.read_bytes()) == (1, before)
    assert "--replace" in refused.stderr
    assert run(home, "export", str(given_away), "--replace").returncode == 0
    assert given_away.read_bytes() != before
