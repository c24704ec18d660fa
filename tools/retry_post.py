"""Send failed deliveries again."""

from pydantic import Field

from engine.call import Call
from engine.desk import Desk
from engine.modes import ServerMode
from engine.retrying import retry
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.request import Arguments
from schemas.result import Result
from tools.tool import Hints, Tool, Variant


class RetryPost(Arguments):
    """The arguments of retry_post."""

    post_id: str = Field(description="Which post.")
    accounts: list[str] | None = Field(None, min_length=1, description="Only on these. Default: all that may.")


async def retry_post(desk: Desk, reading: Reading[RetryPost], call: Call) -> Result:
    """Send only what failed and may be sent again; the rest is refused with the fix."""
    request = reading.request
    return await retry(desk, request.post_id, request.accounts, call) if request else refused(reading.problems)


_TEXT = "Send again the failed deliveries of a post that may be repeated; others are refused with the fix."

TOOL = Tool(
    name="retry_post",
    title="Retry failed deliveries",
    description=_TEXT,
    hints=Hints(read_only=False, destructive=True, idempotent=True, open_world=True),
    reader=lambda _: Intake(RetryPost, tool_schema(RetryPost)),
    run=retry_post,
    at_hand=True,
    publishes=True,
    variants={
        ServerMode.APPROVE: Variant(
            "Retry failed deliveries", f"{_TEXT} A person approves it first.", destructive=False
        )
    },
)
