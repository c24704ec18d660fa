"""Both stores, for the tests that hold them to the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from providers.database import Database
from providers.postgres import Postgres
from providers.store import Components, Store

#: Opens one more store on the same data, as another process would.
Open = Callable[[Components], Store]
KINDS = ("sqlite", "postgres")


def opener(kind: str, folder: Path, request: pytest.FixtureRequest) -> Open:
    """Tell how stores of a kind are opened; where there is no PostgreSQL, the test is skipped."""
    if kind == "sqlite":
        return lambda components: Database(folder / "home" / "postwright.db", components)
    url = str(request.getfixturevalue("postgres_url"))
    return lambda components: Postgres(url, components)
