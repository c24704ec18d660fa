"""An agent with an account on Telegram's stand-in, beside the outbox."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from providers.networks.catalogue import KINDS
from sandbox.serve import running
from sandbox.telegram import TOKEN, create_app
from tests.desk import Agent
from tests.local.chatting import Controls
from tests.local.networked import means, networked

NEWS = "local:telegram-sandbox_news"


@asynccontextmanager
async def newsroom(home: Path) -> AsyncGenerator[tuple[Agent, Controls]]:
    async with running(create_app()) as url:
        login = await KINDS["telegram"].log_in({"token": TOKEN, "chat": "@sandbox_news", "api": url}, means(home))
        async with networked(home, login) as found:
            yield found, Controls(url)
