"""What lists cost a model, counted in tokens: bounded however much there is, and nothing is lost for it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.tokenizer import tokenizer
from engine.clock import utc_now
from providers.database import Database
from providers.local import ledger
from schemas.account import Account
from schemas.post import Order
from server.app import COMPONENTS, DATABASE
from tests.desk import Agent, Body, agent

pytestmark = pytest.mark.anyio

WAY = tokenizer()
POSTS = 500

CAPTIONS = (
    "Behind the scenes, part {}: how we pack two hundred parcels before breakfast, and what happened when it rained",
    "Grüße aus der Werkstatt, Teil {}: Ölwechsel, Überstunden und was die Nachbarn über uns erzählen, wenn es spät ist",
    "第{}话:我们如何在早餐前打包两百个包裹,为什么蓝色胶带很重要,以及标签打印机放弃时发生了什么事情,下次再见吧朋友们",
    "{} 🎉🚀🔥💡📦👩‍💻🇩🇪🌍🎨🧵🪡🧶🎁✨💫⭐🌟🎂🍰🧁🍭🍬🍫🍩🍪🥧🍦🍧🍨🥮🍡🥠🥟🍤🍥🍘🍙🍚🍛🍜🍝",
    "Короткая заметка номер {}: как мы упаковываем двести посылок до завтрака и почему синяя лента так важна",
    "x{}",
)
OUTBOX = Account("local:outbox", "outbox", "Outbox folder")


@asynccontextmanager
async def stocked(home: Path, caption: str | None = None) -> AsyncGenerator[tuple[Agent, list[str]]]:
    """An agent at a server that has five hundred posts already."""
    database = Database(home / DATABASE, COMPONENTS)
    now = datetime.now(UTC) - timedelta(days=1)
    ids = [f"pst_{number:026d}" for number in range(POSTS)]
    for number, post_id in enumerate(ids):
        text = caption or CAPTIONS[number % len(CAPTIONS)].format(number)
        order = Order(text, (OUTBOX,), f"key-{number}", scheduled_at=utc_now() + timedelta(days=30))
        entry = ledger.Entry(post_id, [f"dlv_{number}"])
        moment = now + timedelta(seconds=number // 3)
        await database.write(partial(ledger.enter, order=order, entry=entry, now=moment))
    await database.aclose()
    async with agent(home) as caller:
        yield caller, [f"local:{post_id}" for post_id in ids]


def tokens(body: Body) -> int:
    return WAY.count(json.dumps(body, ensure_ascii=False, separators=(",", ":")))


async def pages(caller: Agent, **arguments: Any) -> list[Body]:
    found = [await caller.call("list_posts", **arguments)]
    while "next_cursor" in found[-1]["data"]:
        found.append(await caller.call("list_posts", cursor=found[-1]["data"]["next_cursor"], **arguments))
    return found


@pytest.mark.parametrize(
    ("arguments", "budget"),
    [({}, 2_000), ({"limit": 100}, 5_500), ({"limit": 100, "response_format": "detailed"}, 12_000)],
)
async def test_five_hundred_posts_are_told_within_the_budget_and_each_once(
    tmp_path: Path, arguments: Body, budget: int
) -> None:
    assert WAY.exact
    async with stocked(tmp_path) as (caller, ids):
        found = await pages(caller, **arguments)
    assert max(map(tokens, found)) <= budget
    seen = [post["id"] for page in found for post in page["data"]["posts"]]
    assert sorted(seen) == ids
    assert all(("cut_off" in page["data"]) <= ("next_cursor" in page["data"]) for page in found)
    assert all(page["data"]["summary"] == {"scheduled": POSTS} for page in found)


async def test_a_page_that_is_cut_says_how_to_see_the_rest(tmp_path: Path) -> None:
    async with stocked(tmp_path, "An ordinary caption of which there are many, as there are everywhere") as (caller, _):
        page = (await caller.call("list_posts", limit=100))["data"]
        shown = len(page["posts"])
        assert page["cut_off"] == f"{100 - shown} more would be too long for one answer: go on with next_cursor."
        assert "cut_off" not in (await caller.call("list_posts"))["data"]


async def test_captions_of_any_length_leave_a_detailed_page_bounded(tmp_path: Path) -> None:
    async with stocked(tmp_path, "long " * 12_000) as (caller, _):
        body = await caller.call("list_posts", response_format="detailed")
        assert 1 <= len(body["data"]["posts"]) <= 3
        assert len(json.dumps(body)) <= 22_000
        [post, *_] = body["data"]["posts"]
        assert (len(post["caption"]), post["caption_characters"]) == (8_000, 60_000)


async def test_many_problems_at_once_stay_bounded(tmp_path: Path) -> None:
    wrong: Body = {
        "caption": "x" * 90_000,
        "accounts": [f"local:{'y' * 900}{n}" for n in range(300)],
        "media": {"type": "slideshow", "urls": [f"ftp://{'z' * 2000}/{n}" for n in range(400)]},
        **{f"field_{n}_{'w' * 300}": n for n in range(100)},
    }
    async with agent(tmp_path) as caller:
        body = await caller.call("create_post", **wrong)
    assert not body["ok"]
    assert len(json.dumps(body, ensure_ascii=False)) < 8_000
    assert tokens(body) <= 4_000
