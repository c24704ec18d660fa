"""What comes with a tool call beside its arguments."""

from dataclasses import dataclass, field

from schemas.asset import Progress
from schemas.jsonvalue import JsonObject


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call: of which tool, with which arguments as they were read, and by whom as far as the client says.

    ``hint`` is the client's own name for it, the same when the client repeats it.
    """

    progress: Progress
    hint: str | None = None
    tool: str = ""
    arguments: JsonObject = field(default_factory=dict[str, object])
    caller: str = ""
