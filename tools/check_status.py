"""Look at one post."""

from pydantic import Field

from engine import reading as posts
from engine.call import Call
from engine.desk import Desk
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.request import Arguments
from schemas.result import Result
from tools.tool import Hints, Tool


class CheckStatus(Arguments):
    """The arguments of check_status."""

    post_id: str = Field(description="The id that create_post or list_posts gave, or jrn_... of an unknown outcome.")
    wait_seconds: int | None = Field(
        None, ge=0, le=50, description="Wait until the post ends, with progress notifications. Default 0."
    )


async def check_status(desk: Desk, reading: Reading[CheckStatus], call: Call) -> Result:
    """Tell a post's status and every delivery's, with link or error; settles a case of unknown outcome."""
    if reading.request is None:
        return refused(reading.problems)
    return await posts.check_status(desk, reading.request.post_id, reading.request.wait_seconds or 0, call.progress)


TOOL = Tool(
    name="check_status",
    title="Check a post",
    description=(
        "Status of one post and of each delivery, with link or error. "
        "Also settles a post whose outcome was unknown. terminal: true means it will not change; "
        "else look again after poll_after_seconds."
    ),
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    reader=lambda _: Intake(CheckStatus, tool_schema(CheckStatus)),
    run=check_status,
    at_hand=True,
)
