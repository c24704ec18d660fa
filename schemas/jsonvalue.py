"""Look into JSON of unknown shape without trusting it."""

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


def members(value: object) -> JsonObject:
    """Return an object's members; of anything else, none."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def items(value: object) -> list[Any]:
    """Return a list's items; of anything else, none."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def text(value: object) -> str | None:
    """Return a string; of anything else, ``None``."""
    return value if isinstance(value, str) else None


def is_list(value: object) -> bool:
    """Tell a list from anything else, without learning what is in it."""
    return isinstance(value, list)
