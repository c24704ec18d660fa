"""From what an agent sent to a model: liberal where meaning is plain, and every misfit told as a problem."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.jsonvalue import JsonObject, items, members
from schemas.problem import Problem, ProblemCode

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Model]):
    """What came of reading one call: the model (``None`` if it does not fit), the tidied arguments, the problems."""

    request: Model | None
    arguments: JsonObject
    problems: list[Problem]


class Intake(Generic[Model]):
    """Reads one tool's arguments.

    ``schema`` is the published one: it says where a JSON string may stand for an object or a list, and which
    names an unknown field may have been meant as. ``refused`` gives the fix for fields that callers are known to try.
    """

    def __init__(self, model: type[Model], schema: JsonObject, refused: dict[str, str] | None = None) -> None:
        self.schema = schema
        self._model = model
        self._refused = refused or {}

    def read(self, raw: JsonObject) -> Reading[Model]:
        """Read one call's arguments; all structural problems at once."""
        arguments = tidy(raw, self.schema)
        try:
            request = self._model.model_validate(arguments)
            # The rules read what was understood: a number that came as text is a number from here on.
            return Reading(request, request.model_dump(mode="json", exclude_unset=True), [])
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=True, include_input=True)
            return Reading(None, arguments, [self._problem(detail) for detail in details[:_MOST]])

    def _problem(self, detail: ErrorDetails) -> Problem:
        location = [part for part in detail["loc"] if part != "[key]"]
        if detail["type"] == "extra_forbidden":
            return self._unknown([str(part) for part in location])
        code, fix = _KINDS.get(detail["type"], (ProblemCode.WRONG_TYPE, None))
        wanted = detail.get("ctx", {})
        limit = next((wanted[key] for key in _LIMITS if key in wanted), None)
        return Problem(
            path="".join(f"/{part}" for part in location),
            code=code,
            message=_sentence(detail, code),
            fix=fix or f"Give {_article(self._type_at(location))}.",
            limit=limit if isinstance(limit, int | float | str) else None,
            actual=_shown(detail["input"]) if code is not ProblemCode.MISSING else None,
        )

    def _unknown(self, location: list[str]) -> Problem:
        *parents, name = location
        known = list(_subschema(self.schema, parents).get("properties", {}))
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        fix = self._refused.get(name) if not parents else None
        if fix is None and close:
            fix = f"Did you mean {close[0]}?"
        return Problem(
            path="".join(f"/{part[:80]}" for part in location),
            code=ProblemCode.UNKNOWN_FIELD,
            message=f"unknown field {name[:80]}",
            fix=fix or f"Leave it out. Known fields: {', '.join(known)}.",
        )

    def _type_at(self, location: list[int | str]) -> str:
        return str(_subschema(self.schema, [str(part) for part in location]).get("type", "value"))


def tidy(value: object, schema: JsonObject) -> Any:
    """Drop nulls (absent is what they mean) and read JSON text where an object or a list is wanted."""
    kind = schema.get("type")
    if isinstance(value, str) and kind in ("object", "array"):
        value = _decoded(value, dict if kind == "object" else list)
    if held := members(value):
        properties = schema.get("properties", {})
        return {name: tidy(item, properties.get(name, {})) for name, item in held.items() if item is not None}
    if listed := items(value):
        return [tidy(item, schema.get("items", {})) for item in listed]
    return value


def _decoded(text: str, wanted: type) -> Any:
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return decoded if isinstance(decoded, wanted) else text


def _subschema(schema: JsonObject, location: list[str]) -> JsonObject:
    for part in location:
        schema = schema.get("items", {}) if part.isdigit() else schema.get("properties", {}).get(part, {})
    return schema


def _sentence(detail: ErrorDetails, code: ProblemCode) -> str:
    field = str(detail["loc"][-1]) if detail["loc"] else "the call"
    words = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{field} is missing" if code is ProblemCode.MISSING else f"{field}: {words[:200]}"


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _shown(value: Any) -> int | float | str:
    """Show a short number as it is, and of anything else only its kind: a wrong value may be a secret."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return type(value).__name__
    return value if abs(value) < _LARGE else "a very large number"


#: More misfits than this say nothing more to an agent.
_MOST = 40
_LARGE = 10**15
_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length", "expected")
# pydantic's error types -> our problem codes, and the fix where the type says enough.
_KINDS: dict[str, tuple[ProblemCode, str | None]] = {
    "missing": (ProblemCode.MISSING, "Add it."),
    "greater_than_equal": (ProblemCode.OUT_OF_RANGE, "Give a larger number."),
    "less_than_equal": (ProblemCode.OUT_OF_RANGE, "Give a smaller number."),
    "literal_error": (ProblemCode.NOT_ALLOWED, "Give one of the listed values."),
    "enum": (ProblemCode.NOT_ALLOWED, "Give one of the listed values."),
    "string_too_long": (ProblemCode.TOO_LONG, "Shorten it."),
    "string_too_short": (ProblemCode.TOO_SHORT, "Say more."),
    "string_unicode": (ProblemCode.UNPRINTABLE, "Remove the broken characters (lone surrogates)."),
}
