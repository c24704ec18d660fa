"""Create, schedule or draft a post."""

from engine import creation
from engine.call import Call
from engine.desk import Desk
from engine.modes import ServerMode
from schemas.intake import Reading
from schemas.post_intake import PostIntake
from schemas.request import PostRequest
from schemas.result import Result
from tools.tool import Hints, Tool, Variant


async def create_post(desk: Desk, reading: Reading[PostRequest], call: Call) -> Result:
    """Create one post on 1..n accounts of one provider; the same call twice makes one post."""
    return await creation.create(desk, reading, call)


_ALWAYS = (
    "All problems come back at once, each with its fix. Repeating a call never posts twice. "
    "If outcome is unknown, do not call again: call check_status as next says."
)

TOOL = Tool(
    name="create_post",
    title="Create a post",
    description=(f"Publish now, schedule, or (dry_run: true) only check a post on one or more accounts. {_ALWAYS}"),
    hints=Hints(read_only=False, destructive=True, idempotent=True, open_world=True),
    reader=PostIntake,
    run=create_post,
    variants={
        ServerMode.DRAFT: Variant(
            "Make a draft",
            "Make a draft, or (dry_run: true) only check it. Nothing goes out: publishing is a person's part. "
            f"{_ALWAYS}",
            destructive=False,
            mode_field={"type": "string", "enum": ["draft"], "description": "draft (default): keep it unsent."},
        ),
        ServerMode.APPROVE: Variant(
            "Propose a post",
            "Have a post published now or scheduled once a person approves it (status awaiting_approval: tell the "
            "user, then check_status). mode draft and dry_run: true need nobody. "
            f"{_ALWAYS}",
            destructive=False,
        ),
    },
)
