"""Tell plans and limits."""

from pydantic import Field

from engine import usage
from engine.call import Call
from engine.desk import Desk
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.request import Arguments
from schemas.result import Result
from tools.tool import Hints, Tool, unknown_provider


class GetUsage(Arguments):
    """The arguments of get_usage."""

    provider: str | None = Field(None, description="Only this provider's.")


async def get_usage(desk: Desk, reading: Reading[GetUsage], call: Call) -> Result:
    """Tell what the plans allow, what is used, and which limits were met lately."""
    request = reading.request
    problems = reading.problems + (unknown_provider(desk, request.provider) if request else [])
    if request is None or problems:
        return refused(problems)
    return await usage.get_usage(desk, request.provider)


TOOL = Tool(
    name="get_usage",
    title="Show plan and limits",
    description="Plan, limits, what is used, left and when it resets; and which limits were met in the past hour.",
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    reader=lambda _: Intake(GetUsage, tool_schema(GetUsage)),
    run=get_usage,
)
