"""Make the call of a held action again, now that a person has approved it."""

from anyio import current_time

from engine.call import PREPARING_SECONDS, Call
from engine.desk import Desk
from engine.held import Held
from schemas.errors import ErrorCode
from schemas.result import Result, failure
from tools.catalogue import TOOLS


async def carry_out(desk: Desk, held: Held, caller: str) -> Result:
    """Read and check the arguments as on any call, then do it with the person's authority."""
    tool = next((tool for tool in TOOLS if tool.name == held.tool), None)
    if tool is None:
        return failure(ErrorCode.UNKNOWN_TOOL, f"No tool {held.tool[:64]!r}. Nothing was sent.")
    reading = tool.reader([provider.rules for provider in desk.providers.values()]).read(held.arguments)
    call = Call(
        _silent,
        tool=held.tool,
        arguments=held.arguments,
        caller=caller,
        ready_by=current_time() + PREPARING_SECONDS,
        approval=held.id,
    )
    return await tool.run(desk, reading, call)


async def _silent(progress: float, total: float | None = None, message: str | None = None) -> None:
    """Nobody follows the progress of an approved action."""
