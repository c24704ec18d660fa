"""A tool as a value: what is offered, and the function behind it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from engine.call import Call
from engine.desk import Desk
from schemas.intake import Reading
from schemas.jsonvalue import JsonObject
from schemas.problem import Problem, ProblemCode
from schemas.result import Result
from schemas.rule import RuleSet

Model = TypeVar("Model", bound=BaseModel)


class Reader(Protocol[Model]):
    """Publishes one tool's schema and reads its calls."""

    schema: JsonObject

    def read(self, raw: JsonObject) -> Reading[Model]:
        """Read one call's arguments; all structural problems at once."""
        ...


@dataclass(frozen=True, slots=True)
class Hints:
    """The annotations, every one stated: an absent hint makes clients ask for needless approval."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True)
class Tool(Generic[Model]):
    """One tool. ``reader`` makes what publishes and reads its arguments, for the providers that are on."""

    name: str
    title: str
    description: str
    hints: Hints
    reader: Callable[[Sequence[RuleSet]], Reader[Model]]
    run: Callable[[Desk, Reading[Model], Call], Awaitable[Result]]


def unknown_provider(desk: Desk, name: str | None, path: str = "/provider") -> list[Problem]:
    """Check that a provider that was named is on."""
    if name is None or name in desk.providers:
        return []
    on = ", ".join(desk.providers)
    message = f"no provider {name[:60]} is on"
    return [
        Problem(path=path, code=ProblemCode.NOT_ALLOWED, message=message, fix=f"Leave it out, or give one of: {on}.")
    ]
