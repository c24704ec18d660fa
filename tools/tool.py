"""A tool as a value: what is offered, and the function behind it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from engine.call import Call
from engine.desk import Desk
from engine.modes import RULINGS, Effect, Ruling, ServerMode
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
class Variant:
    """What is said of a tool in another mode than publish; ``mode_field`` takes the place of its argument ``mode``."""

    title: str
    description: str
    destructive: bool
    mode_field: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Tool(Generic[Model]):
    """One tool. ``reader`` makes what publishes and reads its arguments, for the providers that are on.

    ``publishes``: it has no use that lets nothing go out. ``at_hand``: a verdict's ``next`` may name it before it was
    ever called, so clients that load tools on demand are to have it from the start. ``variants`` are what it is told
    as in other modes.
    """

    name: str
    title: str
    description: str
    hints: Hints
    reader: Callable[[Sequence[RuleSet]], Reader[Model]]
    run: Callable[[Desk, Reading[Model], Call], Awaitable[Result]]
    publishes: bool = False
    at_hand: bool = False
    variants: Mapping[ServerMode, Variant] = field(default_factory=dict[ServerMode, Variant])

    def possible(self, mode: ServerMode) -> bool:
        """Tell whether the mode allows any call of it."""
        least = Effect.PUBLISH if self.publishes else Effect.KEEP
        return self.hints.read_only or RULINGS[mode][least] is not Ruling.FORBIDDEN

    def told(self, mode: ServerMode) -> "Tool[Model]":
        """The tool as it is told in a mode."""
        found = self.variants.get(mode)
        if found is None:
            return self
        hints = replace(self.hints, destructive=found.destructive)
        return replace(self, title=found.title, description=found.description, hints=hints)

    def schema(self, mode: ServerMode, schema: JsonObject) -> JsonObject:
        """Its schema as it is published in a mode."""
        found, fields = self.variants.get(mode), schema["properties"]
        if found is None or found.mode_field is None or "mode" not in fields:
            return schema
        return {**schema, "properties": {**fields, "mode": found.mode_field}}


def unknown_provider(desk: Desk, name: str | None, path: str = "/provider") -> list[Problem]:
    """Check that a provider that was named is on."""
    if name is None or name in desk.providers:
        return []
    on = ", ".join(desk.providers)
    message = f"no provider {name[:60]} is on"
    return [
        Problem(path=path, code=ProblemCode.NOT_ALLOWED, message=message, fix=f"Leave it out, or give one of: {on}.")
    ]
