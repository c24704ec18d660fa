"""Change a post that is there."""

from engine.call import Call
from engine.desk import Desk
from engine.modes import ServerMode
from engine.updating import update
from schemas.change_intake import ChangeIntake, PostChange
from schemas.intake import Reading
from schemas.result import Result
from tools.tool import Hints, Tool, Variant


async def update_post(desk: Desk, reading: Reading[PostChange], call: Call) -> Result:
    """Edit, reschedule, pause or publish a post, as far as its provider can."""
    return await update(desk, reading, call)


TOOL = Tool(
    name="update_post",
    title="Change a post",
    description=(
        "Edit, reschedule, pause (mode: draft) or publish now (mode: publish) a post that has not gone out. "
        "What a provider cannot change is refused with the way round."
    ),
    hints=Hints(read_only=False, destructive=True, idempotent=True, open_world=True),
    reader=ChangeIntake,
    run=update_post,
    variants={
        ServerMode.DRAFT: Variant(
            "Change a draft",
            "Edit a draft that stays one. What a provider cannot change is refused with the way round.",
            destructive=True,
            mode_field={"type": "string", "enum": ["draft"], "description": "Leave it out: a draft stays one."},
        ),
        ServerMode.APPROVE: Variant(
            "Change a post",
            "Edit a draft; or have a post that has not gone out edited, rescheduled, paused (mode: draft) or published "
            "now (mode: publish) once a person approves it. What cannot be changed is refused with the way round.",
            destructive=True,
        ),
    },
)
