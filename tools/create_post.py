"""Create, schedule or draft a post."""

from engine import creation
from engine.call import Call
from engine.desk import Desk
from schemas.intake import Reading
from schemas.post_intake import PostIntake
from schemas.request import PostRequest
from schemas.result import Result
from tools.tool import Hints, Tool


async def create_post(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    """Create one post on 1..n accounts of one provider; the same call twice makes one post."""
    return await creation.create(desk, reading, call)


TOOL = Tool(
    name="create_post",
    title="Create a post",
    description=(
        "Publish now, schedule, or (dry_run: true) only check a post on one or more accounts. "
        "All problems come back at once, each with its fix. Repeating a call never posts twice. "
        "If outcome is unknown, do not call again: call check_status as next says."
    ),
    hints=Hints(read_only=False, destructive=False, idempotent=True, open_world=True),
    reader=PostIntake,
    run=create_post,
)
