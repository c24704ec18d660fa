"""Each rule of the journal left out in turn: the histories must notice (reference engine 2.2).

A mutant changes the product for as long as its context is open; it is what the suite is tested with, never used else.
"""

# ruff: noqa: SLF001  (a rule is left out where it stands, and that is inside)
# pyright: reportPrivateUsage=false

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio.lowlevel

from bench.faults.instead import instead
from bench.faults.plan import TWO_TENANTS
from engine import cases, creation, intent, journal, orders
from engine.cases import Cases, Pauses
from engine.intent import Intent, Wanted
from engine.journal import Journal, Standing
from providers.genviral.provider import Genviral
from providers.postpost.provider import PostPost
from providers.protocol import Failure
from providers.socialapi.provider import SocialAPI
from schemas.instant import Deadline
from schemas.jsonvalue import JsonObject
from schemas.post import Order, Receipt
from schemas.request import PostRequest


def _no_intent() -> AbstractContextManager[None]:
    """Write nothing down before sending, nor after."""

    async def open_(self: Journal, wanted: Wanted) -> tuple[Standing, Intent]:
        with closing(sqlite3.connect(":memory:")) as forgotten:
            for statement in ";".join(intent.MIGRATIONS).split(";"):
                forgotten.execute(statement)
            return Standing.NEW, journal._insert(forgotten, wanted, self._clock(), self._clock())

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    async def closed(*_: Any, **__: Any) -> bool:
        return True

    return instead((Journal, "open", open_), (Journal, "peek", nothing), (Journal, "close", closed))


def _never(self: Deadline, now: datetime, steady: float) -> bool:
    return False


def _no_deadline() -> AbstractContextManager[None]:
    """Send however long ago the intent was written."""
    return instead((Deadline, "passed", _never))


def _no_fence() -> AbstractContextManager[None]:
    """Write what came of an intent, whoever has taken it over since."""
    close = journal._CLOSE[: journal._CLOSE.index(" AND (fence")]
    back = cases._PUT_BACK[: cases._PUT_BACK.index(" AND fence")]
    return instead((journal, "_CLOSE", f"{close} AND ?8 = ?8"), (cases, "_PUT_BACK", f"{back} AND ? IS NOT NULL"))


def _retry_on_doubt() -> AbstractContextManager[None]:
    """Send again at once when the answer is lost."""

    def insisting(create: Callable[[Any, Order], Any]) -> Callable[[Any, Order], Any]:
        async def insist(self: Any, order: Order) -> Receipt:
            try:
                return await create(self, order)
            except Failure as error:
                if not error.doubt:
                    raise
                return await create(self, order)

        return insist

    return instead(*((kind, "create", insisting(kind.create)) for kind in (Genviral, PostPost, SocialAPI)))


def _no_pause() -> AbstractContextManager[None]:
    """Believe the first look."""
    nothing = Pauses(timedelta(), timedelta(), 1)
    real = Cases.__init__

    def init(self: Cases, database: Any, clock: Any, pauses: Any) -> None:
        real(self, database, clock, dict.fromkeys(pauses, nothing))

    def pauses_of(self: Cases, intent: Intent) -> Pauses:
        return nothing

    return instead((Cases, "__init__", init), (Cases, "pauses", pauses_of))


def _key_without_body() -> AbstractContextManager[None]:
    """Take a known key for the same post, whatever it is used for."""
    real = journal._by_key

    def by_key(*given: Any) -> Any:
        twin = real(*given)
        return (journal._BY_STATE[twin[1].state], twin[1]) if twin else None

    return instead((journal, "_by_key", by_key))


def _key_without_tenant() -> AbstractContextManager[None]:
    """Take a key for the same key, whoever gave it."""
    return instead((journal, "_OF_KEY", "SELECT * FROM intent WHERE key = ?2 AND ?1 != ?3"))


def _account_order() -> AbstractContextManager[None]:
    """Take the same accounts in another order for another post."""
    real = orders.content

    def content(request: PostRequest) -> JsonObject:
        return {**real(request), "accounts": list(request.accounts)}

    return instead((creation, "content", content))


def _check_then_insert() -> AbstractContextManager[None]:
    """Look for a twin in one transaction, and write the intent in the next."""

    async def open_(self: Journal, wanted: Wanted) -> tuple[Standing, Intent | None]:
        now = self._clock()
        until = now + self._lease
        twin = await self._database.read(lambda connection: journal._twin(connection, wanted, now))
        await anyio.lowlevel.checkpoint()
        if twin and twin[0] is not Standing.NEW:
            return twin
        write = partial(journal._take_up, intent=twin[1]) if twin else journal._insert
        work = partial(write, wanted=wanted, now=now, until=until)
        return Standing.NEW, await self._database.write(work)

    return instead((Journal, "open", open_))


#: Every rule that is left out, by its name.
MUTANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "no intent": _no_intent,
    "no send deadline": _no_deadline,
    "no fence": _no_fence,
    "retry on doubt": _retry_on_doubt,
    "no settle pause": _no_pause,
    "key without body check": _key_without_body,
    "key without tenant": _key_without_tenant,
    "account order in the fingerprint": _account_order,
    "check, then insert": _check_then_insert,
}
#: Rules that only histories with such keys can notice; the others need not be played.
NOTICED_WITH = {"key without tenant": TWO_TENANTS}
