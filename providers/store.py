"""What everything durable is kept in: one SQLite file for one machine, or one PostgreSQL database for many.

The stores are ``providers/database.py`` and ``providers/postgres.py``. Everybody takes the protocol, and speaks the SQL
that both understand: ``?`` and ``?1`` for values, named columns, CASE in place of iif and of max and min of two, ON
CONFLICT, no rowid.

Who writes says beside whom. On SQLite a write is alone in any case. On PostgreSQL ``turn`` says what a write must not
do at the same time as another:

- ``None``: alone, as on SQLite. Right for everything, and right wherever speed does not matter.
- ``("name", ...)``: beside all writes but those that name one of the same turns, or are alone.
- ``()``: beside all writes but those that are alone. For work that locks rows itself: whoever takes up one of many
  puts ``SKIP_LOCKED`` at the end of the SELECT that chooses it, which means nothing on SQLite. What a statement
  changes it must also check (``UPDATE ... WHERE id = ? AND state = 'queued'``).

A statement within a write sees what others committed before it began, so what a turn guards is read after it was taken.
docs/decisions/0005-two-stores.md says why turns, and not SERIALIZABLE.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from schemas.instant import Clock

T = TypeVar("T")


class Row(Protocol):
    """One row of an answer: values by name and by position, in the order of their columns."""

    def __getitem__(self, key: Any, /) -> Any: ...  # noqa: D105  (the class says it)
    def __iter__(self) -> Iterator[Any]: ...  # noqa: D105
    def __len__(self) -> int: ...  # noqa: D105
    def keys(self) -> Iterable[str]:
        """Name the columns."""
        ...


class Cursor(Protocol):
    """What a statement answered."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""
        ...

    def fetchone(self) -> Any:
        """Read the next row; ``None`` after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Read all rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...  # noqa: D105


class Connection(Protocol):
    """A connection inside its transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement for each set of values."""
        ...


#: Ends a SELECT that takes rows up which nobody else has in hand (``providers/dialect.py``); to SQLite it is a comment.
SKIP_LOCKED = " /* skip locked */"
#: Ends a SELECT of a row that is to be changed: others who would change it wait; likewise.
FOR_UPDATE = " /* for update */"
Work = Callable[[Connection], T]
#: The tables of each component, as ordered migration scripts.
Components: TypeAlias = Mapping[str, Sequence[str]]


class Store(Protocol):
    """Runs pieces of work on threads, each inside one transaction.

    Work may run more than once before its transaction is committed, so it changes nothing but the store.
    """

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which only reads; all that it reads is of one moment.

        Raises:
            sqlite3.Error, OSError: the store cannot be read.
        """
        ...

    async def write(self, work: Work[T], turn: Sequence[str] | None = None) -> T:
        """Run ``work`` in one durable transaction beside those that its ``turn`` allows; an exception rolls it back.

        Raises:
            OutcomeUnknownError: it may be written or not, and nobody can tell now.
            sqlite3.Error, OSError: the store cannot be written; nothing was.
        """
        ...

    def clock(self, local: Clock) -> Clock:
        """Make the clock of all who share the store, out of this machine's."""
        ...

    async def aclose(self) -> None:
        """Close what this process opened."""
        ...


class StoreError(OSError):
    """Raised when PostgreSQL cannot be used: unreachable, full, refusing. The text holds no password."""


class OutcomeUnknownError(StoreError):
    """Raised when the connection was lost during COMMIT, and what became of it could not be asked in time."""


class Additive(str):
    """A migration that only adds what an older postwright may leave alone: it goes on working beside it.

    Columns with a default, tables, indexes. A new word in a column that older code reads is not of this kind.
    """

    __slots__ = ()
