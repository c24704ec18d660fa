"""List who can be posted to."""

from pydantic import Field

from engine import listing
from engine.call import Call
from engine.desk import Desk
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.request import Arguments
from schemas.result import Result
from tools.tool import Hints, Tool, unknown_provider


class ListAccounts(Arguments):
    """The arguments of list_accounts."""

    provider: str | None = Field(None, description="Only this provider's.")
    platform: str | None = Field(None, description="Only this platform's, such as instagram.")
    refresh: bool | None = Field(None, description="True: ask the service instead of the 5-minute cache.")


async def list_accounts(desk: Desk, reading: Reading[ListAccounts], call: Call) -> Result:
    """List accounts with what each accepts, and the time now."""
    request = reading.request
    problems = reading.problems + (unknown_provider(desk, request.provider) if request else [])
    if request is None or problems:
        return refused(problems)
    return await listing.list_accounts(desk, request.provider, request.platform, refresh=request.refresh or False)


TOOL = Tool(
    name="list_accounts",
    title="List accounts",
    description=(
        "Accounts that can be posted to: id, platform, name, status, and what each accepts "
        "(caption limit and its unit, media, settings). Also the time now. Call this first."
    ),
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    reader=lambda _: Intake(ListAccounts, tool_schema(ListAccounts)),
    run=list_accounts,
    at_hand=True,
)
