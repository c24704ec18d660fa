"""What comes with a tool call beside its arguments."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Protocol, TypeAlias

from anyio import current_time

from engine.held import Answer, Held
from schemas.asset import Progress
from schemas.jsonvalue import JsonObject
from schemas.result import Result


class Person(Protocol):
    """Whoever sits at the client, as far as the client lets us ask."""

    async def ask(self, held: Held) -> Answer:
        """Show an action and ask whether it is to be done."""
        ...

    async def carry_out(self, held: Held) -> Result:
        """Make the call of a held action again, with the person's authority."""
        ...


#: How long a call may take to get ready (seconds): with a turn and the sending itself it answers in under 50 s.
PREPARING_SECONDS = 10.0
#: Tells folders.
Roots: TypeAlias = Callable[[], Awaitable[Sequence[Path]]]


async def _no_roots() -> Sequence[Path]:
    return ()


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call: of which tool, with which arguments as they were read, and by whom as far as the client says.

    ``hint`` is the client's own name for it, the same when the client repeats it. ``roots`` tells the folders whose
    files it may name; ``ready_by`` is when it has to be ready to send, by the event loop's clock. ``person`` is who can
    be asked while it waits; ``approval`` the held action that a person has approved, and that this call carries out.
    """

    progress: Progress
    hint: str | None = None
    tool: str = ""
    arguments: JsonObject = field(default_factory=dict[str, object])
    caller: str = ""
    roots: Roots = _no_roots
    ready_by: float = inf
    person: Person | None = None
    approval: str | None = None

    def with_media(self, media: JsonObject | None) -> "Call":
        """The same call, of the very files that its links lead to now."""
        return replace(self, arguments={**self.arguments, "media": media}) if media else self

    @property
    def time_left(self) -> float:
        """Seconds that are left to get ready, such as to look up accounts and take files in."""
        return max(0.0, self.ready_by - current_time())
