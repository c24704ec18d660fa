"""The SQL of ours as PostgreSQL takes it: placeholders, the types of tables, rows by name and by position.

Only the portable subset is translated (``providers/store.py``); everything else is the same in both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from psycopg import Connection, Cursor

from providers.store import FOR_UPDATE, SKIP_LOCKED


class Row:
    """One row: values by name and by position, as ``sqlite3.Row`` has them."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: dict[str, int], values: Sequence[Any]) -> None:
        self._names = names
        self._values = values

    def __getitem__(self, key: Any, /) -> Any:
        """Read a value by the name or the place of its column."""
        return self._values[self._names[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        """Read all values in the order of their columns."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self._values)

    def keys(self) -> Iterable[str]:
        """Name the columns."""
        return self._names.keys()


def rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """Make the rows of one answer; a name that comes twice is that of the first, as in SQLite."""
    names: dict[str, int] = {}
    for place, column in enumerate(cursor.description or ()):
        names.setdefault(column.name, place)
    return partial(Row, names)


class Translated:
    """A connection that is spoken to in our SQL."""

    def __init__(self, connection: Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor[Row]:
        """Run one statement."""
        return self._connection.execute(translated(sql), values(sql, parameters))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor[Row]:
        """Run one statement for each set of values."""
        cursor = self._connection.cursor()
        cursor.executemany(translated(sql), [values(sql, one) or () for one in parameters])
        return cursor


# What stands between quotes is left alone.
_MARK = re.compile(r"'(?:[^']|'')*'|\?(\d*)|%")
_WORD = re.compile(r"'(?:[^']|'')*'|\)\s*STRICT(?:\s*,\s*WITHOUT ROWID)?|\b(?:INTEGER|REAL|TEXT)\b")
_TYPES = {
    "INTEGER": "BIGINT",
    "REAL": "DOUBLE PRECISION",
    # Sorted by code points, as SQLite does: whatever language the database is in, and across upgrades of the system.
    "TEXT": 'TEXT COLLATE "C"',
}


@lru_cache(maxsize=1000)
def translated(sql: str) -> bytes:
    """Write a statement for psycopg; tables and columns with the types that PostgreSQL has for them."""
    marked = _MARK.sub(_mark, sql).replace(SKIP_LOCKED, " FOR UPDATE SKIP LOCKED").replace(FOR_UPDATE, " FOR UPDATE")
    defines = sql.lstrip().upper().startswith(("CREATE", "ALTER"))
    return (_WORD.sub(_word, marked) if defines else marked).encode()


def values(sql: str, parameters: Sequence[Any]) -> dict[str, Any] | list[Any] | None:
    """Write the values of a statement for psycopg, by number where it names numbers; truth is kept as 0 and 1."""
    known = [int(value) if isinstance(value, bool) else value for value in parameters]
    if not known:
        return None
    return {f"p{place}": value for place, value in enumerate(known, 1)} if _is_numbered(sql) else known


@lru_cache(maxsize=1000)
def _is_numbered(sql: str) -> bool:
    return any(found.group(1) for found in _MARK.finditer(sql))


def _mark(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("'"):
        return text.replace("%", "%%")
    if text == "%":
        return "%%"
    return f"%(p{found.group(1)})s" if found.group(1) else "%s"


def _word(found: re.Match[str]) -> str:
    text = found.group()
    return ")" if text.startswith(")") else _TYPES.get(text, text)
