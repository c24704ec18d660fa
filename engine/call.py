"""What comes with a tool call beside its arguments."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

#: Tell how long the wait has been and will be at most (seconds), and what is being waited for.
Progress = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call. ``hint`` is the client's own name for it, the same when the client repeats it."""

    progress: Progress
    hint: str | None = None
