"""Hundreds of accounts: all that fit, and how to see the rest."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.tokenizer import tokenizer
from tests.desk import KEY, Agent, Body, agent
from tests.hostile.service import Service, listening, said

pytestmark = pytest.mark.anyio

PLATFORMS = ("instagram", "tiktok", "youtube")


@asynccontextmanager
async def crowd(home: Path, number: int) -> AsyncGenerator[Agent]:
    """An agent at a Genviral with so many accounts."""
    accounts = [
        {
            "id": f"{n:08d}-8cce-4fb7-8c7b-befbcb8af812",
            "platform": PLATFORMS[n % 3],
            "type": "byo",
            "display_name": f"Brand number {n}",
            "username": f"brand_{n}",
            "status": "active",
        }
        for n in range(number)
    ]
    body = {"ok": True, "code": 200, "message": "Done", "data": {"accounts": accounts}}
    service = Service({("GET", "/accounts"): said(200, json.dumps(body).encode())})
    async with (
        listening(service),
        agent(home, GENVIRAL_API_KEY=KEY, GENVIRAL_BASE_URL=service.url) as caller,
    ):
        yield caller


def tokens(body: Body) -> int:
    return tokenizer().count(json.dumps(body, ensure_ascii=False, separators=(",", ":")))


async def test_few_accounts_are_told_with_what_each_accepts(tmp_path: Path) -> None:
    async with crowd(tmp_path, 9) as caller:
        body = await caller.call("list_accounts")
    assert all("accepts" in entry for entry in body["data"]["accounts"])
    assert "cut_off" not in body["data"]
    assert tokens(body) <= 2_000


async def test_many_accounts_are_told_shortly_and_whole_when_narrowed(tmp_path: Path) -> None:
    async with crowd(tmp_path, 60) as caller:
        body = await caller.call("list_accounts")
        assert len(body["data"]["accounts"]) == 60
        assert "call list_accounts with provider and platform" in body["data"]["cut_off"]
        assert tokens(body) <= 5_500


@pytest.mark.parametrize("number", [400, 3_000])
async def test_hundreds_of_accounts_are_cut_and_the_rest_is_counted(tmp_path: Path, number: int) -> None:
    async with crowd(tmp_path, number) as caller:
        body = await caller.call("list_accounts")
        shown = len(body["data"]["accounts"])
        assert 40 <= shown < number
        assert f"{number - shown} more are left out" in body["data"]["cut_off"]
        assert "genviral tiktok" in body["data"]["cut_off"]
        assert body["message"] == f"{number} accounts."
        assert tokens(body) <= 5_500
        assert {"now", "now_local", "timezone"} <= set(body["data"])
