"""Bring the tables of a store up to date, and say which versions of postwright may use them (both stores)."""

from collections.abc import Callable, Sequence

from providers.store import Additive, Components, Connection

_TABLES = (
    "CREATE TABLE IF NOT EXISTS component (name TEXT PRIMARY KEY, version INTEGER NOT NULL)",
    # From which version on the code of a component can use the tables as they are.
    "CREATE TABLE IF NOT EXISTS component_reach (name TEXT PRIMARY KEY, usable_from INTEGER NOT NULL)",
)


def migrate(connection: Connection, components: Components, too_new: Callable[[], Exception]) -> None:
    """Run the scripts that are not done yet, inside a transaction that nobody else is in.

    Raises:
        Exception: that of ``too_new``, where a newer postwright changed the tables so that this one cannot use them.
    """
    for statement in _TABLES:
        connection.execute(statement)
    for name, scripts in components.items():
        row = connection.execute(_DONE, (name,)).fetchone()
        done, usable_from = (row["version"], row["usable_from"]) if row else (0, None)
        if done > len(scripts) and (usable_from is None or usable_from > len(scripts)):
            raise too_new()
        for statement in (part for script in scripts[done:] for part in script.split(";") if part.strip()):
            connection.execute(statement)
        if len(scripts) > done:
            connection.execute(_VERSION, (name, len(scripts)))
            connection.execute(_REACH, (name, _usable_from(scripts)))


def _usable_from(scripts: Sequence[str]) -> int:
    """Count the scripts up to the last one that older code could not stand."""
    return max((number for number, script in enumerate(scripts, 1) if not isinstance(script, Additive)), default=0)


_DONE = (
    "SELECT version, usable_from FROM component LEFT JOIN component_reach ON component_reach.name = component.name"
    " WHERE component.name = ?"
)
_VERSION = (
    "INSERT INTO component (name, version) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version"
)
_REACH = (
    "INSERT INTO component_reach (name, usable_from) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET usable_from = excluded.usable_from"
)
