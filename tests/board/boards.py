"""A whole postwright with its desk in reach, since a board is asked of the desk."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mcp.client import Client

from engine.board import Wanted, board
from engine.clock import utc_now
from engine.desk import Desk
from providers.database import Database
from providers.local import ledger
from providers.local.ledger import Entry
from providers.store import Connection
from schemas.board import Board, BoardDelivery
from schemas.instant import Clock
from schemas.post import Order
from server.app import COMPONENTS, DATABASE, build
from server.settings import load
from tests.desk import Agent, Body

OUTBOX = "local:outbox"


@asynccontextmanager
async def at_desk(home: Path, clock: Clock = utc_now, /, **settings: str) -> AsyncGenerator[tuple[Agent, Desk]]:
    """An agent and the desk behind it; ``settings`` as in the environment."""
    given = {"BREAKER_FAILURES": "0", "PROBE_URLS": "off", "TIMEZONE": "Europe/Berlin", **settings}
    loaded = load({"POSTWRIGHT_HOME": str(home), **{f"POSTWRIGHT_{name}": value for name, value in given.items()}})
    async with build(loaded, clock) as app, Client(app.server) as client:
        yield Agent(client), app.desk


async def read(desk: Desk, **wanted: Any) -> Board:
    """Make a board and check what must hold for all: it is JSON that its own model reads, in order of time."""
    found = await board(desk, Wanted(**wanted))
    assert Board.model_validate_json(found.model_dump_json()) == found
    assert [one.at for one in found.posts] == sorted(one.at for one in found.posts)
    for post in found.posts:
        for sent in post.deliveries:
            assert sent.preview.shown + sent.preview.rest == post.caption
    return found


async def planned(agent: Agent, caption: str, at: str | None, **more: Any) -> str:
    """Make a post on the outbox, unless other accounts are named; return its id."""
    body: Body = await agent.create(
        **{"caption": caption, "accounts": [OUTBOX], "media": None, "scheduled_at": at, **more}
    )
    assert body["ok"], body
    return body["data"]["id"]


async def filled(home: Path, orders: Iterable[Order], now: datetime) -> None:
    """Enter orders into the ledger of a home as the embedded engine does, all in one transaction."""

    def enter(connection: Connection) -> None:
        for number, one in enumerate(orders):
            entry = Entry(f"pst_{one.key}", [f"dlv_{number}_{one.key}"])
            ledger.enter(connection, one, entry, now)

    async with aclosing(Database(home / DATABASE, COMPONENTS)) as database:
        await database.write(enter)


def only(found: Board) -> BoardDelivery:
    """The one delivery of a board's one post."""
    [post] = found.posts
    [sent] = post.deliveries
    return sent
