"""Telegram against an emulator that is not ours: what it knows of the Bot API it takes as we write it.

It has no chats, limits or media, so its part is small; ``test_telegram.py`` has the rest.
"""

from pathlib import Path

import httpx2
import pytest

from providers.networks.kind import Login
from providers.networks.network import Parcel, Window
from providers.networks.telegram.kind import KIND
from schemas.account import Account
from tests.leaks import planted
from tests.local.chatting import means
from tests.local.embedded import Watch
from tests.peers.telegram import TOKEN

pytestmark = pytest.mark.anyio


def heard(url: str) -> list[str]:
    """Tell the texts that the emulator has for a person, each once."""
    asked = {"token": TOKEN, "chatId": 42}
    answer = httpx2.post(f"{url}/getUpdates", json=asked, timeout=60, trust_env=False).json()
    return [update["message"]["text"] for update in answer["result"]]


async def test_a_text_is_taken_and_taken_back(tmp_path: Path, watch: Watch, telegram: str) -> None:
    planted.add(TOKEN)
    account = Account("local:telegram-42", "telegram", "Ada", kind="private")
    bot = KIND.connect(Login(account, {"chat": "42", "api": telegram}, {"token": TOKEN}), means(tmp_path, watch))
    words = "Hello *world* <b>#tag</b> 👩‍👩‍👧"
    step = await bot.prepare(Parcel("dlv_1", "pst_1", account.id, words, None, watch()))
    published = await step(Window(watch, 60))
    assert published.url is None
    assert (published.remote_id or "").startswith("42:")
    assert heard(telegram) == [words]
    await bot.take_back(published.remote_id or "")
    await bot.aclose()
