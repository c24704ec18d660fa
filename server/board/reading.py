"""The board's document as it leaves the process: for a browser's request, or for a client's frame."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.board import Wanted, board
from engine.desk import Desk
from schemas.board import Board
from schemas.instant import parse
from server.log import redact

#: What can be asked of a board: the span of time, as ISO 8601 with offset.
ASKED = ("since", "until")
#: What moves with the clock alone, so that it makes no other document.
_MOVING = {"made_at": True, "now_local": True, "posts": {"__all__": {"due"}}}


async def read(desk: Desk, asked: Mapping[str, str]) -> Board:
    """Make the board that was asked for.

    Raises:
        ValueError: what was asked is none; in words for a person.
    """
    unknown = sorted(set(asked) - set(ASKED))
    if unknown:
        raise ValueError(f"A board takes {' and '.join(ASKED)}, not {unknown[0][:60]}.")
    since, until = (_moment(name, asked.get(name)) for name in ASKED)
    return await board(desk, Wanted(since, until))


def written(found: Board, secrets: Sequence[str]) -> str:
    """Write a board as JSON, with every secret cut out."""
    return redact(found.model_dump_json(), secrets)


def lasting(found: Board, secrets: Sequence[str]) -> str:
    """Write what of a board is the same until something happens."""
    return redact(found.model_dump_json(exclude=_MOVING), secrets)


def _moment(name: str, text: str | None) -> datetime | None:
    found = parse(text) if text is not None else None
    if found is None and text is not None:
        raise ValueError(f"{name} is not an ISO 8601 time with offset: write it as 2026-12-01T00:00:00Z.")
    return found
