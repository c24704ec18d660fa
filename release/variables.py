"""The settings as forms that ask for them need them: type, default, choices, and which are secrets."""

from dataclasses import dataclass
from typing import Any

from schemas.jsonvalue import members
from server.settings import PREFIX, Settings

_SCHEMA = Settings.model_json_schema()


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting. ``default`` is written as the environment has it; ``None``: there is none that could be written."""

    name: str
    description: str
    secret: bool
    number: bool
    path: bool
    default: str | None
    choices: tuple[str, ...]


def variable(setting: str) -> Variable:
    """Describe a field of ``Settings``."""
    schema = members(_SCHEMA["properties"])[setting]
    kind = _resolved(next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema))
    default = schema.get("default")
    return Variable(
        name=PREFIX + setting.upper(),
        description=schema["description"],
        secret=kind.get("format") == "password",
        number=kind.get("type") in ("number", "integer"),
        path=kind.get("format") == "path",
        default=None if default in (None, []) else str(default),
        choices=tuple(kind.get("enum", ())),
    )


def _resolved(kind: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, as the choices of an enumeration are one."""
    return _SCHEMA["$defs"][kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind
