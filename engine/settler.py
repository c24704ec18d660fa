"""What any live process does beside serving: settle open cases when their looks are due, and forget old intents."""

import sqlite3
from datetime import datetime, timedelta

import structlog
from anyio import sleep

from engine.desk import Desk
from engine.permits import may_settle
from engine.settling import settle

log = structlog.get_logger(__name__)

#: How often intents are looked through for old ones.
TIDY = timedelta(hours=1)


class Settler:
    """Looks every ``poll_seconds`` for cases that are due; closed intents are kept for ``keep``, at most ``most``."""

    def __init__(self, desk: Desk, poll_seconds: float, keep: timedelta, most: int) -> None:
        self._desk = desk
        self._poll_seconds = poll_seconds
        self._keep = keep
        self._most = most
        self._tidied: datetime | None = None

    async def run(self) -> None:
        """Go on until cancelled. The first look comes after a pause, so that starting costs nothing."""
        while True:
            await sleep(self._poll_seconds)
            try:
                await self.step()
            except (sqlite3.Error, OSError) as error:
                log.warning("settling_failed", error=str(error))
            except Exception:
                log.exception("settling_crashed")

    async def step(self) -> None:
        """Look into each case that is due once, and forget what is old.

        Raises:
            sqlite3.Error, OSError: the journal cannot be used.
        """
        for case_id in await self._desk.cases.due():
            case = await self._desk.journal.find(case_id)
            if case and may_settle(self._desk, case):
                result = await settle(self._desk, case, None)
                log.info("case_looked_into", intent=case_id, outcome=result.outcome)
        now = self._desk.clock()
        if self._tidied is None or abs(now - self._tidied) >= TIDY:
            self._tidied = now
            while await self._desk.cases.forget(now - self._keep, self._most):
                pass
            await self._desk.media.forget()
