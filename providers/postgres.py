"""One PostgreSQL database that many machines share: the same work as on SQLite, beside what a turn allows.

Needs the extra ``postgres`` (psycopg), and so is imported only where it is used. Each piece of work runs on a thread,
in one transaction at READ COMMITTED that begins by taking its turn, advisory locks that end with the transaction.
psycopg's own pool is not used: its threads would be a second scheduler beside these, they do not come along over a
fork, and a server that is away would be waited for where a call wants to be told so.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from psycopg import Error

from providers.dialect import Translated
from providers.jitter import full_jitter
from providers.measured import MeasuredClock
from providers.postgres_connections import Connections, Opened, begin, words
from providers.store import Components, OutcomeUnknownError, Store, StoreError, Work
from schemas.instant import Clock

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Connections that one process has at most.
MOST_CONNECTIONS = 8
#: Tries of work that PostgreSQL gave up for another's sake (deadlock, serialization), and the pauses between them.
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 8, 0.01, 0.5
#: How long the outcome of a COMMIT whose connection was lost is asked for (seconds).
ASK_SECONDS = 8.0
_CONFLICTS = {"40001", "40P01"}
#: Errors that say that a connection or a server ended: such an answer to COMMIT says nothing of it.
_ENDED = ("08", "57")
_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Postgres(Store):
    """The database at ``url``; each component brings its own tables as ordered migration scripts."""

    def __init__(self, url: str, components: Components, most: int = MOST_CONNECTIONS) -> None:
        self._measured = MeasuredClock()
        self._connections = Connections(url, components, self._measured)
        self._threads = CapacityLimiter(most)

    async def write(self, work: Work[T], turn: Sequence[str] | None = None) -> T:
        """Run ``work`` in one durable transaction beside those that its ``turn`` allows; an exception rolls it back.

        Raises:
            OutcomeUnknownError: it may be written or not, and nobody can tell now.
            StoreError: the database cannot be written; nothing was.
        """
        return await to_thread.run_sync(partial(self._run, begin(turn), work), limiter=self._threads)

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which only reads; all that it reads is of one moment.

        Raises:
            StoreError: the database cannot be read.
        """
        return await to_thread.run_sync(partial(self._run, _READ, work), limiter=self._threads)

    def clock(self, local: Clock) -> Clock:
        """Tell the database's time, which is the same on all machines; this one's until it was measured."""
        return partial(self._measured.now, local)

    async def aclose(self) -> None:
        """Close the connections that this process opened."""
        await to_thread.run_sync(self._connections.close, limiter=self._threads)

    def _run(self, first: bytes, work: Work[T]) -> T:
        tries = 1
        while True:
            try:
                return self._once(first, work)
            except Error as error:
                if error.sqlstate not in _CONFLICTS or tries == TRIES:
                    raise StoreError(f"PostgreSQL: {words(error)}") from error
            time.sleep(full_jitter(min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries)))
            tries += 1

    def _once(self, first: bytes, work: Work[T]) -> T:
        opened, number = self._begun(first)
        try:
            answer = work(Translated(opened.connection))
        except BaseException:
            self._undo(opened)
            raise
        try:
            ended = opened.connection.execute("COMMIT").statusmessage
        except Error as error:
            opened.connection.close()
            if first != _READ:
                self._resolve(opened, number, error)
        else:
            self._connections.give_back(opened)
            if ended != "COMMIT":
                raise StoreError("PostgreSQL: a statement failed, and so nothing was written.")
        return answer

    def _begun(self, first: bytes) -> tuple[Opened, str]:
        """Begin a transaction; a connection that was lost while nobody used it is replaced: nothing was done yet."""
        while True:
            opened, fresh = self._connections.take()
            try:
                cursor = opened.connection.execute(first)
                while cursor.nextset():
                    pass
                row = None if first == _READ else cursor.fetchone()
                return opened, row[0] if row else ""
            except BaseException:
                lost = opened.connection.closed
                self._undo(opened)
                if fresh or not lost:
                    raise

    def _undo(self, opened: Opened) -> None:
        try:
            opened.connection.execute("ROLLBACK")
            self._connections.give_back(opened)
        except Error:
            opened.connection.close()

    def _resolve(self, opened: Opened, number: str, lost: Error) -> None:
        """Ask what became of a transaction whose COMMIT was not answered.

        Raises:
            StoreError: it was not written, or (OutcomeUnknownError) nobody can tell.
        """
        if lost.sqlstate and not lost.sqlstate.startswith(_ENDED):
            raise lost  # the server answered, and the answer was no
        log.warning("commit_not_answered", error=words(lost))
        end = time.monotonic() + ASK_SECONDS
        while time.monotonic() < end:
            life, state = self._state(number)
            # After a crash the number may be another's: one whose records were not on the disk is given out again.
            if state == "committed" and life != opened.life:
                break
            if state == "committed":
                return
            if state == "aborted":
                raise StoreError("PostgreSQL: the connection was lost, and nothing was written.")
            time.sleep(0.1)
        raise OutcomeUnknownError("PostgreSQL: the connection was lost while this was being written.")

    def _state(self, number: str) -> tuple[str, str | None]:
        try:
            opened, _ = self._connections.take()
        except StoreError:
            return "", None
        try:
            row = opened.connection.execute("SELECT pg_xact_status(CAST(%s AS xid8))", (number,)).fetchone()
        except Error:
            opened.connection.close()
            return "", None
        self._connections.give_back(opened)
        return opened.life, row[0] if row else None
