"""Where deliveries are kept that processes are tortured over: one SQLite file, or one PostgreSQL that goes away."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from anyio import sleep, to_thread

from providers.database import Database
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.store import Store
from tests.postgres import Cluster

_SCHEMES = ("postgresql://", "postgres://")


def opened(where: str) -> Store:
    """Open the store at a path or an address."""
    if not where.startswith(_SCHEMES):
        return Database(Path(where), {"local": LEDGER_MIGRATIONS})
    from providers.postgres import Postgres  # noqa: PLC0415  (only where there is one)

    return Postgres(where, {"local": LEDGER_MIGRATIONS})


class Keep(Protocol):
    """A store as who tortures sees it."""

    where: str

    async def vanish(self, seconds: float) -> bool:
        """Be away for a while; false: it cannot be."""
        ...

    def rows(self, condition: str) -> list[str]:
        """Name the deliveries of which something is true, by account and number."""
        ...


class File:
    """The file."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)

    async def vanish(self, seconds: float) -> bool:
        """Be locked by somebody else for a while."""
        connection = sqlite3.connect(self.where, timeout=30, isolation_level=None, check_same_thread=False)
        with closing(connection):
            await to_thread.run_sync(connection.execute, "BEGIN IMMEDIATE")
            await sleep(seconds)
            connection.execute("ROLLBACK")
        return True

    def rows(self, condition: str) -> list[str]:
        """Read the file."""
        with closing(sqlite3.connect(self.where, timeout=30)) as connection:
            return [f"{account} {caption}" for account, caption in connection.execute(_NAMES.format(condition))]


class Server:
    """The server, which may be stopped as if it had crashed."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.where = cluster.database()

    async def vanish(self, seconds: float) -> bool:
        """Stop hard, and come back."""
        await to_thread.run_sync(lambda: self._cluster.stop(hard=True))
        await sleep(seconds)
        await to_thread.run_sync(self._cluster.start)
        return True

    def rows(self, condition: str) -> list[str]:
        """Ask the server."""
        import psycopg  # noqa: PLC0415  (only where there is one)

        with psycopg.connect(self.where) as connection:
            rows = connection.execute(_NAMES.format(condition).encode()).fetchall()
        return [f"{account} {caption}" for account, caption in rows]


_NAMES = "SELECT account, caption FROM delivery JOIN post ON post.id = post_id WHERE {}"
