"""Change one value in the text of a TOML file; comments, order and spacing of the rest stay (tomlkit)."""

import tomllib
from collections.abc import MutableMapping, Sequence
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError

from server.clients.jsontext import Step, UnreadableError


def load(text: str) -> dict[str, Any]:
    """Read a text.

    Raises:
        UnreadableError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(at ")[2].rstrip(")")
        raise UnreadableError(f"it is not TOML: {where}" if "line" in where else "it is not TOML") from None


def put(text: str, path: Sequence[Step], value: object) -> str:
    """Write ``value`` at the end of ``path``, making the tables on the way that are not there.

    Raises:
        UnreadableError: the text cannot be read, or something on the way is no table.
    """
    try:
        document = tomlkit.parse(text)
        table = cast("MutableMapping[str, Any]", document)
        *way, last = map(str, path)
        for depth, step in enumerate(way):
            inside = table.setdefault(step, tomlkit.table(is_super_table=True))
            if not isinstance(inside, MutableMapping):
                raise UnreadableError(f"{'.'.join(way[: depth + 1])} is not a table")
            table = cast("MutableMapping[str, Any]", inside)
        table[last] = value
        return tomlkit.dumps(document)
    except TOMLKitError:
        raise UnreadableError("it is TOML of a form that cannot be changed here") from None
