"""Cancel or delete a post."""

from pydantic import Field

from engine.call import Call
from engine.deleting import delete
from engine.desk import Desk
from engine.modes import ServerMode
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.request import Arguments
from schemas.result import Result
from tools.tool import Hints, Tool, Variant


class DeletePost(Arguments):
    """The arguments of delete_post."""

    post_id: str = Field(description="Which post.")


async def delete_post(desk: Desk, reading: Reading[DeletePost], call: Call) -> Result:
    """Delete one post, and tell of each delivery whether it stays live."""
    return await delete(desk, reading.request.post_id, call) if reading.request else refused(reading.problems)


TOOL = Tool(
    name="delete_post",
    title="Delete a post",
    description=(
        "Cancel a post that has not gone out, or delete it. Whatever stays live on its platform is told. "
        "Some services take live posts down too: confirm with the user."
    ),
    hints=Hints(read_only=False, destructive=True, idempotent=True, open_world=True),
    reader=lambda _: Intake(DeletePost, tool_schema(DeletePost)),
    run=delete_post,
    at_hand=True,
    variants={
        ServerMode.DRAFT: Variant("Delete a draft", "Delete a draft.", destructive=True),
        ServerMode.APPROVE: Variant(
            "Delete a post",
            "Delete a draft, or withdraw what awaits approval (hld_...). Any other post is deleted once a person "
            "approves it; whatever stays live on its platform is told.",
            destructive=True,
        ),
    },
)
