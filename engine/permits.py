"""What the mode of this server lets a call do."""

from collections.abc import Sequence
from enum import StrEnum

from engine.call import Call
from engine.desk import Desk
from schemas.result import Result


class Effect(StrEnum):
    """How far a call reaches: ``keep`` touches only what is not to go out, ``publish`` what does or did."""

    KEEP = "keep"
    PUBLISH = "publish"


async def permit(desk: Desk, call: Call, effect: Effect, accounts: Sequence[str], summary: str) -> Result | None:
    """Answer for a call that may not go on now: forbidden, or held for a person; ``None``: it may.

    ``summary`` says to a person what would happen, in one sentence.
    """
    return None
