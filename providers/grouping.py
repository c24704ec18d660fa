"""Pieces of work that wait for one place are done together: for all of them one transaction, and one wait for the disk.

While a group is at work, the next gathers. Whoever waits longest leads the next one: it takes along all that want the
same, reading or writing. A caller is answered once its group is done. One that is cancelled before leaves the line; one
whose piece is at work waits for it, so that nobody loses what was written for it.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from anyio import CancelScope, CapacityLimiter, Event, to_thread

from providers.store import OutcomeUnknownError, Work

T = TypeVar("T")

#: So many pieces are done together at most: others wait for the file meanwhile.
MOST = 100


class Piece(Generic[T]):
    """One piece of work, and what came of it."""

    def __init__(self, kind: str, work: Work[T]) -> None:
        self.kind = kind
        self.work = work
        self.scope = CancelScope()
        self.called = Event()
        self.answer: T
        self.error: BaseException | None = None
        self.done = False

    def told(self) -> T:
        """Return what came of it, or raise that."""
        if self.error is not None:
            raise self.error
        return self.answer


class Line:
    """Those who wait. ``run`` does several pieces of one kind on a thread, and says of each that it is done."""

    def __init__(self, run: Callable[[str, Sequence[Piece[Any]]], None]) -> None:
        self._run = run
        self._forget()

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._waiting: list[Piece[Any]] = []
        self._busy = False
        self._limiter = CapacityLimiter(1)

    async def do(self, kind: str, work: Work[T]) -> T:
        """Do a piece of work together with what else waits."""
        if self._pid != os.getpid():
            self._forget()  # those who waited before the fork are the parent's
        piece = Piece(kind, work)
        self._waiting.append(piece)
        with piece.scope:
            try:
                if self._busy:
                    await piece.called.wait()
                if not piece.done:
                    await self._lead(piece)
            except BaseException:
                self._leave(piece)
                raise
        return piece.told()

    async def _lead(self, first: Piece[Any]) -> None:
        self._busy = True
        group = [piece for piece in self._waiting if piece.kind == first.kind][:MOST]
        taken = set(group)
        self._waiting = [piece for piece in self._waiting if piece not in taken]
        for piece in group:
            piece.scope.shield = True
        try:
            await to_thread.run_sync(partial(self._run, first.kind, group), limiter=self._limiter)
        finally:
            for piece in group:
                if not piece.done:  # the loop was torn down under the thread
                    piece.error = OutcomeUnknownError("postwright was stopped while this was being written.")
                    piece.done = True
                piece.called.set()
            self._pass_on()

    def _pass_on(self) -> None:
        """Let whoever waits longest lead."""
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting[0].called.set()

    def _leave(self, piece: Piece[Any]) -> None:
        """Take a cancelled piece out of the line; if it was to lead, the next one does."""
        if piece in self._waiting:
            self._waiting.remove(piece)
            if piece.called.is_set():
                self._pass_on()
